// Package calibrate measures what one LiveKit node carries: it holds meetings of synthetic
// participants on it (package media) at growing load, reads the node's own counters and CPU
// time, and fits a line through what it saw. What comes out is a file of package
// sizing/calibration, or the reasons why there is none.
//
// A node is not to be hurt by this: the load grows in small steps and stops as soon as
// participants notice, or the node's CPU is as busy as it may be.
package calibrate
