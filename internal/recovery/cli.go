package recovery

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/gomeet/infra/internal/engine"
)

// CLI is a stack behind the pulumi command on PATH, in the working folder.
type CLI struct {
	// Backend is the URL of the states, and Project the project's name.
	Backend, Project, Name string
	Reader                 engine.Engine
	// Alone is somebody's word that no run is alive, where the backend's locks cannot be read.
	Alone bool
}

var _ Stack = (*CLI)(nil)

// Hold implements Stack.
func (c *CLI) Hold() (release func(), alone bool, err error) {
	release, held, err := Hold(c.Backend, c.Project, c.Name)
	return release, held || c.Alone, err
}

// Dead returns the locks that nobody holds any more, and ErrRunning when a process that lives
// holds the stack.
func (c *CLI) Dead() ([]Lock, error) {
	locks, err := Locks(c.Backend, c.Project, c.Name)
	for _, lock := range locks {
		if lock.Held() {
			return nil, ErrRunning{Lock: lock}
		}
	}
	return locks, err
}

// Preview implements Stack.
func (c *CLI) Preview(ctx context.Context, file string) (*engine.Preview, error) {
	preview, _, err := c.Reader.Preview(ctx, c.Name, "--import-file", file)
	return preview, err
}

// Import implements Stack. What is imported gets the program's own protection at the
// next deployment.
func (c *CLI) Import(ctx context.Context, file string) error {
	state, err := c.export(ctx)
	if err != nil {
		return err
	}
	var changed bool
	if state.resources, changed, err = setAside(state.resources); err != nil {
		return err
	}
	if changed {
		if err := c.write(ctx, state); err != nil {
			return err
		}
	}
	_, err = c.pulumi(ctx, "", "import", "--file", file, "--yes", "--skip-preview", "--protect=false", "--generate-code=false")
	return err
}

// Cancel breaks the stack's lock.
func (c *CLI) Cancel(ctx context.Context) error {
	_, err := c.pulumi(ctx, "", "cancel", "--yes")
	return err
}

// Interrupted reports whether the state has operations that were never finished, or lacks
// what something was replaced by, or the last run failed: then something may exist that the
// state lacks.
func (c *CLI) Interrupted(ctx context.Context) (bool, error) {
	state, err := c.export(ctx)
	if err != nil {
		return false, err
	}
	if state.pending > 0 {
		return true, nil
	}
	// Recovery that was cut off itself: what it wrote before importing has no operations.
	all, err := readStates(state.resources)
	if err != nil || len(all.orphaned()) > 0 {
		return err == nil, err
	}
	text, err := c.pulumi(ctx, "", "stack", "history", "--json", "--page-size", "1")
	if err != nil {
		return false, err
	}
	var runs []struct {
		Result string `json:"result"`
	}
	if err := json.Unmarshal([]byte(text), &runs); err != nil {
		return false, fmt.Errorf("reading the history of stack %q: %w", c.Name, err)
	}
	return len(runs) > 0 && runs[0].Result != "succeeded", nil
}

// Finish implements Stack.
func (c *CLI) Finish(ctx context.Context, needs []Needs) (int, error) {
	state, err := c.export(ctx)
	if err != nil || (state.pending == 0 && len(needs) == 0) {
		return 0, err
	}
	delete(state.deployment, "pending_operations")
	if state.resources, err = order(state.resources, needs); err != nil {
		return 0, err
	}
	return state.pending, c.write(ctx, state)
}

// pulumi runs a command on the stack and returns its standard output.
func (c *CLI) pulumi(ctx context.Context, input string, args ...string) (string, error) {
	args = append(args, "--stack", c.Name, "--non-interactive")
	command := engine.Command(ctx, "pulumi", args...)
	var stdout, all strings.Builder
	command.Stdin = strings.NewReader(input)
	command.Stdout, command.Stderr = io.MultiWriter(&stdout, &all), &all
	if err := command.Run(); err != nil {
		said := all.String()
		if input != "" || args[1] == "export" {
			said = "" // it may quote the state
		}
		err = fmt.Errorf("pulumi %s: %w\n%s", strings.Join(args, " "), err, strings.TrimSpace(said))
		// A run that began meanwhile is why, and its lock says more.
		_, running := c.Dead()
		return "", errors.Join(running, err)
	}
	return stdout.String(), nil
}
