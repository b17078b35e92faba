package stacks

import (
	"time"

	"github.com/gomeet/infra/manifests"
)

// What restoreTarget takes besides a moment.
const restoreNothing, restoreLatest = "none", "latest"

// restoreTarget parses the moment that a new PostgreSQL cluster begins at. It asks for a
// zone: a moment that is read an hour off loses an hour.
func (l *loader) restoreTarget(raw string) {
	switch raw {
	case restoreNothing:
	case restoreLatest:
		l.config.Restore = &manifests.PatroniRestore{}
	default:
		moment, err := time.Parse(time.RFC3339, raw)
		if err != nil {
			l.problems.add(qualified("restoreTarget"), raw, "must be %q, %q or a moment with its zone, such as %q",
				restoreNothing, restoreLatest, "2026-11-24T01:30:00Z")
			return
		}
		l.config.Restore = &manifests.PatroniRestore{Target: moment}
	}
}
