package calibrate

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/gomeet/infra/internal/media"
	"github.com/gomeet/infra/sizing/calibration"
)

// settleTime is between the moment when everybody sees everything and the measurement.
// LiveKit counts a track's packets every 5 s (UpdateInterval in pkg/sfu/connectionquality);
// after that each track has been counted once.
const settleTime = 6 * time.Second

// watchTime is between two looks at the node's CPU while a step runs, and watchStrikes how
// many of these in a row end it: one is also a key frame for everybody.
const watchTime, watchStrikes = 2 * time.Second, 2

// Run is a calibration.
type Run struct {
	Server    media.Server
	Metrics   Endpoint
	CPU       *CPU
	VCPUs     int
	Load      Load
	Limits    Limits
	Transport media.Transport
	// JoinTime bounds the joining of a step.
	JoinTime time.Duration
	// Force measures although other people meet on the node.
	Force bool
	// Log keeps every step, so that a run that is cut off goes on where it was.
	Log *Log
	// Say tells what is going on.
	Say func(format string, args ...any)
}

// Outcome is what a run saw.
type Outcome struct {
	Samples []calibration.Sample
	// LiveKit is the server's version.
	LiveKit string
	// Stopped says why the load did not grow to the end; empty if it did.
	Stopped string
}

// Do measures all steps. What Log has is not measured again. When ctx ends, the room is
// deleted before Do returns.
func (r *Run) Do(ctx context.Context) (*Outcome, error) {
	before, err := r.Metrics.counters(ctx)
	if err != nil {
		return nil, err
	}
	if before.rooms > 0 && !r.Force {
		return nil, fmt.Errorf("the node at %s has %d rooms: people meet there, and their load would be measured as well; "+
			"measure a server of its own instead (docs/calibration.md), or this one all the same with --force", r.Metrics.URL, before.rooms)
	}
	out := &Outcome{Samples: r.Log.Samples(), LiveKit: r.Log.LiveKit()}
	if len(out.Samples) == 0 {
		r.Say("idle: measuring for %s", r.Load.StepTime)
		idle, err := r.idle(ctx)
		if err != nil {
			return nil, err
		}
		if err := out.add(r.Log, idle, ""); err != nil {
			return nil, err
		}
	}
	plan := r.Load.Plan()
	for i := len(out.Samples) - 1; i < len(plan); i++ {
		if out.Stopped = r.tooMuch(out.Samples, plan[i]); out.Stopped != "" {
			return out, nil
		}
		r.Say("step %d of %d: %d participants, %d of them with video of %d kbit/s, %d tracks", i+1, len(plan),
			plan[i].Participants, plan[i].Publishers, r.Load.BitsPerSecond/1000, plan[i].Tracks())
		sample, version, err := r.step(ctx, plan[i], before.node)
		var stop stopError
		switch {
		case errors.As(err, &stop):
			out.Stopped = string(stop)
			return out, nil
		case err != nil:
			return nil, fmt.Errorf("step %d of %d: %w", i+1, len(plan), err)
		}
		out.LiveKit = version
		if err := out.add(r.Log, *sample, version); err != nil {
			return nil, err
		}
		r.Say("  %.0f packets/s out, %.2f vCPUs (%.0f %%), loss %.2f %%, p95 delay %.0f ms, driver %.2f vCPUs", sample.PacketsOut,
			sample.VCPUs, 100*sample.VCPUs/float64(r.VCPUs), sample.LossPercent, sample.DelayP95Milliseconds, sample.DriverVCPUs)
	}
	// The last step is judged as the others are before the next.
	last := out.Samples[len(out.Samples)-1]
	out.Stopped = last.Excluded
	return out, nil
}

func (o *Outcome) add(log *Log, s calibration.Sample, version string) error {
	o.Samples = append(o.Samples, s)
	return log.Add(s, version)
}

// stopError ends the growth of the load and not the run.
type stopError string

func (e stopError) Error() string { return string(e) }

// tooMuch says why the next step is not to be tried.
func (r *Run) tooMuch(done []calibration.Sample, next Step) string {
	last, idle := done[len(done)-1], done[0]
	if last.Excluded != "" {
		return last.Excluded
	}
	if last.Tracks == 0 {
		return ""
	}
	expected := idle.VCPUs + (last.VCPUs-idle.VCPUs)*float64(next.Tracks())/float64(last.Tracks)
	if percent := 100 * expected / float64(r.VCPUs); percent > r.Limits.CPUPercent {
		return fmt.Sprintf("the next step, %d tracks, would load the node to some %.0f %%, more than --stop-cpu %.0f", next.Tracks(), percent, r.Limits.CPUPercent)
	}
	return ""
}

// idle measures the node without a meeting of ours.
func (r *Run) idle(ctx context.Context) (calibration.Sample, error) {
	var sample calibration.Sample
	err := r.window(ctx, &sample)
	sample.DriverSaturated = false // It does nothing yet.
	return sample, err
}

