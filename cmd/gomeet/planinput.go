package main

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/gomeet/infra/internal/stackfile"
	"github.com/gomeet/infra/manifests"
	"github.com/gomeet/infra/sizing"
	"github.com/gomeet/infra/stacks"
)

// planFlags say what to plan: a stack's file, or flags, or a stack's file with
// flags on top.
type planFlags struct {
	cmd                    *cobra.Command
	stack, model           string
	calibration, usage     string
	meetings, participants int
	redundancy, committed  int
	regions                []string
	autoscale, ha          bool
}

func addPlanFlags(cmd *cobra.Command) *planFlags {
	f := &planFlags{cmd: cmd}
	target := sizing.DefaultTarget()
	flags := cmd.Flags()
	flags.StringVar(&f.stack, "stack", "", "plan this stack's file, Pulumi.STACK.yaml")
	flags.StringVar(&f.model, "model", string(sizing.ModelDesign), `how counts are derived: "design" or "capacity"`)
	flags.IntVar(&f.meetings, "meetings", target.Meetings, "meetings at the same time at the peak")
	flags.IntVar(&f.participants, "participants", target.ParticipantsPerMeeting, "participants in one meeting")
	flags.StringVar(&f.usage, "usage", "{}", `how people meet, as in the key usage: {"maxVideoPublishers": 25}`)
	flags.IntVar(&f.redundancy, "redundancy", 0, "nodes of the SFU and API pools that may fail at once; 0 is the default of the model, -1 none")
	flags.IntVar(&f.committed, "committed-use", 0, "negotiated discount on Droplets in percent, shown as an option")
	flags.StringSliceVar(&f.regions, "regions", []string{"sgp1"}, "regions of the sites, the primary first")
	flags.BoolVar(&f.autoscale, "autoscale", false, "give the SFU and API pools autoscaling limits")
	flags.BoolVar(&f.ha, "high-availability", true, "highly available control planes")
	flags.StringVar(&f.calibration, "calibration", "", `plan with this file of "gomeet calibrate" instead of the published benchmark`)
	_ = cmd.RegisterFlagCompletionFunc("model", cobra.FixedCompletions(
		[]string{string(sizing.ModelDesign), string(sizing.ModelCapacity)}, cobra.ShellCompDirectiveNoFileComp))
	return f
}

// input returns what to plan.
func (f *planFlags) input() (sizing.Input, error) {
	in := sizing.Input{Target: sizing.DefaultTarget(), Options: sizing.Options{HighAvailability: f.ha, RecordingsInSpaces: true}}
	if f.stack != "" {
		cfg, err := readStack(f.stack)
		if err != nil {
			return in, err
		}
		in = cfg.Input()
	} else {
		for i, region := range f.regions {
			in.Sites = append(in.Sites, sizing.Site{Name: fmt.Sprintf("site%d", i+1), Region: region})
		}
	}
	in.Options.LiveKitVersion, in.Options.Today = manifests.LiveKitVersion(), time.Now().UTC().Format(time.DateOnly)
	if f.calibration != "" {
		file, err := readCalibration(f.calibration)
		if err != nil {
			return in, err
		}
		in.Options.Calibration = file.Sizing()
	}
	if f.stack != "" && f.cmd.Flags().Changed("regions") {
		return in, fmt.Errorf("--regions %v: must be left out with --stack, whose file names the sites", f.regions)
	}
	given := func(name string) bool { return f.stack == "" || f.cmd.Flags().Changed(name) }
	if given("model") {
		in.Model = sizing.Model(f.model)
	}
	if given("meetings") {
		in.Target.Meetings = f.meetings
	}
	if given("participants") {
		in.Target.ParticipantsPerMeeting = f.participants
	}
	if f.cmd.Flags().Changed("usage") {
		target, err := stacks.ReadUsage(in.Target, f.usage)
		if err != nil {
			return in, fmt.Errorf("--usage %q: %w", f.usage, err)
		}
		in.Target = target
	}
	if given("redundancy") {
		in.Options.Redundancy = f.redundancy
	}
	if given("committed-use") {
		in.Options.CommittedUsePercent = f.committed
	}
	if given("high-availability") {
		in.Options.HighAvailability = f.ha
	}
	if given("autoscale") {
		in.Options.Autoscale = f.autoscale
	}
	return in, nil
}

// plan plans the input, and the same target with the capacity model.
func (f *planFlags) plan() (plan, real *sizing.Plan, err error) {
	in, err := f.input()
	if err != nil {
		return nil, nil, err
	}
	if plan, err = sizing.NewPlan(in); err != nil {
		return nil, nil, f.named(err)
	}
	in.Model, in.Fixed = sizing.ModelCapacity, nil
	if real, err = sizing.NewPlan(in); err != nil {
		return nil, nil, f.named(err)
	}
	return plan, real, nil
}

// fieldFlags are the flags that set a field of sizing.
var fieldFlags = map[string]string{
	"target": "meetings", "target.meetings": "meetings", "target.participantsPerMeeting": "participants", "model": "model",
	"options.redundancy": "redundancy", "options.committedUsePercent": "committed-use",
}

// named says what sizing rejects by the flags that set it.
func (f *planFlags) named(err error) error {
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		var all []error
		for _, e := range joined.Unwrap() {
			all = append(all, f.named(e))
		}
		return errors.Join(all...)
	}
	field, ok := err.(*sizing.FieldError)
	if !ok {
		return err
	}
	name := fieldFlags[field.Field]
	usage, ofTarget := strings.CutPrefix(field.Field, "target.")
	switch {
	case strings.HasPrefix(field.Field, "sites"):
		name = "regions"
	case name == "" && ofTarget && f.cmd.Flags().Changed("usage"):
		return fmt.Errorf("--usage: %s: %q: must be %s", usage, field.Value, field.Allowed)
	}
	if name == "" || f.stack != "" && !f.cmd.Flags().Changed(name) {
		return err
	}
	return fmt.Errorf("--%s: %q: must be %s", name, field.Value, field.Allowed)
}

// readStack reads the committed file of a stack in the current directory.
func readStack(stack string) (*stacks.Config, error) {
	path := "Pulumi." + stack + ".yaml"
	if _, err := os.Stat(path); err != nil {
		return nil, fmt.Errorf("--stack %q: %w; run gomeet where Pulumi.yaml is", stack, err)
	}
	file, err := stackfile.Read(path)
	if err != nil {
		return nil, err
	}
	raw, err := file.Plain()
	if err != nil {
		return nil, err
	}
	return stacks.Inspect(stack, raw)
}
