package calibration

// Version is that of the format. A file of another version is refused: what it means would
// be a guess.
const Version = 1

// File is one calibration.
type File struct {
	Version    int        `yaml:"version"`
	Conditions Conditions `yaml:"conditions"`
	Fit        Fit        `yaml:"fit"`
	// Doubts say what makes the figures less than they look. Refusals are why the fit is not
	// credible, in a file that somebody asked for all the same.
	Doubts   []string `yaml:"doubts,omitempty"`
	Refusals []string `yaml:"notCredible,omitempty"`
	// Samples are what the fit rests on. Plans do not need them.
	Samples []Sample `yaml:"samples,omitempty"`
}

// Conditions are what the figures hold for.
type Conditions struct {
	// Date is the day of the measurement in UTC, such as "2026-11-28".
	Date string `yaml:"date"`
	// LiveKit is the server's version, such as "1.13.11".
	LiveKit string `yaml:"livekit"`
	Node    Node   `yaml:"node"`
	// Transport is udp or tcp.
	Transport string `yaml:"transport"`
	// Participants is the most in a room, BitsPerSecond one video's payload.
	Participants  int    `yaml:"participants"`
	BitsPerSecond int    `yaml:"bitsPerSecond"`
	Driver        Driver `yaml:"driver"`
}

// Node is the machine that was measured.
type Node struct {
	// Size is its Droplet size, empty if it is no Droplet, VCPUs its logical CPUs and CPU
	// their model, if known.
	Size  string `yaml:"size,omitempty"`
	VCPUs int    `yaml:"vcpus"`
	CPU   string `yaml:"cpu,omitempty"`
	// CPUSource is what counted the CPU time: process (the server's own, as it says itself
	// or as the kernel does), container (cAdvisor) or node (node_exporter), which alone
	// counts what the kernel spends on packets outside of the process.
	CPUSource string `yaml:"cpuSource"`
}

// Driver is the machine that the participants were on.
type Driver struct {
	VCPUs int `yaml:"vcpus"`
	// SameMachine says that the server was there as well.
	SameMachine bool `yaml:"sameMachine"`
}

// Fit is the line through the samples: vCPUs = idle + packets out / packets per vCPU
// (+ packets in x its cost).
type Fit struct {
	ConfidencePercent int     `yaml:"confidencePercent"`
	Samples           int     `yaml:"samples"`
	RSquared          float64 `yaml:"rSquared"`
	// IdleVCPUs is the node's load without media.
	IdleVCPUs Bounds `yaml:"idleVCPUs"`
	// PacketsOutPerCore is packets per second that one vCPU forwards. Plans use its low end.
	PacketsOutPerCore Bounds `yaml:"packetsOutPerCore"`
	// GbitOutPerCore and TracksPerCore are the same in payload (10^9 bit/s) and in
	// subscribed videos, at the conditions' bit rate.
	GbitOutPerCore Bounds `yaml:"gbitOutPerCore"`
	TracksPerCore  Bounds `yaml:"tracksPerCore"`
	// MicrosecondsPerPacketIn is vCPU time of a packet that arrives; it is missing when the
	// samples do not tell it from what is forwarded.
	MicrosecondsPerPacketIn *Bounds `yaml:"microsecondsPerPacketIn,omitempty"`
	// LowestFanOut is the fewest packets out per packet in, PeakVCPUs the highest load of
	// the samples.
	LowestFanOut float64 `yaml:"lowestFanOut"`
	PeakVCPUs    float64 `yaml:"peakVCPUs"`
}

// Bounds are an estimate and its confidence interval.
type Bounds struct {
	Low      float64 `yaml:"low"`
	Estimate float64 `yaml:"estimate"`
	High     float64 `yaml:"high"`
}

// Sample is one step of load.
type Sample struct {
	// Participants were in the room, Publishers of them with video.
	Participants int `yaml:"participants"`
	Publishers   int `yaml:"publishers"`
	// Tracks is subscribed videos.
	Tracks int `yaml:"tracks"`
	// Seconds is how long was measured.
	Seconds float64 `yaml:"seconds"`
	// PacketsOut, PacketsIn are per second, BitsOut payload per second, as the server counts.
	PacketsOut float64 `yaml:"packetsOut"`
	PacketsIn  float64 `yaml:"packetsIn"`
	BitsOut    float64 `yaml:"bitsOut"`
	// VCPUs is the node's load, DriverVCPUs the driver's.
	VCPUs       float64 `yaml:"vcpus"`
	DriverVCPUs float64 `yaml:"driverVCPUs"`
	// DriverSaturated says that the driver had no CPU left to be a fair judge.
	DriverSaturated bool `yaml:"driverSaturated,omitempty"`
	// LossPercent and DelayP95Milliseconds are what the participants saw.
	LossPercent          float64 `yaml:"lossPercent"`
	DelayP95Milliseconds float64 `yaml:"delayP95Milliseconds"`
	// Received is packets per second that the participants counted.
	Received float64 `yaml:"received"`
	// Excluded says why the sample is not part of the fit; empty if it is.
	Excluded string `yaml:"excluded,omitempty"`
}
