package policies_test

import (
	"maps"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomeet/infra/policies"
)

// slot is a place in a resource's properties that a test can replace.
type slot struct {
	name    string
	value   any
	replace func(any)
}

// slots lists all places of a value, the outer ones first, and in the same order every time:
// a place is found again by its number.
func slots(name string, value any) []slot {
	var all []slot
	switch v := value.(type) {
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(v)) {
			place, field := name+"."+key, v[key]
			all = append(all, slot{place, field, func(x any) { v[key] = x }})
			all = append(all, slots(place, field)...)
		}
	case []any:
		for i, item := range v {
			all = append(all, slot{name + "[]", item, func(x any) { v[i] = x }})
			all = append(all, slots(name+"[]", item)...)
		}
	}
	return all
}

// each calls judge with one place after the other replaced in the resources.
func each(t *testing.T, fixtures []fixtureResource, replacement func(any) any, judge func(place string, all []policies.Resource)) {
	t.Helper()
	count := 0
	for _, r := range resources(fixtures) {
		count += len(slots(r.Name, r.Properties))
	}
	for i := range count {
		all, at := resources(fixtures), i
		for _, r := range all {
			places := slots(r.Name, r.Properties)
			if at < len(places) {
				places[at].replace(replacement(places[at].value))
				judge(r.Type+places[at].name, all)
				break
			}
			at -= len(places)
		}
	}
}

// Whatever is not known yet, or secret, of what a rule accepts: it is no violation.
func TestUnknownIsNoViolation(t *testing.T) {
	for _, rule := range policies.Rules() {
		t.Run(rule.ID, func(t *testing.T) {
			f := readFixture(t, rule.ID)
			for name, replacement := range map[string]func(any) any{
				"unknown":            func(any) any { return policies.Unknown },
				"secret":             func(v any) any { return policies.Secret{Value: v} },
				"secret and unknown": func(any) any { return policies.Secret{Value: policies.Unknown} },
			} {
				each(t, f.Pass, replacement, func(place string, all []policies.Resource) {
					found, err := rule.Judge(f.settings(), all)
					require.NoError(t, err)
					require.Empty(t, messages(found), "%s is %s", place, name)
				})
			}
		})
	}
}

// Whatever is not known yet of what a rule refuses: it finds no more than before.
func TestUnknownAddsNoViolation(t *testing.T) {
	for _, rule := range policies.Rules() {
		t.Run(rule.ID, func(t *testing.T) {
			f := readFixture(t, rule.ID)
			all, err := rule.Judge(f.settings(), resources(f.Fail))
			require.NoError(t, err)
			fewer := 0
			each(t, f.Fail, func(any) any { return policies.Unknown }, func(place string, changed []policies.Resource) {
				found, err := rule.Judge(f.settings(), changed)
				require.NoError(t, err)
				require.LessOrEqual(t, len(found), len(all), "%s is unknown: %v", place, messages(found))
				if len(found) < len(all) {
					fewer++
				}
			})
			// What is wrong with these is an option, or the type, and no property.
			if rule.ID != "gomeet-protect" && rule.ID != "k8s-api-version" {
				require.NotZero(t, fewer, "the rule judges what it does not know")
			}
		})
	}
}

// Values of any type, anywhere, crash no rule and show no secret.
func TestMalformedPropertiesDoNotCrash(t *testing.T) {
	const hidden = "hidden-text"
	for _, rule := range policies.Rules() {
		f := readFixture(t, rule.ID)
		for _, wrong := range []any{
			nil, true, -1.5, "text", []any{nil, 1, "x", []any{}}, map[string]any{"name": 1}, policies.Secret{Value: hidden},
			policies.Secret{Value: map[string]any{"name": hidden}}, policies.Secret{Value: []any{hidden}},
		} {
			for _, fixtures := range [][]fixtureResource{f.Pass, f.Fail} {
				each(t, fixtures, func(any) any { return wrong }, func(place string, all []policies.Resource) {
					found, err := rule.Judge(f.settings(), all)
					require.NoError(t, err, "%s: %s is %v", rule.ID, place, wrong)
					for _, one := range found {
						require.NotContains(t, one.Message+one.Subject, hidden, rule.ID)
					}
				})
			}
		}
	}
}
