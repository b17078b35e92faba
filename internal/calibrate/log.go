package calibrate

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"github.com/gomeet/infra/sizing/calibration"
)

// Identity tells whether samples are of the same measurement, on the same machine.
type Identity struct {
	URL string `json:"url"`
	// Node is LiveKit's id of the node, which it makes anew when it starts (NewLocalNode in
	// pkg/routing): behind the same address may be another node, or another server.
	Node string `json:"node"`
	// Size is its Droplet size, if it is known.
	Size      string `json:"size,omitempty"`
	Metrics   string `json:"metrics"`
	CPU       string `json:"cpu"`
	VCPUs     int    `json:"vcpus"`
	Transport string `json:"transport"`
	Load      Load   `json:"load"`
	Limits    Limits `json:"limits"`
}

// differs says what the samples of i are of that those of now would not be.
func (i Identity) differs(now Identity) []string {
	var all []string
	for _, x := range []struct {
		what     string
		was, now any
	}{
		{"--url", i.URL, now.URL}, {"LiveKit node", i.Node, now.Node}, {"--size", i.Size, now.Size}, {"--metrics", i.Metrics, now.Metrics},
		{"--cpu", i.CPU, now.CPU}, {"vCPUs", i.VCPUs, now.VCPUs}, {"--transport", i.Transport, now.Transport},
		{"load", i.Load, now.Load}, {"limits", i.Limits, now.Limits},
	} {
		if x.was != x.now {
			all = append(all, fmt.Sprintf("%s was %s and is %s", x.what, shown(x.was), shown(x.now)))
		}
	}
	return all
}

func shown(x any) string {
	if text := fmt.Sprintf("%+v", x); text != "" {
		return text
	}
	return "unknown"
}

// Log is the file that keeps samples while a calibration runs: a line of JSON that says what
// is measured, then one for each step.
type Log struct {
	path    string
	lines   []entry
	resumed bool
}

// entry is a line.
type entry struct {
	Of      *Identity           `json:"of,omitempty"`
	Sample  *calibration.Sample `json:"sample,omitempty"`
	LiveKit string              `json:"livekit,omitempty"`
}

// OpenLog reads a log, or begins one. A last line that was cut off is measured again.
func OpenLog(path string, of Identity) (*Log, error) {
	text, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("reading the samples of an earlier run: %w", err)
	}
	l := &Log{path: path}
	for line := range bytes.Lines(text) {
		var e entry
		if json.Unmarshal(line, &e) != nil {
			break
		}
		l.lines = append(l.lines, e)
	}
	if len(l.lines) == 0 || l.lines[0].Of == nil {
		l.lines = []entry{{Of: &of}}
		return l, l.write()
	}
	if other := l.lines[0].Of.differs(of); len(other) > 0 {
		return nil, fmt.Errorf("%s has samples of another measurement: %s; remove it to begin anew, or go on with the same node and flags",
			path, strings.Join(other, ", "))
	}
	l.resumed = len(l.lines) > 1
	return l, nil
}

// Resumed reports whether an earlier run left samples.
func (l *Log) Resumed() bool { return l.resumed }

// Samples returns what was measured so far.
func (l *Log) Samples() []calibration.Sample {
	var samples []calibration.Sample
	for _, e := range l.lines[1:] {
		samples = append(samples, *e.Sample)
	}
	return samples
}

// LiveKit returns the version of the server that was measured, empty if none was yet.
func (l *Log) LiveKit() string { return l.lines[len(l.lines)-1].LiveKit }

// Add keeps a sample. Samples of two versions are no measurement of one.
func (l *Log) Add(s calibration.Sample, version string) error {
	if was := l.LiveKit(); was != "" && version != was {
		return fmt.Errorf("the server is LiveKit %s, and the samples before it in %s are of %s: remove the file to begin anew", version, l.path, was)
	}
	l.lines = append(l.lines, entry{Sample: &s, LiveKit: version})
	return l.write()
}

// Remove deletes the file, once its samples are in another.
func (l *Log) Remove() error { return os.Remove(l.path) }

func (l *Log) write() error {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	for _, e := range l.lines {
		if err := encoder.Encode(e); err != nil {
			return fmt.Errorf("keeping the samples: %w", err)
		}
	}
	return Replace(l.path, b.Bytes())
}

// Replace writes a file in one step: a run that is cut off leaves the old one or the new one.
func Replace(path string, text []byte) error {
	if err := os.WriteFile(path+".part", text, 0o644); err != nil {
		return fmt.Errorf("writing %s: %w", path, err)
	}
	if err := os.Rename(path+".part", path); err != nil {
		return fmt.Errorf("writing %s: %w", path, err)
	}
	return nil
}
