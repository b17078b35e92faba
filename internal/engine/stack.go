package engine

import (
	"context"
	"encoding/json"
	"fmt"
)

// Outputs reads the outputs of a stack into a value, secrets among them. No error shows
// any of it.
func (c *CLI) Outputs(ctx context.Context, stack string, into any) error {
	out, err := c.run(ctx, []string{"stack", "output", "--json", "--show-secrets", "--non-interactive", "--stack", stack})
	if err != nil {
		return err
	}
	if json.Unmarshal([]byte(out), into) != nil {
		return fmt.Errorf("the outputs of stack %q are not those of this program", stack)
	}
	return nil
}

// Config returns the configuration of a stack, as the engine hands it to the program:
// structured values are JSON. Secrets are among it.
func (c *CLI) Config(ctx context.Context, stack string) (map[string]string, error) {
	out, err := c.run(ctx, []string{"config", "--json", "--show-secrets", "--non-interactive", "--stack", stack})
	if err != nil {
		return nil, err
	}
	return readConfig(out)
}

// readConfig reads what "pulumi config --json" prints.
func readConfig(text string) (map[string]string, error) {
	var values map[string]struct {
		Value string `json:"value"`
	}
	if json.Unmarshal([]byte(text), &values) != nil {
		return nil, fmt.Errorf("the configuration is not what \"pulumi config --json\" prints")
	}
	raw := map[string]string{}
	for key, v := range values {
		raw[key] = v.Value
	}
	return raw, nil
}
