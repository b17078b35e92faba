package recovery

import (
	"encoding/json"
	"strings"
)

// setAside prepares a state for "pulumi import". An engine that dies between making a
// replacement and noting it leaves the old resource marked for deletion, and nothing in its
// place. The import puts what is marked behind everything else, so what depends on it would
// come before it, and the engine refuses that. So those dependencies go until the import has
// brought the replacement, and a provider that is marked is unmarked: nothing can be without
// one. changed is false for every other state.
func setAside(resources []json.RawMessage) (_ []json.RawMessage, changed bool, err error) {
	all, err := readStates(resources)
	if err != nil {
		return nil, false, err
	}
	orphaned := all.orphaned()
	for _, one := range all {
		if one.Delete && orphaned[one.URN] && strings.HasPrefix(string(one.URN.Type()), "pulumi:providers:") {
			delete(orphaned, one.URN)
			one.Delete, changed = false, true
			if err := one.note(); err != nil {
				return nil, false, err
			}
		}
	}
	for _, one := range all {
		if one.Delete || !one.without(orphaned) {
			continue
		}
		changed = true
		if err := one.note(); err != nil {
			return nil, false, err
		}
	}
	texts, err := all.texts()
	return texts, changed, err
}
