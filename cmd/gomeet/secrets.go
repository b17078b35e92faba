package main

import (
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/gomeet/infra/internal/engine"
	"github.com/gomeet/infra/internal/stackfile"
	"github.com/gomeet/infra/stacks"
)

func newSecrets() *cobra.Command {
	var stack, file, template string
	cmd := &cobra.Command{
		Use:   "secrets",
		Short: "Create the stack's missing secrets, and its id, in its configuration",
		Long: `Create the stack's missing secrets in its encrypted configuration, and its id.

What exists is kept. Secrets are generated, handed to "pulumi config set --secret"
on standard input, and never printed. The id is no secret: bucket names end in it.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if file == "" {
				file = "Pulumi." + stack + ".yaml"
			}
			if template != "" {
				if err := stackfile.Sync(template, file, identities()...); err != nil {
					return err
				}
			}
			for _, key := range stacks.GeneratedKeys() {
				if err := ensure(cmd, stack, file, key); err != nil {
					return err
				}
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&stack, "stack", "dev", "the stack")
	cmd.Flags().StringVar(&file, "config-file", "", "the stack's configuration file (default Pulumi.STACK.yaml)")
	cmd.Flags().StringVar(&template, "template", "",
		"copy the configuration of this file into --config-file first, keeping the secrets there")
	return cmd
}

// identities lists the generated keys that are no secrets.
func identities() []string {
	var names []string
	for _, key := range stacks.GeneratedKeys() {
		if !key.Generator.Secret() {
			names = append(names, key.Name)
		}
	}
	return names
}

// ensure generates and stores the value of a key, unless the file has one.
func ensure(cmd *cobra.Command, stack, file string, key stacks.Generated) error {
	missing, err := stackfile.Missing(file, []string{key.Name})
	if err != nil || len(missing) == 0 {
		return err
	}
	value, err := generate(key.Generator)
	if err != nil {
		return fmt.Errorf("generating %s: %w", key.Name, err)
	}
	word, flags := "id", []string(nil)
	if key.Generator.Secret() {
		word, flags = "secret", []string{"--secret"}
	}
	if err := setValue(cmd, stack, file, key.Name, value, flags...); err != nil {
		return err
	}
	fmt.Fprintf(cmd.ErrOrStderr(), "created %s %s in %s\n", word, key.Name, file)
	return nil
}

// setValue stores a generated value. It travels on standard input: arguments can be
// read by every process of the machine.
func setValue(cmd *cobra.Command, stack, file, key, value string, flags ...string) error {
	args := append([]string{"config", "set", "--stack", stack, "--config-file", file, "--non-interactive"}, flags...)
	set := engine.Command(cmd.Context(), "pulumi", append(args, key)...)
	set.Stdin = strings.NewReader(value)
	var output strings.Builder
	set.Stdout, set.Stderr = io.Discard, &output
	set.Env = os.Environ()
	if err := set.Run(); err != nil {
		return fmt.Errorf("storing %s in %s: %w\n%s", key, file, err, strings.TrimSpace(output.String()))
	}
	return nil
}
