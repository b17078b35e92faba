package stacks

import "github.com/gomeet/infra/sizing/calibration"

// calibrationNone is the published benchmark.
const calibrationNone = "none"

// calibration reads the text of a calibration file. The text is in the configuration and not
// a path to it: the engine, the policies and the cost of a preview see the configuration
// only, each from a folder of its own.
func (l *loader) calibration(raw string) {
	if raw == calibrationNone {
		return
	}
	file, err := calibration.Parse([]byte(raw))
	if err != nil {
		// The text is too long to repeat; the error names the line.
		l.problems.add(qualified("calibration"), "", `must be %q or the text of a file of "gomeet calibrate": %v`, calibrationNone, err)
		return
	}
	l.config.Calibration = file.Sizing()
}
