package calibrate

import (
	"fmt"

	"github.com/gomeet/infra/sizing/calibration"
)

// What a fit must be to be believed. The limits are choices: with five samples of a straight
// line an interval of a quarter either way is where the careful end costs a node in four.
const (
	leastSamples   = 5
	leastRSquared  = 0.9
	widestInterval = 0.25
	// leastPeak is the part of the node's CPU that the highest step must have loaded, and
	// goodPeak where plans (70 % of a node) extrapolate less than twofold.
	leastPeak, goodPeak = 0.2, 0.35
	// counterGap is by how much the server's count may differ from the participants' before
	// it is mentioned: repeated packets and bandwidth probes are counted by the server only.
	counterGap = 0.1
)

// Refusals says why a fit is not to be planned with; none if it is.
func Refusals(f *calibration.Fit, vCPUs int) []string {
	var all []string
	refuse := func(format string, args ...any) { all = append(all, fmt.Sprintf(format, args...)) }
	if f.Samples < leastSamples {
		refuse("only %d samples are usable, want %d: give more --steps, or lower --publishers so that more of them pass", f.Samples, leastSamples)
	}
	if f.RSquared < leastRSquared {
		refuse("R² is %.3f, want %.2f: the CPU time does not follow the load; something else ran on the node, or --step-time is too short", f.RSquared, leastRSquared)
	}
	cost := calibration.Bounds{Low: 1 / f.PacketsOutPerCore.High, Estimate: 1 / f.PacketsOutPerCore.Estimate, High: 1 / f.PacketsOutPerCore.Low}
	if half := (cost.High - cost.Low) / 2 / cost.Estimate; half > widestInterval {
		refuse("the cost of a packet is known to ±%.0f %% only, want %.0f %%: give more --steps or a longer --step-time", 100*half, 100*widestInterval)
	}
	if share := f.PeakVCPUs / float64(vCPUs); share < leastPeak {
		refuse("the highest step loaded %.0f %% of the node, want %.0f %%: raise --publishers or --participants", 100*share, 100*leastPeak)
	}
	return all
}

// Doubts says what makes the figures less than they look.
func (r *Run) Doubts(o *Outcome, f *calibration.Fit) []string {
	var all []string
	doubt := func(format string, args ...any) { all = append(all, fmt.Sprintf(format, args...)) }
	saturated, apart, loaded := 0, 0, 0
	for _, s := range o.Samples {
		if s.Excluded != "" || s.Tracks == 0 {
			continue
		}
		loaded++
		if s.DriverSaturated {
			saturated++
		}
		if s.Received < (1-counterGap)*s.PacketsOut || s.Received > (1+counterGap)*s.PacketsOut {
			apart++
		}
	}
	if r.SameMachine() {
		doubt("the participants were on the node: they took CPU and caches from the server")
	}
	if saturated > 0 {
		doubt("the driver had no CPU left in %d of %d steps: delays and losses there are the driver's", saturated, loaded)
	}
	if apart > 0 {
		doubt("the server and the participants counted packets more than %.0f %% apart in %d of %d steps", 100*counterGap, apart, loaded)
	}
	if share := f.PeakVCPUs / float64(r.VCPUs); share < goodPeak {
		doubt("the highest step loaded %.0f %% of the node: what is planned beyond is extrapolated", 100*share)
	}
	if r.CPU.Kind != "node" {
		doubt("the CPU time is the server's own: what the kernel spends on packets outside of it is not counted")
	}
	if f.MicrosecondsPerPacketIn == nil {
		doubt("the cost of packets in could not be told from that of packets out")
	}
	if r.Force {
		doubt("other meetings may have run on the node")
	}
	if o.Stopped != "" {
		doubt("the load did not grow to the end: %s", o.Stopped)
	}
	return all
}

// SameMachine reports whether the node is this machine.
func (r *Run) SameMachine() bool { return r.CPU.Local || OnThisMachine(r.Server.URL) }
