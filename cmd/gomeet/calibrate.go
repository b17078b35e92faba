package main

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"github.com/spf13/cobra"
	"gopkg.in/yaml.v3"

	"github.com/gomeet/infra/internal/calibrate"
	"github.com/gomeet/infra/internal/media"
	"github.com/gomeet/infra/internal/report"
	"github.com/gomeet/infra/sizing/calibration"
)

func newCalibrate() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "calibrate",
		Short: "Measure what one LiveKit node carries, for plans to use instead of the published benchmark",
		Long: `Measure what one LiveKit node carries, for plans to use instead of the published benchmark.

Synthetic participants meet on the node at growing load until they notice, or the node's
CPU is as busy as --stop-cpu. What was measured is kept in OUT.samples while it runs: the
same command goes on where an interrupted one was.

The key is LIVEKIT_API_KEY and LIVEKIT_API_SECRET, or --key-file with a line "key: secret".
--cpu is where the node's CPU time is read: node_exporter or cAdvisor, a process of this
machine (pid:N), or by default what the server says of its own process.

The edge lets LiveKit's signalling through and not its room API: reach that with
"kubectl -n media port-forward service/livekit 7880" and --livekit-api http://127.0.0.1:7880.`,
		Example: `  gomeet calibrate --stack prod --livekit-api http://127.0.0.1:7880 --metrics http://127.0.0.1:6789 \
    --cpu http://127.0.0.1:9100/metrics --participants 200 --publishers 22 --bitrate 750000 --key-file keys.yaml
  gomeet calibrate --url ws://10.130.0.5:7880 --subscription-limit 22 --metrics http://10.130.0.5:6789 --size c-16-intel
  gomeet plan --stack prod --calibration calibration.yaml`,
		Args: cobra.NoArgs,
	}
	f := addCalibrateFlags(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error { return f.run(cmd) }
	return cmd
}

func (f *calibrateFlags) run(cmd *cobra.Command) error {
	r, identity, err := f.prepare(cmd.Context())
	if err != nil {
		return err
	}
	samples := f.out + ".samples"
	if r.Log, err = calibrate.OpenLog(samples, identity); err != nil {
		return err
	}
	r.Say = func(format string, args ...any) { fmt.Fprintf(cmd.ErrOrStderr(), format+"\n", args...) }
	if r.Log.Resumed() {
		r.Say("going on with the %d samples of %s", len(r.Log.Samples()), samples)
	}
	r.Say("%d steps in some %s or more; the node sends %.3g GB or less", len(r.Load.Plan()), r.Load.Time().Round(time.Minute), r.Load.Gigabytes())
	outcome, err := r.Do(cmd.Context())
	if err != nil {
		return fmt.Errorf("%w\nwhat was measured is in %s; the same command goes on from there", err, samples)
	}
	file, err := f.judge(r, outcome)
	if err != nil {
		return fmt.Errorf("%w\nthe samples are in %s", err, samples)
	}
	text, err := file.Render()
	if err != nil {
		return err
	}
	// JSON has the names that the file has.
	var view any
	if err := yaml.Unmarshal(text, &view); err != nil {
		return err
	}
	if err := write(cmd.OutOrStdout(), f.output, report.Calibration(file, outcome.Stopped), view); err != nil {
		return err
	}
	if len(file.Refusals) > 0 && !f.accept {
		return fmt.Errorf("%s is not written: the fit is not credible (--accept writes it all the same, with the reasons in it); the samples are in %s",
			f.out, samples)
	}
	if err := calibrate.Replace(f.out, text); err != nil {
		return err
	}
	r.Say("wrote %s", f.out)
	return r.Log.Remove()
}

// judge makes the file of an outcome.
func (f *calibrateFlags) judge(r *calibrate.Run, o *calibrate.Outcome) (*calibration.File, error) {
	fit, err := calibrate.Fit(o.Samples)
	if err != nil {
		return nil, err
	}
	return &calibration.File{
		Version: calibration.Version,
		Conditions: calibration.Conditions{
			Date: time.Now().UTC().Format(time.DateOnly), LiveKit: o.LiveKit,
			Node:      calibration.Node{Size: f.size, VCPUs: r.VCPUs, CPU: f.cpuModel(r), CPUSource: r.CPU.Kind},
			Transport: string(r.Transport), Participants: r.Load.Participants, BitsPerSecond: r.Load.BitsPerSecond,
			Driver: calibration.Driver{VCPUs: runtime.NumCPU(), SameMachine: r.SameMachine()},
		},
		Fit: *fit, Refusals: calibrate.Refusals(fit, r.VCPUs), Doubts: r.Doubts(o, fit), Samples: o.Samples,
	}, nil
}

func (f *calibrateFlags) cpuModel(r *calibrate.Run) string {
	if f.cpuName != "" {
		return f.cpuName
	}
	return r.CPU.Model
}

// readCalibration reads a file for a plan.
func readCalibration(path string) (*calibration.File, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("--calibration: %w", err)
	}
	file, err := calibration.Parse(text)
	if err != nil {
		return nil, fmt.Errorf("--calibration %s: %w", filepath.Clean(path), err)
	}
	return file, nil
}

var calibrated = []string{string(media.UDP), string(media.TCP)}
