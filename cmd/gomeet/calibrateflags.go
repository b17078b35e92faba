package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"time"

	"github.com/spf13/cobra"
	"gopkg.in/yaml.v3"

	"github.com/gomeet/infra/components"
	"github.com/gomeet/infra/internal/calibrate"
	"github.com/gomeet/infra/internal/media"
	"github.com/gomeet/infra/sizing"
)

// calibrateFlags say what to measure and how.
type calibrateFlags struct {
	stack, url, keyFile      string
	metrics, cpu             string
	cpuLabels                map[string]string
	size, cpuName, transport string
	vCPUs                    int
	load                     calibrate.Load
	limits                   calibrate.Limits
	joinTime                 time.Duration
	force, accept            bool
	out, output              string
}

func addCalibrateFlags(cmd *cobra.Command) *calibrateFlags {
	f := &calibrateFlags{}
	flags := cmd.Flags()
	flags.StringVar(&f.stack, "stack", "", "take --url and --size from this stack's file, Pulumi.STACK.yaml")
	flags.StringVar(&f.url, "url", "", "where LiveKit signals, such as wss://rtc.gomeet.example")
	flags.StringVar(&f.keyFile, "key-file", "", `LiveKit's key file, a line "key: secret"; by default LIVEKIT_API_KEY and LIVEKIT_API_SECRET`)
	flags.StringVar(&f.metrics, "metrics", "", "LiveKit's metrics on the node to measure, such as http://127.0.0.1:6789")
	flags.StringVar(&f.cpu, "cpu", "", "the node's CPU time: metrics of node_exporter or cAdvisor, or pid:N; by default the server's own")
	flags.StringToStringVar(&f.cpuLabels, "cpu-labels", map[string]string{"container": "livekit"}, "which of cAdvisor's containers is LiveKit")
	flags.StringVar(&f.size, "size", "", "the node's Droplet size, such as c-16-intel")
	flags.IntVar(&f.vCPUs, "vcpus", 0, "the node's logical CPUs; by default what --size or --cpu says")
	flags.StringVar(&f.cpuName, "cpu-model", "", "the node's kind of CPU, for the record; by default what --cpu says")
	flags.StringVar(&f.transport, "transport", string(media.UDP), "udp or tcp; LiveKit counts what it relays by TURN twice")
	flags.IntVar(&f.load.Participants, "participants", 50, "the most participants in a room")
	flags.IntVar(&f.load.Publishers, "publishers", 4, "how many of them publish video at the last step")
	flags.IntVar(&f.load.BitsPerSecond, "bitrate", 500_000, "payload of one video in bits per second")
	flags.IntVar(&f.load.Steps, "steps", 8, "how often the load grows")
	flags.DurationVar(&f.load.StepTime, "step-time", 30*time.Second, "how long a step is measured")
	flags.DurationVar(&f.joinTime, "join-time", 2*time.Minute, "how long the joining of a step may take")
	f.limits = calibrate.DefaultLimits
	flags.Float64Var(&f.limits.LossPercent, "max-loss", f.limits.LossPercent, "loss of packets or frames in percent at which the load stops growing")
	flags.DurationVar(&f.limits.DelayP95, "max-delay", f.limits.DelayP95, "delay of the slowest 5 % of frames at which the load stops growing")
	flags.Float64Var(&f.limits.CPUPercent, "stop-cpu", f.limits.CPUPercent, "CPU of the node in percent at which the load stops growing")
	flags.BoolVar(&f.force, "force", false, "measure although other people meet on the node; they will notice")
	flags.BoolVar(&f.accept, "accept", false, "write the file although the fit is not credible")
	flags.StringVar(&f.out, "out", "calibration.yaml", "the file to write")
	flags.StringVarP(&f.output, "output", "o", "table", "table, json or markdown")
	_ = cmd.RegisterFlagCompletionFunc("transport", cobra.FixedCompletions(calibrated, cobra.ShellCompDirectiveNoFileComp))
	_ = cmd.RegisterFlagCompletionFunc("output", cobra.FixedCompletions(formats, cobra.ShellCompDirectiveNoFileComp))
	return f
}

