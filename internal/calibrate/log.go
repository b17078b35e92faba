package calibrate

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/gomeet/infra/sizing/calibration"
)

// Identity tells whether samples are of the same measurement.
type Identity struct {
	URL       string `json:"url"`
	Metrics   string `json:"metrics"`
	CPU       string `json:"cpu"`
	VCPUs     int    `json:"vcpus"`
	Transport string `json:"transport"`
	Load      Load   `json:"load"`
	Limits    Limits `json:"limits"`
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
	if *l.lines[0].Of != of {
		return nil, fmt.Errorf("%s has samples of another measurement (%+v); remove it, or give the same flags to go on with it", path, *l.lines[0].Of)
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

// Add keeps a sample.
func (l *Log) Add(s calibration.Sample, version string) error {
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
