package main

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
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

// idBytes makes an id of eight hexadecimal digits: short enough for bucket names of 63
// characters, and no two of a customer's stacks share one by chance.
const idBytes = 4

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
				if err := stackfile.Sync(template, file, stacks.IdentityKeys()...); err != nil {
					return err
				}
			}
			for _, kind := range []struct {
				word  string
				keys  []string
				bytes int
				flags []string
				text  func([]byte) string
			}{
				{"secret", stacks.SecretKeys(), secretBytes, []string{"--secret"}, base64.RawURLEncoding.EncodeToString},
				{"id", stacks.IdentityKeys(), idBytes, nil, hex.EncodeToString},
			} {
				missing, err := stackfile.Missing(file, kind.keys)
				if err != nil {
					return err
				}
				for _, key := range missing {
					random := make([]byte, kind.bytes)
					if _, err := rand.Read(random); err != nil {
						return fmt.Errorf("generating %s: %w", key, err)
					}
					if err := setValue(cmd, stack, file, key, kind.text(random), kind.flags...); err != nil {
						return err
					}
					fmt.Fprintf(cmd.ErrOrStderr(), "created %s %s in %s\n", kind.word, key, file)
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

// setValue stores a generated value. It travels on standard input: arguments can be
// read by every process of the machine.
func setValue(cmd *cobra.Command, stack, file, key, value string, flags ...string) error {
	args := append([]string{"config", "set", "--stack", stack, "--config-file", file, "--non-interactive"}, flags...)
	set := exec.CommandContext(cmd.Context(), "pulumi", append(args, key)...)
	set.Stdin = strings.NewReader(value)
	var output strings.Builder
	set.Stdout, set.Stderr = io.Discard, &output
	set.Env = os.Environ()
	if err := set.Run(); err != nil {
		return fmt.Errorf("storing %s in %s: %w\n%s", key, file, err, strings.TrimSpace(output.String()))
	}
	return nil
}
