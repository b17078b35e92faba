package calibration

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"

	"gopkg.in/yaml.v3"

	"github.com/gomeet/infra/sizing"
)

// Parse reads a file strictly: a key that it does not know is an error, so that no condition
// is overlooked. What the values may be is sizing's to say (see sizing.Input.Validate).
func Parse(text []byte) (*File, error) {
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	decoder.KnownFields(true)
	f := &File{}
	switch err := decoder.Decode(f); {
	case errors.Is(err, io.EOF):
		return nil, errors.New("the calibration is empty")
	case err != nil:
		return nil, fmt.Errorf("the calibration cannot be read: %w", err)
	}
	if f.Version != Version {
		return nil, fmt.Errorf("the calibration has version %d; this program reads version %d", f.Version, Version)
	}
	if err := decoder.Decode(&File{}); !errors.Is(err, io.EOF) {
		return nil, errors.New("the calibration is followed by something else; it is one YAML document")
	}
	return f, nil
}

// Render returns the file's text.
func (f *File) Render() ([]byte, error) {
	var b bytes.Buffer
	encoder := yaml.NewEncoder(&b)
	encoder.SetIndent(2)
	if err := encoder.Encode(f); err != nil {
		return nil, fmt.Errorf("writing the calibration: %w", err)
	}
	return b.Bytes(), nil
}

// Sizing returns what plans use of the file.
func (f *File) Sizing() *sizing.Calibration {
	c := &sizing.Calibration{
		Date: f.Conditions.Date, LiveKit: f.Conditions.LiveKit,
		Size: f.Conditions.Node.Size, VCPUs: f.Conditions.Node.VCPUs, Transport: f.Conditions.Transport,
		IdleVCPUs:      f.Fit.IdleVCPUs.Estimate,
		PacketsPerVCPU: sizing.Bounds(f.Fit.PacketsOutPerCore),
		LowestFanOut:   f.Fit.LowestFanOut, PeakVCPUs: f.Fit.PeakVCPUs,
		ConfidencePercent: f.Fit.ConfidencePercent, Samples: f.Fit.Samples,
		Doubts: slices.Concat(f.Refusals, f.Doubts),
	}
	if in := f.Fit.MicrosecondsPerPacketIn; in != nil {
		const perSecond = 1e6
		c.PerPacketIn = sizing.Bounds{Low: in.Low / perSecond, Estimate: in.Estimate / perSecond, High: in.High / perSecond}
	}
	return c
}
