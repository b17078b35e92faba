package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"github.com/gomeet/infra/components"
	"github.com/gomeet/infra/internal/load"
	"github.com/gomeet/infra/internal/report"
	"github.com/gomeet/infra/sizing"
	"github.com/gomeet/infra/stacks"
)

func newLoad() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "load",
		Short: "Put load on a deployment, from here or from a cluster, and hold it to the targets",
		Long: `Put load on a deployment, from here or from a cluster, and hold it to the design's targets.

The tests websocket, api and signalling are k6's; sfu holds meetings with real media, which
k6 cannot. Secrets come from the environment: TOKEN (a session of the API), LIVEKIT_API_KEY and
LIVEKIT_API_SECRET. A test aims at the stack's own hosts, and at another only with --target.`,
		Example: `  gomeet load plan --stack prod
  gomeet load api --stack dev --users 20 --duration 30s
  gomeet load manifests websocket --stack prod | kubectl apply -f -
  gomeet load sfu --stack prod --participants 50 --duration 5m`,
	}
	cmd.AddCommand(newLoadPlan(), newLoadManifests(), newLoadSFU())
	for _, test := range load.Tests {
		cmd.AddCommand(newLoadRun(test))
	}
	return cmd
}

// loadFlags change a test from what the design and the stack say.
type loadFlags struct {
	cmd            *cobra.Command
	stack, target  string
	users, perRoom int
	hold, ramp     time.Duration
	paths          []string
}

func addLoadFlags(cmd *cobra.Command) *loadFlags {
	f := &loadFlags{cmd: cmd}
	flags := cmd.Flags()
	flags.StringVar(&f.stack, "stack", "", "the stack's file, Pulumi.STACK.yaml: its hosts, limits and prices")
	flags.IntVar(&f.users, "users", 0, "virtual users; 0 is the design's number, or the stack's if that is smaller")
	flags.DurationVar(&f.hold, "duration", 0, "how long all users are there; 0 is the design's time")
	flags.DurationVar(&f.ramp, "ramp", 0, "how long they take to begin; 0 is as long as the stack's limits want")
	flags.StringSliceVar(&f.paths, "paths", nil, "what the api test asks for")
	flags.IntVar(&f.perRoom, "participants", 0, "participants of a room of the signalling test; 0 is the target's")
	_ = cmd.MarkFlagRequired("stack")
	return f
}

// withTarget is for one test: they speak different protocols.
func (f *loadFlags) withTarget() *loadFlags {
	f.cmd.Flags().StringVar(&f.target, "target", "", "another URL than the stack's own; be sure that you may")
	return f
}

// planned is a test with what it takes.
type planned struct {
	load.Spec
	takes  sizing.LoadPlan
	config *stacks.Config
}

func (f *loadFlags) plan(test load.Test) (planned, error) {
	cfg, err := readStack(f.stack)
	if err != nil {
		return planned{}, err
	}
	plan, err := cfg.Plan()
	if err != nil {
		return planned{}, err
	}
	p := planned{Spec: load.ForPlan(test, plan), config: cfg}
	p.Target, p.Ramp, p.Name = ownTarget(cfg, test), f.ramp, time.Now().UTC().Format("20060102-150405")
	if f.target != "" {
		p.Target = f.target
	}
	if f.users != 0 {
		p.Users = f.users
	}
	if f.hold != 0 {
		p.Hold = f.hold
	}
	if f.cmd.Flags().Changed("paths") {
		p.Paths = f.paths
	}
	if f.perRoom != 0 {
		p.PerRoom = f.perRoom
	}
	if p.takes, err = p.Plan(plan); err != nil {
		return planned{}, err
	}
	return p, p.Validate()
}

// webSocketPath is the service that most WebSockets go to (design, service breakdown).
const webSocketPath = "/v1/signalling"

// ownTarget is where a test of the stack goes: its first site.
func ownTarget(cfg *stacks.Config, test load.Test) string {
	purpose, scheme, path := components.PurposeAPI, "https", ""
	switch test {
	case load.WebSocket:
		purpose, scheme, path = components.PurposeWebSocket, "wss", webSocketPath
	case load.Signalling:
		purpose, scheme = components.PurposeLiveKit, "wss"
	}
	return fmt.Sprintf("%s://%s.%s%s", scheme, purpose, cfg.Domain, path)
}

