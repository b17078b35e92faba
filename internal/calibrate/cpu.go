package calibrate

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strconv"
	"strings"
	"time"

	"github.com/prometheus/procfs"
)

// reading is CPU time in seconds until a moment.
type reading struct {
	seconds float64
	at      time.Time
}

// since returns the vCPUs in use between two readings.
func (r reading) since(before reading) (float64, error) {
	elapsed := r.at.Sub(before.at).Seconds()
	switch {
	case elapsed <= 0:
		return 0, errors.New("the CPU time was not counted anew between two readings: cAdvisor counts every 10 to 20 s; give a longer --step-time")
	case r.seconds < before.seconds:
		return 0, errors.New("the CPU time went backwards: the server was restarted")
	}
	return (r.seconds - before.seconds) / elapsed, nil
}

// CPU tells the CPU time of a node.
type CPU struct {
	// Kind is process, container or node (see calibration.Node).
	Kind string
	// VCPUs is what the source says of the node's logical CPUs and Model of their kind;
	// zero and empty if it says nothing.
	VCPUs int
	Model string
	// Local says that the node is this machine.
	Local bool
	read  func(ctx context.Context) (reading, error)
}

// NewCPU returns the source that a flag describes: "pid:N" is a process of this machine, an
// address that of node_exporter or cAdvisor, and nothing the server's own word for it on its
// metrics port. Labels choose among cAdvisor's containers.
func NewCPU(ctx context.Context, flag string, labels map[string]string, own Endpoint) (*CPU, error) {
	if pid, is := strings.CutPrefix(flag, "pid:"); is {
		n, err := strconv.Atoi(pid)
		if err != nil {
			return nil, fmt.Errorf("--cpu %q: must be pid:N with the number of a process", flag)
		}
		return ofProcess(n)
	}
	endpoint := own
	if flag != "" {
		endpoint = Endpoint{flag}
	}
	s, err := endpoint.scrape(ctx)
	if err != nil {
		return nil, fmt.Errorf("--cpu: %w", err)
	}
	switch {
	case flag == "" && s.families["process_cpu_seconds_total"] != nil:
		threads, _ := s.sum("go_sched_gomaxprocs_threads", nil)
		return ofCounter(endpoint, "process", "process_cpu_seconds_total", nil, int(threads)), nil
	case s.families["node_cpu_seconds_total"] != nil:
		return ofNode(endpoint, s), nil
	case s.families[containerSeconds] != nil:
		if _, series := s.sum(containerSeconds, labels); len(series) != 1 {
			return nil, fmt.Errorf("--cpu-labels %v: %d containers at %s have these labels, want one; such as container=livekit", labels, len(series), endpoint.URL)
		}
		return ofCounter(endpoint, "container", containerSeconds, labels, 0), nil
	default:
		return nil, fmt.Errorf("--cpu: %s has neither node_cpu_seconds_total (node_exporter) nor %s (cAdvisor)", endpoint.URL, containerSeconds)
	}
}

// containerSeconds is cAdvisor's, which kubelet serves as well.
const containerSeconds = "container_cpu_usage_seconds_total"

func ofProcess(pid int) (*CPU, error) {
	process, err := procfs.NewProc(pid)
	if err != nil {
		return nil, fmt.Errorf("--cpu pid:%d: %w", pid, err)
	}
	return &CPU{Kind: "process", VCPUs: runtime.NumCPU(), Model: cpuModel(), Local: true, read: func(context.Context) (reading, error) {
		stat, err := process.Stat()
		if err != nil {
			return reading{}, fmt.Errorf("reading the CPU time of process %d: %w", pid, err)
		}
		return reading{stat.CPUTime(), time.Now()}, nil
	}}, nil
}

// cpuModel is that of this machine's CPUs, empty if it is not known.
func cpuModel() string {
	fs, err := procfs.NewDefaultFS()
	if err != nil {
		return ""
	}
	cpus, err := fs.CPUInfo()
	if err != nil || len(cpus) == 0 {
		return ""
	}
	return cpus[0].ModelName
}

func ofCounter(e Endpoint, kind, name string, labels map[string]string, vCPUs int) *CPU {
	return &CPU{Kind: kind, VCPUs: vCPUs, read: func(ctx context.Context) (reading, error) {
		s, err := e.scrape(ctx)
		if err != nil {
			return reading{}, err
		}
		seconds, series := s.sum(name, labels)
		if len(series) == 0 {
			return reading{}, fmt.Errorf("metrics at %s lost %s: the container is gone", e.URL, name)
		}
		// cAdvisor says when it counted, which is some time ago.
		if ms := series[0].GetTimestampMs(); ms != 0 {
			s.at = time.UnixMilli(ms)
		}
		return reading{seconds, s.at}, nil
	}}
}

// ofNode counts everything that the node did: all modes of node_exporter but those in which
// it waits, and time that other machines on its host stole.
func ofNode(e Endpoint, s *scraped) *CPU {
	idle := map[string]bool{"idle": true, "iowait": true, "steal": true}
	cpus := map[string]bool{}
	for _, metric := range s.families["node_cpu_seconds_total"].GetMetric() {
		cpus[label(metric, "cpu")] = true
	}
	c := &CPU{Kind: "node", VCPUs: len(cpus), read: func(ctx context.Context) (reading, error) {
		s, err := e.scrape(ctx)
		if err != nil {
			return reading{}, err
		}
		r := reading{at: s.at}
		for _, metric := range s.families["node_cpu_seconds_total"].GetMetric() {
			if !idle[label(metric, "mode")] {
				r.seconds += metric.GetCounter().GetValue() + metric.GetUntyped().GetValue()
			}
		}
		return r, nil
	}}
	if _, info := s.sum("node_cpu_info", nil); len(info) > 0 {
		c.Model = label(info[0], "model_name")
	}
	return c
}
