package main

import (
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"

	"github.com/spf13/cobra"

	"github.com/gomeet/infra/internal/stackfile"
	"github.com/gomeet/infra/stacks"
)

// secretBytes is the entropy of a generated secret: 32 bytes are the 256 bits
// RFC 7518 section 3.2 asks of an HS256 key.
const secretBytes = 32

func newSecrets() *cobra.Command {
	var stack, file, template string
	cmd := &cobra.Command{
		Use:   "secrets",
		Short: "Create the stack's missing secrets in its encrypted configuration",
		Long: `Create the stack's missing secrets in its encrypted configuration.

Secrets that exist are kept. Values are generated, handed to "pulumi config set
--secret" on standard input, and never printed.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if file == "" {
				file = "Pulumi." + stack + ".yaml"
			}
			if template != "" {
				if err := stackfile.Sync(template, file); err != nil {
					return err
				}
			}
			missing, err := stackfile.Missing(file, stacks.SecretKeys())
			if err != nil {
				return err
			}
			for _, key := range missing {
				if err := setSecret(cmd, stack, file, key); err != nil {
					return err
				}
				fmt.Fprintf(cmd.ErrOrStderr(), "created secret %s in %s\n", key, file)
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

// setSecret generates a secret and stores it encrypted. The value travels on
// standard input: arguments can be read by every process of the machine.
func setSecret(cmd *cobra.Command, stack, file, key string) error {
	random := make([]byte, secretBytes)
	if _, err := rand.Read(random); err != nil {
		return fmt.Errorf("generating secret %s: %w", key, err)
	}
	set := exec.CommandContext(cmd.Context(), "pulumi", "config", "set", "--secret",
		"--stack", stack, "--config-file", file, "--non-interactive", key)
	set.Stdin = strings.NewReader(base64.RawURLEncoding.EncodeToString(random))
	var output strings.Builder
	set.Stdout, set.Stderr = io.Discard, &output
	set.Env = os.Environ()
	if err := set.Run(); err != nil {
		return fmt.Errorf("storing secret %s in %s: %w\n%s", key, file, err, strings.TrimSpace(output.String()))
	}
	return nil
}
