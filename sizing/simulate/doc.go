// Package simulate runs a day of meetings on a pool of SFU nodes, event by event,
// and reports what participants would have noticed. It is the check that the
// closed-form capacity of package sizing is right: node selection, node loss and
// the reaction times of the autoscalers are played out instead of assumed.
//
// A run is deterministic for its seed and does no I/O. Participants join in
// cohorts, so that a day of 50,000 participants takes well under a second.
package simulate
