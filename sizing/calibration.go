package sizing

import (
	"fmt"
	"math"
	"time"
)

// CalibrationMaxAgeDays is the age from which on a calibration is doubted. Half a year is a
// choice: LiveKit went from 1.13.5 to 1.13.11 in the three months before 2026-11.
const CalibrationMaxAgeDays = 180

// Calibration is what an SFU node was measured to carry ("gomeet calibrate"). It takes the
// place of LiveKit's published benchmark and of the share of it that is trusted. Package
// sizing/calibration reads it from a file.
type Calibration struct {
	// Date is the day of the measurement, such as "2026-11-28", and LiveKit the server's
	// version, such as "1.13.11".
	Date, LiveKit string
	// Size is the node's Droplet size, empty for a machine that is none; VCPUs is its
	// logical CPUs, which is what one "core" of the figures is.
	Size  string
	VCPUs int
	// Transport is what participants used: udp or tcp.
	Transport string
	// IdleVCPUs is what the node took without any media.
	IdleVCPUs float64
	// PacketsPerVCPU is packets per second that one vCPU forwards. Plans use Low.
	PacketsPerVCPU Bounds
	// PerPacketIn is vCPU-seconds of a packet that arrives. Plans use High. All zero means
	// that it could not be told from what is forwarded, and is part of PacketsPerVCPU.
	PerPacketIn Bounds
	// LowestFanOut is the fewest packets forwarded per packet in among the samples.
	LowestFanOut float64
	// PeakVCPUs is the highest load among the samples; what is planned above is extrapolated.
	PeakVCPUs float64
	// ConfidencePercent is that of the bounds, Samples how many they rest on.
	ConfidencePercent, Samples int
	// Doubts say what makes the figures less than they look.
	Doubts []string
}

// Bounds are an estimate and its confidence interval.
type Bounds struct{ Low, Estimate, High float64 }

// RoomVCPUs returns the vCPUs that a room takes, at the careful end of the confidence interval.
//
// Where the cost of packets in is not known by itself, it is part of what forwarding costs at
// the measured fan-outs. A room that fans out less is then charged as if its packets in were
// forwarded as often as in the measurement, which is never too little.
func (c *Calibration) RoomVCPUs(r Room) float64 {
	if c.PerPacketIn.High > 0 {
		return r.PacketsOut/c.PacketsPerVCPU.Low + r.PacketsIn*c.PerPacketIn.High
	}
	return math.Max(r.PacketsOut, r.PacketsIn*c.LowestFanOut) / c.PacketsPerVCPU.Low
}

// String says what was measured, where and when.
func (c *Calibration) String() string {
	where := fmt.Sprintf("%d vCPUs", c.VCPUs)
	if c.Size != "" {
		where = c.Size
	}
	return fmt.Sprintf("calibration of %s: LiveKit %s on %s over %s, %d samples", c.Date, c.LiveKit, where, c.Transport, c.Samples)
}

// Bounds of a calibration. The published benchmark is some 77,000 packets per second and
// vCPU at best; a hundred times that and more is a mistake of units.
const (
	minPacketsPerCPU = 10
	maxPacketsPerCPU = 10e6
	maxPerPacket     = 1e-1
	maxFanOut        = 1e5
)

