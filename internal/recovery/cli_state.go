package recovery

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
)

// exported is a state as "pulumi stack export" writes it: whole, with the parts that
// recovery changes beside it. Secrets are encrypted in it, and stay so.
type exported struct {
	whole, deployment map[string]json.RawMessage
	resources         []json.RawMessage
	// pending is the number of operations that were never finished.
	pending int
}

// export reads the stack's state.
func (c *CLI) export(ctx context.Context) (*exported, error) {
	text, err := c.pulumi(ctx, "", "stack", "export")
	if err != nil {
		return nil, err
	}
	state := &exported{resources: []json.RawMessage{}}
	var operations []json.RawMessage
	read := func(text json.RawMessage, into any) {
		if len(text) > 0 && err == nil {
			err = json.Unmarshal(text, into)
		}
	}
	read(json.RawMessage(text), &state.whole)
	read(state.whole["deployment"], &state.deployment)
	read(state.deployment["resources"], &state.resources)
	read(state.deployment["pending_operations"], &operations)
	if err != nil {
		return nil, fmt.Errorf("reading the state of stack %q: %w", c.Name, err)
	}
	state.pending = len(operations)
	return state, nil
}

// write replaces the stack's state. The engine checks it first.
func (c *CLI) write(ctx context.Context, state *exported) error {
	var errs [3]error
	state.deployment["resources"], errs[0] = json.Marshal(state.resources)
	state.whole["deployment"], errs[1] = json.Marshal(state.deployment)
	text, err := json.Marshal(state.whole)
	errs[2] = err
	if err := errors.Join(errs[:]...); err != nil {
		return fmt.Errorf("writing the state of stack %q: %w", c.Name, err)
	}
	_, err = c.pulumi(ctx, string(text), "stack", "import")
	return err
}
