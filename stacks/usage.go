package stacks

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/gomeet/infra/sizing"
)

// ownKeys are the parts of a target that are keys of the configuration themselves.
var ownKeys = []string{"meetings", "participantsPerMeeting", "recordedPercent"}

// ReadUsage changes a target by what a JSON object says of how people meet: publishers,
// speakers, layers and bit rates, chat, hours of the day, days, growth, and how long
// recordings are kept. Its fields are those of sizing.Target with a small first letter; what
// it leaves out stays. Whether the values can be planned with is for sizing to say.
func ReadUsage(target sizing.Target, text string) (sizing.Target, error) {
	var given map[string]json.RawMessage
	if err := decode(text, &given); err != nil {
		return target, fmt.Errorf(`must be an object such as {"maxVideoPublishers": 25}: %w`, err)
	}
	changed := target
	if err := decode(text, &changed); err != nil {
		return target, fmt.Errorf("must have the fields of docs/configuration.md: %w", err)
	}
	for name, value := range given {
		// The decoder takes a field's name in any case.
		own := func(key string) bool { return strings.EqualFold(key, name) }
		switch {
		case slices.ContainsFunc(ownKeys, own):
			return target, fmt.Errorf("must not have %s, which is a key of its own", name)
		case own("dayProfile"):
			// A shorter list would be filled up and a longer one cut without a word.
			var list []int
			if err := json.Unmarshal(value, &list); err != nil || len(list) != len(changed.DayProfile) {
				return target, fmt.Errorf("%s %s: must be %d percentages, one for each hour of the day", name, value, len(changed.DayProfile))
			}
		}
	}
	return changed, nil
}

func (l *loader) usage(raw string) {
	target, err := ReadUsage(l.config.Target, raw)
	if err != nil {
		l.problems.add(qualified("usage"), raw, "%v", err)
		return
	}
	l.config.Target = target
}
