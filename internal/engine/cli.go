package engine

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/auto"
)

// Engine is what reads previews and state.
type Engine interface {
	// Preview runs the program of a stack and returns what the engine would do, with
	// the unchanged resources, and the JSON it was read from.
	Preview(ctx context.Context, stack string, options ...string) (*Preview, []byte, error)
	// RefreshPreview compares a stack's state with the cloud and returns what a refresh
	// would change, without the program and without changing it.
	RefreshPreview(ctx context.Context, stack string) (*Preview, error)
	// State returns the resources of a stack as the last deployment left them.
	State(ctx context.Context, stack string) ([]*Resource, error)
}

// CLI runs the pulumi command that is on PATH, in a folder with a Pulumi.yaml, with the
// environment of this process: backend, passphrase and credentials are the user's own.
type CLI struct {
	command auto.PulumiCommand
	folder  string
	log     io.Writer
}

var _ Engine = (*CLI)(nil)

// NewCLI looks for the pulumi command. What it says on standard error also goes to log.
func NewCLI(folder string, log io.Writer) (*CLI, error) {
	command, err := auto.NewPulumiCommand(nil)
	if err != nil {
		return nil, fmt.Errorf("looking for pulumi on PATH: %w", err)
	}
	return &CLI{command: command, folder: folder, log: log}, nil
}

// Preview implements Engine; options are further options of "pulumi preview".
func (c *CLI) Preview(ctx context.Context, stack string, options ...string) (*Preview, []byte, error) {
	args := append([]string{"preview", "--json", "--show-sames", "--stack", stack}, options...)
	out, err := c.run(ctx, args)
	if err != nil {
		return nil, nil, err
	}
	p, err := ReadPreview(strings.NewReader(out))
	return p, []byte(out), err
}

// RefreshPreview implements Engine.
func (c *CLI) RefreshPreview(ctx context.Context, stack string) (*Preview, error) {
	out, err := c.run(ctx, []string{"refresh", "--preview-only", "--json", "--stack", stack})
	if err != nil {
		return nil, err
	}
	return ReadPreview(strings.NewReader(out))
}

// State implements Engine.
func (c *CLI) State(ctx context.Context, stack string) ([]*Resource, error) {
	out, err := c.run(ctx, []string{"stack", "export", "--stack", stack})
	if err != nil {
		return nil, err
	}
	return ReadState(strings.NewReader(out))
}

// run returns the standard output of a command. A failing preview still prints JSON whose
// diagnostics say why.
func (c *CLI) run(ctx context.Context, args []string) (string, error) {
	var logs []io.Writer
	if c.log != nil {
		logs = append(logs, c.log)
	}
	out, stderr, _, err := c.command.Run(ctx, c.folder, strings.NewReader(""), nil, logs, nil, args...)
	if err == nil {
		return out, nil
	}
	return "", fmt.Errorf("pulumi %s: %w\n%s", strings.Join(args, " "), err, reason(out, stderr))
}

// reason is why a command failed: the errors among a preview's diagnostics, else what it
// wrote on standard error.
func reason(out, stderr string) string {
	if p, err := ReadPreview(strings.NewReader(out)); err == nil && len(p.Errors()) > 0 {
		return strings.Join(p.Errors(), "\n")
	}
	return strings.TrimSpace(stderr)
}
