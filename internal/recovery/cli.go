package recovery

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"strings"

	"github.com/gomeet/infra/internal/engine"
)

// CLI is a stack behind the pulumi command on PATH, in the working folder.
type CLI struct {
	// Backend is the URL of the states, and Project the project's name.
	Backend, Project, Name string
	Reader                 engine.Engine
}

var _ Stack = (*CLI)(nil)

// Hold implements Stack.
func (c *CLI) Hold() (release func(), err error) { return Hold(c.Backend, c.Project, c.Name) }

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
	_, err := c.pulumi(ctx, "", "import", "--file", file, "--yes", "--skip-preview", "--protect=false", "--generate-code=false")
	return err
}

// Cancel breaks the stack's lock.
func (c *CLI) Cancel(ctx context.Context) error {
	_, err := c.pulumi(ctx, "", "cancel", "--yes")
	return err
}

// Interrupted reports whether the state has operations that were never finished, or the
// last run failed: then something may exist that the state lacks.
func (c *CLI) Interrupted(ctx context.Context) (bool, error) {
	pending, _, err := c.pending(ctx)
	if err != nil || pending > 0 {
		return pending > 0, err
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

// Finish implements Stack. Secrets stay encrypted on their way.
func (c *CLI) Finish(ctx context.Context, needs []Needs) (int, error) {
	pending, state, err := c.pending(ctx)
	if err != nil || (pending == 0 && len(needs) == 0) {
		return 0, err
	}
	var deployment map[string]json.RawMessage
	if err := json.Unmarshal(state["deployment"], &deployment); err != nil {
		return 0, fmt.Errorf("reading the state of stack %q: %w", c.Name, err)
	}
	delete(deployment, "pending_operations")
	var resources []json.RawMessage
	if err := json.Unmarshal(deployment["resources"], &resources); err != nil {
		return 0, fmt.Errorf("reading the state of stack %q: %w", c.Name, err)
	}
	if resources, err = order(resources, needs); err != nil {
		return 0, err
	}
	if deployment["resources"], err = json.Marshal(resources); err != nil {
		return 0, err
	}
	if state["deployment"], err = json.Marshal(deployment); err != nil {
		return 0, err
	}
	text, err := json.Marshal(state)
	if err != nil {
		return 0, err
	}
	_, err = c.pulumi(ctx, string(text), "stack", "import")
	return pending, err
}

// pending counts the unfinished operations of the state, and returns the state.
func (c *CLI) pending(ctx context.Context) (int, map[string]json.RawMessage, error) {
	text, err := c.pulumi(ctx, "", "stack", "export")
	if err != nil {
		return 0, nil, err
	}
	var state map[string]json.RawMessage
	var operations struct {
		Deployment struct {
			Pending []json.RawMessage `json:"pending_operations"`
		} `json:"deployment"`
	}
	if err := errors.Join(json.Unmarshal([]byte(text), &state), json.Unmarshal([]byte(text), &operations)); err != nil {
		return 0, nil, fmt.Errorf("reading the state of stack %q: %w", c.Name, err)
	}
	return len(operations.Deployment.Pending), state, nil
}

// pulumi runs a command on the stack and returns its standard output.
func (c *CLI) pulumi(ctx context.Context, input string, args ...string) (string, error) {
	args = append(args, "--stack", c.Name, "--non-interactive")
	command := exec.CommandContext(ctx, "pulumi", args...)
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