// prepare checks the flags, and asks the node what it is, before anything is loaded.
func (f *calibrateFlags) prepare(ctx context.Context) (*calibrate.Run, calibrate.Identity, error) {
	fail := func(err error) (*calibrate.Run, calibrate.Identity, error) { return nil, calibrate.Identity{}, err }
	if err := f.fromStack(); err != nil {
		return fail(err)
	}
	switch {
	case f.url == "":
		return fail(errors.New("--url or --stack: one of them must say where LiveKit is"))
	case f.metrics == "":
		return fail(errors.New("--metrics: must say where LiveKit's metrics are, such as http://127.0.0.1:6789"))
	case !slices.Contains(calibrated, f.transport):
		return fail(fmt.Errorf("--transport %q: must be one of %v", f.transport, calibrated))
	case f.joinTime <= 0:
		return fail(fmt.Errorf("--join-time %s: must be above 0", f.joinTime))
	case !slices.Contains(formats, f.output):
		return fail(fmt.Errorf("--output: %q: must be one of %v", f.output, formats))
	}
	if err := errors.Join(f.load.Validate(), f.limits.Validate()); err != nil {
		return fail(err)
	}
	key, secret, err := f.key()
	if err != nil {
		return fail(err)
	}
	metrics := calibrate.Endpoint{URL: f.metrics}
	cpu, err := calibrate.NewCPU(ctx, f.cpu, f.cpuLabels, metrics)
	if err != nil {
		return fail(err)
	}
	r := &calibrate.Run{
		Server: media.Server{URL: f.url, Key: key, Secret: secret}, Metrics: metrics, CPU: cpu, Load: f.load, Limits: f.limits,
		Transport: media.Transport(f.transport), JoinTime: f.joinTime, Force: f.force,
	}
	if r.VCPUs, err = f.nodeVCPUs(cpu); err != nil {
		return fail(err)
	}
	return r, calibrate.Identity{
		URL: f.url, Metrics: f.metrics, CPU: f.cpu, VCPUs: r.VCPUs, Transport: f.transport, Load: f.load, Limits: f.limits,
	}, nil
}

// fromStack fills in what a stack's file says: the primary site's LiveKit and its nodes.
func (f *calibrateFlags) fromStack() error {
	if f.stack == "" {
		return nil
	}
	cfg, err := readStack(f.stack)
	if err != nil {
		return err
	}
	plan, err := cfg.Plan()
	if err != nil {
		return err
	}
	if f.size == "" {
		f.size = plan.Size(sizing.RoleSFU)
	}
	if f.url != "" {
		return nil
	}
	for _, host := range components.Hosts(cfg.Sites[0].Name, true) {
		if host.Purpose == components.PurposeLiveKit {
			f.url = "wss://" + host.FQDN(cfg.Domain)
			return nil
		}
	}
	return nil
}

// key reads LiveKit's key and secret from where no other process reads them.
func (f *calibrateFlags) key() (key, secret string, err error) {
	if f.keyFile == "" {
		key, secret = os.Getenv("LIVEKIT_API_KEY"), os.Getenv("LIVEKIT_API_SECRET")
		if key == "" || secret == "" {
			return "", "", errors.New("LIVEKIT_API_KEY and LIVEKIT_API_SECRET are not both set; set them, or give --key-file")
		}
		return key, secret, nil
	}
	text, err := os.ReadFile(f.keyFile)
	if err != nil {
		return "", "", fmt.Errorf("--key-file: %w", err)
	}
	keys := map[string]string{}
	// The error of the parser would repeat the text, which is secret.
	if yaml.Unmarshal(text, &keys) != nil || len(keys) != 1 {
		return "", "", fmt.Errorf(`--key-file %s: must have one line, "key: secret"`, f.keyFile)
	}
	for key, secret = range keys {
	}
	return key, secret, nil
}

// nodeVCPUs brings together what the flags, the size and the node itself say.
func (f *calibrateFlags) nodeVCPUs(cpu *calibrate.CPU) (int, error) {
	vCPUs := cpu.VCPUs
	if f.size != "" {
		size, ok := sizing.DefaultCatalogue().Size(f.size)
		if !ok {
			return 0, fmt.Errorf("--size %q: must be a Droplet size of the catalogue", f.size)
		}
		if cpu.Kind == "node" && cpu.VCPUs != size.VCPUs {
			return 0, fmt.Errorf("--size %s has %d vCPUs and the node at --cpu has %d: it is another machine", f.size, size.VCPUs, cpu.VCPUs)
		}
		vCPUs = size.VCPUs
	}
	if f.vCPUs != 0 {
		vCPUs = f.vCPUs
	}
	if vCPUs < 1 {
		return 0, fmt.Errorf("--vcpus %d: must say how many logical CPUs the node has; --cpu does not", f.vCPUs)
	}
	return vCPUs, nil
}
