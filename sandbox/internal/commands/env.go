package commands

import (
	"fmt"
	"io"
	"regexp"

	"github.com/spf13/cobra"

	"github.com/gomeet/infra/sandbox/internal/sandboxd"
)

// stackName is what a stack may be called; it becomes part of a file's name.
var stackName = regexp.MustCompile(`^[A-Za-z0-9_.-]{1,100}$`)

func env(o *options) *cobra.Command {
	var stack string
	var official bool
	cmd := &cobra.Command{
		Use: "env", Short: "Print the environment in which Pulumi deploys a stack to the sandbox", Args: cobra.NoArgs,
		Long: `Print the environment in which Pulumi deploys a stack to the sandbox, as commands
for a POSIX shell:

	eval "$(gomeet-sandbox env --stack dev)"`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if !stackName.MatchString(stack) {
				return fmt.Errorf("--stack is %q, want letters, digits, and any of \"_.-\"", stack)
			}
			dir, tools, err := o.resolve()
			if err != nil {
				return err
			}
			ports, err := dir.Ports()
			if err != nil {
				return err
			}
			if err := dir.Prepare(); err != nil {
				return err
			}
			if err := notRunning(dir); err != nil {
				fmt.Fprintln(cmd.ErrOrStderr(), "gomeet-sandbox:", err)
			}
			if official && !sandboxd.NamesResolve(cmd.Context()) {
				fmt.Fprintf(cmd.ErrOrStderr(), "gomeet-sandbox: names such as bucket.sgp1.localhost do not resolve here, "+
					"so the plugin will not find Spaces buckets; use the sandbox as its proxy: export HTTP_PROXY=%s\n", ports.SpacesURL())
			}
			_, err = io.WriteString(cmd.OutOrStdout(), sandboxd.Export(sandboxd.Env(dir, ports, stack, tools, official)))
			return err
		},
	}
	cmd.Flags().StringVar(&stack, "stack", "dev", "the stack")
	cmd.Flags().BoolVar(&official, "official-plugin", false, "use Pulumi's own digitalocean plugin, not the stand-in provider")
	return cmd
}
