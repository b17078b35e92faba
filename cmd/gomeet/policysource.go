package main

import (
	"time"

	"github.com/spf13/cobra"

	"github.com/gomeet/infra/internal/engine"
	"github.com/gomeet/infra/policies"
)

// judged returns the resources of a stack as they would be, or, with --state, as they
// are, and the settings that they are judged by.
func (s costSource) judged(
	cmd *cobra.Command, file *policies.File, today time.Time,
) (*policies.Settings, []*engine.Resource, error) {
	if err := s.named(); err != nil {
		return nil, nil, err
	}
	if s.state {
		return s.deployed(cmd, file, today)
	}
	preview, _, err := s.complete(cmd)
	if err != nil {
		return nil, nil, err
	}
	cfg, err := configOf(preview)
	if err != nil {
		return nil, nil, err
	}
	if cfg == nil { // another program's preview: there is no target to carry
		return file.For(preview.Stack(), today), preview.After(), nil
	}
	return cfg.PolicySettings(file, today), preview.After(), nil
}

func (s costSource) deployed(
	cmd *cobra.Command, file *policies.File, today time.Time,
) (*policies.Settings, []*engine.Resource, error) {
	cfg, err := readStack(s.stack)
	if err != nil {
		return nil, nil, err
	}
	cli, err := engine.NewCLI(".", cmd.ErrOrStderr())
	if err != nil {
		return nil, nil, err
	}
	resources, err := s.inState(cmd, cli)
	return cfg.PolicySettings(file, today), resources, err
}