// announce says what is about to happen, before it does.
func (p planned) announce(cmd *cobra.Command) {
	out := cmd.ErrOrStderr()
	fmt.Fprintf(out, "%s: %s users for %s, after a ramp of %s, against %s\n", p.Test, report.Count(p.Users), p.Hold, p.Ramp, p.Target)
	if !load.Own(p.Target, p.config.Domain) {
		fmt.Fprintf(out, "this is no host of the stack (%s): you said --target\n", p.config.Domain)
	}
	fmt.Fprintf(out, "about %s GiB over the network; target: %s\n", p.takes.TransferGiB.StringFixed(2), p.Test.Targets())
}

func newLoadRun(test load.Test) *cobra.Command {
	var k6 string
	cmd := &cobra.Command{
		Use:   string(test),
		Short: fmt.Sprintf("Run k6's %s from this machine", test.Script()),
		Args:  cobra.NoArgs,
	}
	f := addLoadFlags(cmd).withTarget()
	cmd.Flags().StringVar(&k6, "k6", "", "the k6 to run; empty is that of tools/bin ($GOMEET_TOOLS), or of PATH")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		p, err := f.plan(test)
		if err != nil {
			return err
		}
		if p.Workers > 1 {
			return fmt.Errorf("--users: %q: one k6 carries %d of them within the limits of stack %s; spread them with: gomeet load manifests %s",
				fmt.Sprint(p.Users), p.takes.Users, f.stack, test)
		}
		path, err := findK6(k6)
		if err != nil {
			return err
		}
		p.announce(cmd)
		return p.Run(cmd.Context(), path, cmd.OutOrStdout())
	}
	return cmd
}

func findK6(path string) (string, error) {
	if path != "" {
		return path, nil
	}
	tools := os.Getenv("GOMEET_TOOLS")
	if tools == "" {
		tools = filepath.Join("tools", "bin")
	}
	if built, err := filepath.Abs(filepath.Join(tools, "k6")); err == nil {
		if _, err := os.Stat(built); err == nil {
			return built, nil
		}
	}
	path, err := exec.LookPath("k6")
	if err != nil {
		return "", fmt.Errorf("--k6: %w; build it with: tools/build load", err)
	}
	return path, nil
}

func newLoadManifests() *cobra.Command {
	cmd := &cobra.Command{
		Use:       "manifests websocket|api|signalling",
		Short:     "Print the test as an Indexed Job for a cluster, split over enough workers",
		Args:      cobra.MatchAll(cobra.ExactArgs(1), cobra.OnlyValidArgs),
		ValidArgs: testNames(),
	}
	f := addLoadFlags(cmd).withTarget()
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		p, err := f.plan(load.Test(args[0]))
		if err != nil {
			return err
		}
		objects, err := p.Job(p.takes.Request)
		if err != nil {
			return err
		}
		text, err := load.YAML(objects)
		if err != nil {
			return err
		}
		p.announce(cmd)
		fmt.Fprintf(cmd.ErrOrStderr(), "it needs %d nodes of %s with the label and taint %s=%s, $%s at list prices\n",
			p.Workers, p.takes.Size.Slug, load.RoleLabel, load.Role, p.takes.Cost)
		fmt.Fprint(cmd.OutOrStdout(), text)
		return nil
	}
	return cmd
}

func testNames() []string {
	var names []string
	for _, test := range load.Tests {
		names = append(names, string(test))
	}
	return names
}

func newLoadPlan() *cobra.Command {
	var output string
	cmd := &cobra.Command{
		Use:   "plan",
		Short: "Show what each test takes: workers, nodes, traffic, cost",
		Args:  cobra.NoArgs,
	}
	f := addLoadFlags(cmd)
	cmd.Flags().StringVarP(&output, "output", "o", "table", "table, json or markdown")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		var all []planned
		for _, test := range load.Tests {
			p, err := f.plan(test)
			if err != nil {
				return err
			}
			all = append(all, p)
		}
		return write(cmd.OutOrStdout(), output, []report.Table{loadTable(f.stack, all)}, loadView(all))
	}
	return cmd
}
