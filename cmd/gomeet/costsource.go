package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/gomeet/infra/internal/cost"
	"github.com/gomeet/infra/internal/engine"
	"github.com/gomeet/infra/sizing"
	"github.com/gomeet/infra/stacks"
)

// costSource says what to price: a preview that is made now, a saved one, or what is
// deployed.
type costSource struct {
	stack, file    string
	state, refresh bool
}

// read returns the report, and the compact JSON of the preview it is about.
func (s costSource) read(cmd *cobra.Command) (*cost.Report, []byte, error) {
	if err := s.named(); err != nil {
		return nil, nil, err
	}
	if s.state {
		cli, err := engine.NewCLI(".", cmd.ErrOrStderr())
		if err != nil {
			return nil, nil, err
		}
		resources, err := s.inState(cmd, cli)
		if err != nil {
			return nil, nil, err
		}
		return cost.OfState(s.stack, resources, sizing.DefaultCatalogue()), nil, nil
	}
	preview, raw, err := s.complete(cmd)
	if err != nil {
		return nil, nil, err
	}
	plan, err := planOf(preview)
	if err != nil {
		return nil, nil, err
	}
	compact, err := engine.Compact(raw)
	return cost.OfPreview(preview, plan, sizing.DefaultCatalogue()), compact, err
}

// inState returns what is deployed. Nothing is more likely the wrong backend than a stack to judge.
func (s costSource) inState(cmd *cobra.Command, cli *engine.CLI) ([]*engine.Resource, error) {
	resources, err := cli.State(cmd.Context(), s.stack)
	if err == nil && len(resources) == 0 {
		err = fmt.Errorf("--stack %q: nothing is deployed", s.stack)
	}
	return resources, err
}

// named returns an error when nothing says which stack it is about.
func (s costSource) named() error {
	if s.file == "" && s.stack == "" {
		return errors.New(`--stack: name a stack, such as "prod", or a preview with --preview-file`)
	}
	return nil
}

// complete returns a preview of the named stack with all of its resources, and its JSON.
func (s costSource) complete(cmd *cobra.Command) (*engine.Preview, []byte, error) {
	preview, raw, err := s.preview(cmd)
	if err != nil {
		return nil, nil, err
	}
	if err := preview.Complete(); err != nil {
		return nil, nil, err
	}
	if s.stack != "" && preview.Stack() != s.stack {
		return nil, nil, fmt.Errorf("--stack %q: the preview is of stack %q", s.stack, preview.Stack())
	}
	return preview, raw, nil
}

func (s costSource) preview(cmd *cobra.Command) (*engine.Preview, []byte, error) {
	var raw []byte
	var err error
	switch s.file {
	case "":
		cli, err := engine.NewCLI(".", cmd.ErrOrStderr())
		if err != nil {
			return nil, nil, err
		}
		var options []string
		if s.refresh {
			options = append(options, "--refresh")
		}
		return cli.Preview(cmd.Context(), s.stack, options...)
	case "-":
		raw, err = io.ReadAll(cmd.InOrStdin())
	default:
		raw, err = os.ReadFile(s.file)
	}
	if err != nil {
		return nil, nil, fmt.Errorf("--preview-file: %w", err)
	}
	preview, err := engine.ReadPreview(bytes.NewReader(raw))
	if err != nil {
		return nil, nil, fmt.Errorf("--preview-file %s: %w", s.file, err)
	}
	return preview, raw, nil
}

// planOf plans the configuration that a preview was made with.
func planOf(preview *engine.Preview) (*sizing.Plan, error) {
	cfg, err := configOf(preview)
	if cfg == nil || err != nil {
		return nil, err // another program's preview: its resources have prices, its use is not known
	}
	return cfg.Plan()
}

// configOf reads the configuration that a preview was made with; nil if it is another
// program's.
func configOf(preview *engine.Preview) (*stacks.Config, error) {
	raw := map[string]string{}
	for key, value := range preview.Config {
		if strings.HasPrefix(key, "gomeet:") && value != engine.Masked {
			raw[key] = value
		}
	}
	if len(raw) == 0 {
		return nil, nil
	}
	cfg, err := stacks.Inspect(preview.Stack(), raw)
	if err != nil {
		return nil, fmt.Errorf("the preview's configuration: %w", err)
	}
	return cfg, nil
}
