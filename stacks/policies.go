package stacks

import (
	"slices"
	"time"

	"github.com/gomeet/infra/policies"
)

// PolicySettings returns what the policies depend on beside the resources: the settings
// file for this stack, and what the stack is sized from. A stack is a production stack
// when it is called prod or protects its data.
func (c *Config) PolicySettings(file *policies.File, today time.Time) *policies.Settings {
	s := file.For(c.Stack, today)
	in := c.Input()
	s.Input, s.Production = &in, c.Protect || c.Stack == "prod"
	return s
}

// PlainConfig collects the stack's configuration, without secrets, from whatever holds it.
func PlainConfig(get func(key string) (string, bool)) map[string]string {
	secret, raw := SecretKeys(), map[string]string{}
	for _, k := range keys {
		name := qualified(k.name)
		if value, found := get(name); found && !slices.Contains(secret, name) {
			raw[name] = value
		}
	}
	return raw
}