func (c *Calibration) check(p *problems, catalogue *Catalogue) {
	if _, err := time.Parse(time.DateOnly, c.Date); err != nil {
		p.bad("calibration.date", c.Date, "a day such as 2026-11-28")
	}
	if c.LiveKit == "" {
		p.bad("calibration.livekit", c.LiveKit, "the version of the server that was measured")
	}
	p.between("calibration.vcpus", c.VCPUs, 1, maxVCPUs)
	if size, ok := catalogue.Size(c.Size); c.Size != "" && !ok {
		p.bad("calibration.size", c.Size, "a Droplet size of the catalogue of "+catalogue.Date+", or empty")
	} else if ok && size.VCPUs != c.VCPUs {
		p.bad("calibration.vcpus", c.VCPUs, fmt.Sprintf("%d, those of %s", size.VCPUs, c.Size))
	}
	switch c.Transport {
	case "udp", "tcp":
	default:
		p.bad("calibration.transport", c.Transport, "udp or tcp")
	}
	p.within("calibration.idleVCPUs", c.IdleVCPUs, 0, maxVCPUs)
	p.bounds("calibration.packetsPerVCPU", c.PacketsPerVCPU, minPacketsPerCPU, maxPacketsPerCPU)
	p.bounds("calibration.perPacketIn", c.PerPacketIn, 0, maxPerPacket)
	p.within("calibration.lowestFanOut", c.LowestFanOut, 0, maxFanOut)
	p.within("calibration.peakVCPUs", c.PeakVCPUs, 0, maxVCPUs)
	p.between("calibration.confidencePercent", c.ConfidencePercent, 50, 99)
	p.between("calibration.samples", c.Samples, 3, 10_000)
}

// within is between for measured numbers; NaN is in no range.
func (p *problems) within(field string, x, low, high float64) bool {
	ok := x >= low && x <= high
	if !ok {
		p.bad(field, x, fmt.Sprintf("%g to %g", low, high))
	}
	return ok
}

func (p *problems) bounds(field string, b Bounds, low, high float64) {
	ok := p.within(field+".low", b.Low, low, high)
	ok = p.within(field+".estimate", b.Estimate, low, high) && ok
	ok = p.within(field+".high", b.High, low, high) && ok
	if ok && (b.Low > b.Estimate || b.Estimate > b.High) {
		p.bad(field, fmt.Sprintf("%g, %g, %g", b.Low, b.Estimate, b.High), "low, estimate and high in that order")
	}
}

// calibrationFindings says what the plan differs in from what was measured.
func (p *Plan) calibrationFindings(warn func(role Role, format string, args ...any)) {
	c, o := p.Options.Calibration, p.Options
	if c == nil {
		return
	}
	for _, doubt := range c.Doubts {
		warn(RoleSFU, "the calibration is doubtful: %s", doubt)
	}
	size, _ := p.CatalogueUsed().Size(p.Size(RoleSFU))
	if c.Size != size.Slug {
		where := c.Size
		if where == "" {
			where = "a machine that is no Droplet"
		}
		warn(RoleSFU, "the calibration was measured on %s (%d vCPUs) and the plan has %s (%d): measure where it will run",
			where, c.VCPUs, size.Slug, size.VCPUs)
	}
	if o.LiveKitVersion != "" && o.LiveKitVersion != c.LiveKit {
		warn(RoleSFU, "the calibration was measured with LiveKit %s and %s is deployed: measure again", c.LiveKit, o.LiveKitVersion)
	}
	if days := daysBetween(c.Date, o.Today); days > CalibrationMaxAgeDays {
		warn(RoleSFU, "the calibration is %d days old, more than %d: measure again", days, CalibrationMaxAgeDays)
	}
	if c.Transport != "udp" {
		warn(RoleSFU, "the calibration was measured over %s, and most participants use udp", c.Transport)
	}
	node := p.Target.sfuNode(size, o)
	if planned := node.CPUBudget + c.IdleVCPUs; planned > 2*c.PeakVCPUs {
		warn(RoleSFU, "the calibration loaded %.1f vCPUs at most and the plan loads %.1f of a node: that is extrapolated", c.PeakVCPUs, planned)
	}
	room := p.Demand.PerMeeting
	if fanOut := room.PacketsOut / room.PacketsIn; c.PerPacketIn.High == 0 && fanOut < c.LowestFanOut {
		warn(RoleSFU, "a meeting forwards each packet %.1f times and the calibration no fewer than %.1f: it is charged for %.1f, which is too much",
			fanOut, c.LowestFanOut, c.LowestFanOut)
	}
}

// daysBetween returns 0 when a date is missing.
func daysBetween(from, to string) int {
	a, errA := time.Parse(time.DateOnly, from)
	b, errB := time.Parse(time.DateOnly, to)
	if errA != nil || errB != nil {
		return 0
	}
	return int(b.Sub(a).Hours() / 24)
}
