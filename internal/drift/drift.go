package drift

import (
	"slices"
	"time"

	"github.com/gomeet/infra/internal/engine"
)

// Analyze sorts what the engine and the account say into findings. refresh compares the
// state with the world, preview the program with the state; others are what Strays and OpenBuckets found.
func Analyze(stack string, refresh, preview *engine.Preview, others []Finding, rules []Rule, today time.Time) *Report {
	report := &Report{Stack: stack, Findings: []Finding{}, Ignored: []Finding{}, Expired: []Rule{}}
	var valid []Rule
	for _, r := range rules {
		if r.over(today) {
			report.Expired = append(report.Expired, r)
		} else {
			valid = append(valid, r)
		}
	}
	all := slices.Concat(ofWorld(refresh, stack), others, ofCode(refresh, preview, stack))
	slices.SortStableFunc(all, order)
	shown, hidden := apply(valid, all)
	report.Findings, report.Ignored = append(report.Findings, shown...), append(report.Ignored, hidden...)
	return report
}