// step holds one meeting and measures it.
func (r *Run) step(ctx context.Context, step Step, node string) (*calibration.Sample, string, error) {
	meeting := media.Meeting{
		Participants: step.Participants, Publishers: step.Publishers, BitsPerSecond: r.Load.BitsPerSecond,
		Transport: r.Transport, Node: node, JoinTime: r.JoinTime,
	}
	sample := &calibration.Sample{Participants: step.Participants, Publishers: step.Publishers, Tracks: step.Tracks()}
	watched, end := context.WithCancelCause(ctx)
	defer end(nil)
	go r.watch(watched, end)
	var failed error
	var took time.Duration
	joining := time.Now()
	report, err := meeting.Hold(watched, r.Server, func(ctx context.Context) error {
		began := time.Now()
		failed = r.measure(ctx, sample)
		took = time.Since(began)
		return failed
	})
	if err != nil && failed == nil && took == 0 && time.Since(joining) >= r.JoinTime {
		err = fmt.Errorf("%w (--join-time); if it is videos that are missing: LiveKit refuses without a word what is beyond "+
			"limit.subscription_limit_video of its configuration, and a participant of this step subscribes to %d", err, step.Seen())
	}
	var stop stopError
	switch {
	case ctx.Err() != nil:
		return nil, "", context.Cause(ctx)
	case errors.As(context.Cause(watched), &stop):
		return nil, "", stop
	case failed != nil:
		return nil, "", failed
	case err != nil && len(r.Log.Samples()) > 1:
		// What smaller steps could do, this one cannot.
		return nil, "", stopError(fmt.Sprintf("%d tracks could not be set up: %v", step.Tracks(), err))
	case err != nil:
		return nil, "", err
	case report.Node != node:
		return nil, "", fmt.Errorf("the room was on node %s and the metrics are of node %s: give the metrics of a node of this platform", report.Node, node)
	}
	r.judge(sample, report, took)
	return sample, report.ServerVersion, nil
}

// measure fills in what the server and the driver counted.
func (r *Run) measure(ctx context.Context, sample *calibration.Sample) error {
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-time.After(settleTime):
	}
	if err := r.window(ctx, sample); err != nil {
		return err
	}
	now, err := r.Metrics.counters(ctx)
	if err == nil && now.rooms > 1 && !r.Force {
		err = fmt.Errorf("the node at %s has %d rooms besides ours: somebody came to meet there; what was measured before is kept", r.Metrics.URL, now.rooms-1)
	}
	return err
}

// window measures for a step's time.
func (r *Run) window(ctx context.Context, sample *calibration.Sample) error {
	from, err := r.look(ctx)
	if err != nil {
		return err
	}
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-time.After(r.Load.StepTime):
	}
	to, err := r.look(ctx)
	if err != nil {
		return err
	}
	elapsed := to.at.Sub(from.at).Seconds()
	if to.packetsOut < from.packetsOut {
		return errors.New("the counters went backwards: the server was restarted")
	}
	sample.Seconds = elapsed
	sample.PacketsOut = (to.packetsOut - from.packetsOut) / elapsed
	sample.PacketsIn = (to.packetsIn - from.packetsIn) / elapsed
	sample.BitsOut = (to.bitsOut - from.bitsOut) / elapsed
	if sample.VCPUs, err = to.cpu.since(from.cpu); err != nil {
		return err
	}
	sample.DriverVCPUs, sample.DriverSaturated = to.driver.since(from.driver)
	for _, x := range []*float64{&sample.Seconds, &sample.PacketsOut, &sample.PacketsIn, &sample.BitsOut, &sample.VCPUs, &sample.DriverVCPUs} {
		*x = significant(*x)
	}
	return nil
}

// significant keeps five digits, which is more than anything here is known to.
func significant(x float64) float64 {
	rounded, err := strconv.ParseFloat(strconv.FormatFloat(x, 'g', 5, 64), 64)
	if err != nil {
		return x
	}
	return rounded
}

// look is everything at one moment.
type look struct {
	counters
	cpu    reading
	driver driver
}

func (r *Run) look(ctx context.Context) (l look, err error) {
	if l.counters, err = r.Metrics.counters(ctx); err != nil {
		return l, err
	}
	if l.cpu, err = r.CPU.read(ctx); err != nil {
		return l, err
	}
	l.driver = readDriver()
	return l, nil
}

// watch ends a step that loads the node too much, the joining included. A look that fails is
// not held against the node: the measurement itself looks as well.
func (r *Run) watch(ctx context.Context, end context.CancelCauseFunc) {
	before, err := r.CPU.read(ctx)
	strikes := 0
	for {
		select {
		case <-ctx.Done():
			return
		case <-time.After(watchTime):
		}
		now, failed := r.CPU.read(ctx)
		if err != nil || failed != nil {
			before, err = now, failed
			continue
		}
		vCPUs, failed := now.since(before)
		if failed != nil {
			continue // cAdvisor did not count in between.
		}
		before = now
		if percent := 100 * vCPUs / float64(r.VCPUs); percent <= r.Limits.CPUPercent {
			strikes = 0
		} else if strikes++; strikes == watchStrikes {
			end(stopError(fmt.Sprintf("the node was %.0f %% busy, more than --stop-cpu %.0f", percent, r.Limits.CPUPercent)))
			return
		}
	}
}

// judge fills in what the participants saw, and says whether the sample counts.
func (r *Run) judge(sample *calibration.Sample, report *media.Report, took time.Duration) {
	const millisecond = float64(time.Millisecond)
	sample.LossPercent = significant(report.LossPercent())
	sample.DelayP95Milliseconds = significant(float64(report.Delay.P95) / millisecond)
	sample.Received = significant(float64(report.Packets) / took.Seconds())
	sample.Excluded = r.Limits.exceeded(report, sample.DriverSaturated)
}
