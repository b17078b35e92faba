// Package calibration is the file that "gomeet calibrate" writes and that stacks plan with:
// what was measured, on what, and what follows from it. It does no I/O; the file's text comes
// and goes as bytes.
package calibration
