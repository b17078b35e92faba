package main

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/gomeet/infra/components"
	"github.com/gomeet/infra/internal/drift"
	"github.com/gomeet/infra/internal/engine"
	"github.com/gomeet/infra/internal/report"
)

// ignoreFile is read when there is one and no other is named.
const ignoreFile = ".gomeet-drift.yaml"

// errDrift is what the exit code says; the report has said the rest.
var errDrift = errors.New("the stack, the code and the account differ")

func newDrift() *cobra.Command {
	var stack, format, ignore, file string
	cmd := &cobra.Command{
		Use:   "drift",
		Short: "Find what differs between the stack, the code and the account",
		Long: `Find what differs between the stack, the code and the account. It only reads.

It tells three things apart: the world changed behind the program's back; the code has
not been applied yet; a resource of the stack's account is managed by nobody.

Exit codes: 0 nothing differs, 2 the world changed or something is unmanaged, 3 only
code waits to be applied, 1 it could not find out. docs/drift.md has the rules for what
to ignore.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			write, ok := driftFormats[format]
			if !ok {
				return fmt.Errorf("--output %q: must be table, json or markdown", format)
			}
			if file != "" {
				return showSaved(cmd.OutOrStdout(), file, "drift", write)
			}
			rules, err := drift.ReadRules(ignore, cmd.Flags().Changed("ignore-file"))
			if err != nil {
				return err
			}
			r, err := findDrift(cmd, stack, rules)
			if err != nil {
				return err
			}
			if err := write(cmd.OutOrStdout(), r); err != nil {
				return err
			}
			if code := r.ExitCode(); code != drift.ExitClean {
				return exitError{errDrift, code}
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&stack, "stack", "dev", "the stack")
	cmd.Flags().StringVarP(&format, "output", "o", "table", "table, json or markdown")
	cmd.Flags().StringVar(&ignore, "ignore-file", ignoreFile, "rules for what to ignore, and until when")
	cmd.Flags().StringVar(&file, "report-file", "", "show a report that was saved with -o json, and look for nothing")
	return cmd
}

var driftFormats = map[string]func(io.Writer, *drift.Report) error{
	"table":    func(w io.Writer, r *drift.Report) error { report.DriftTable(w, r); return nil },
	"markdown": func(w io.Writer, r *drift.Report) error { report.DriftMarkdown(w, r); return nil },
	"json":     func(w io.Writer, r *drift.Report) error { return report.JSON(w, r) },
}

func findDrift(cmd *cobra.Command, stack string, rules []drift.Rule) (*drift.Report, error) {
	ctx := cmd.Context()
	cli, err := engine.NewCLI(".", nil)
	if err != nil {
		return nil, err
	}
	state, err := cli.State(ctx, stack)
	if err != nil {
		return nil, err
	}
	if len(state) == 0 {
		return nil, fmt.Errorf("--stack %q: nothing is deployed", stack)
	}
	refresh, err := cli.RefreshPreview(ctx, stack)
	if err != nil {
		return nil, err
	}
	// A program that refuses to run must not hide what the world is like.
	preview, _, failed := cli.Preview(ctx, stack)
	if failed != nil {
		preview = &engine.Preview{}
	}
	config, err := cli.Config(ctx, stack)
	if err != nil {
		return nil, err
	}
	cloud, err := newCloud(config)
	if err != nil {
		return nil, err
	}
	cloud.HTTPClient.Transport = readOnly{cloud.HTTPClient.Transport}
	owner := drift.Owner{Prefix: components.Environment{Stack: stack}.Name() + "-", Tag: "stack:" + stack}
	if id := config["gomeet:stackId"]; id != "" {
		owner.Tag = components.Owner(id)
	}
	strays, err := drift.Strays(ctx, cloud.Client, owner, state)
	if err != nil {
		return nil, err
	}
	open, err := drift.OpenBuckets(ctx, &http.Client{Transport: readOnly{http.DefaultTransport}, Timeout: bucketTimeout}, cloud.Spaces, state)
	if err != nil {
		return nil, err
	}
	r := drift.Analyze(stack, refresh, preview, slices.Concat(strays, open, drift.Replaced(state, stack)), rules, time.Now())
	if failed != nil {
		r.PendingUnknown = failed.Error()
	}
	return r, nil
}

// bucketTimeout bounds one look at a bucket; a list of one object takes well under a second.
const bucketTimeout = 20 * time.Second

// readOnly refuses requests that could change something, whoever sends them.
type readOnly struct{ next http.RoundTripper }

func (r readOnly) RoundTrip(request *http.Request) (*http.Response, error) {
	if request.Method != http.MethodGet && request.Method != http.MethodHead {
		return nil, fmt.Errorf("%s %s: this command only reads", request.Method, request.URL.Path)
	}
	return r.next.RoundTrip(request)
}
