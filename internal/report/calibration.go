package report

import (
	"fmt"

	"github.com/gomeet/infra/sizing/calibration"
)

// Calibration returns the tables of a calibration: what was measured and what follows.
func Calibration(f *calibration.File, stopped string) []Table {
	return []Table{calibrationSamples(f, stopped), calibrationFit(f)}
}

func calibrationSamples(f *calibration.File, stopped string) Table {
	c := f.Conditions
	t := Table{
		Title: fmt.Sprintf("LiveKit %s on %d vCPUs over %s, videos of %d kbit/s", c.LiveKit, c.Node.VCPUs, c.Transport, c.BitsPerSecond/1000),
		Header: []string{"Participants", "Publish", "Tracks", "Packets/s out", "in", "Mbit/s out", "vCPUs", "CPU",
			"Loss", "Delay p95", "Driver"},
		Numbers: []int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10}, Wrap: -1,
	}
	for _, s := range f.Samples {
		driver := fmt.Sprintf("%.2f", s.DriverVCPUs)
		if s.DriverSaturated {
			driver += " full"
		}
		t.Rows = append(t.Rows, []string{
			fmt.Sprint(s.Participants), fmt.Sprint(s.Publishers), fmt.Sprint(s.Tracks),
			fmt.Sprintf("%.0f", s.PacketsOut), fmt.Sprintf("%.0f", s.PacketsIn), fmt.Sprintf("%.1f", s.BitsOut/1e6),
			fmt.Sprintf("%.2f", s.VCPUs), fmt.Sprintf("%.0f %%", 100*s.VCPUs/float64(c.Node.VCPUs)),
			fmt.Sprintf("%.2f %%", s.LossPercent), fmt.Sprintf("%.0f ms", s.DelayP95Milliseconds), driver,
		})
		if s.Excluded != "" {
			t.Remarks = append(t.Remarks, fmt.Sprintf("The step of %d tracks is not used: %s.", s.Tracks, s.Excluded))
		}
	}
	if stopped != "" {
		t.Remarks = append(t.Remarks, "Stopped before the end: "+stopped+".")
	}
	return t
}

func calibrationFit(f *calibration.File) Table {
	fit := f.Fit
	t := Table{
		Title:   fmt.Sprintf("What one vCPU carries, at %d %% confidence (R² %.3f, %d samples)", fit.ConfidencePercent, fit.RSquared, fit.Samples),
		Header:  []string{"", "Plans use", "Estimate", "At best"},
		Numbers: []int{1, 2, 3}, Wrap: -1,
	}
	row := func(name, format string, b calibration.Bounds) {
		t.Rows = append(t.Rows, []string{name, fmt.Sprintf(format, b.Low), fmt.Sprintf(format, b.Estimate), fmt.Sprintf(format, b.High)})
	}
	row("packets/s out", "%.0f", fit.PacketsOutPerCore)
	row("Gbit/s out", "%.3f", fit.GbitOutPerCore)
	row("subscribed videos", "%.0f", fit.TracksPerCore)
	if in := fit.MicrosecondsPerPacketIn; in != nil {
		row("us per packet in", "%.1f", calibration.Bounds{Low: in.High, Estimate: in.Estimate, High: in.Low})
	}
	t.Remarks = append(t.Remarks, fmt.Sprintf("The node takes %.2f vCPUs without media.", fit.IdleVCPUs.Estimate))
	for _, reason := range f.Refusals {
		t.Remarks = append(t.Remarks, "Not credible: "+reason+".")
	}
	for _, doubt := range f.Doubts {
		t.Remarks = append(t.Remarks, "Doubtful: "+doubt+".")
	}
	return t
}
