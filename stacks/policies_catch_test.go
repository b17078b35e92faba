package stacks_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomeet/infra/internal/policyinput"
	"github.com/gomeet/infra/policies"
	"github.com/gomeet/infra/stacks"
)

// Every rule finds what is broken for it in the real program, in spite of the exceptions.
func TestEveryRuleCatchesItsMutation(t *testing.T) {
	r := recorder(false)
	asResources(t, "prod", r)
	for _, rule := range policies.Rules() {
		t.Run(rule.ID, func(t *testing.T) {
			m, found := mutations[rule.ID]
			require.True(t, found, "no mutation for the rule")
			s, all := settings(t, "prod"), policyinput.Engine(recorded("prod", r))
			if rule.ID == "gomeet-carries-target" {
				s, all = capacity(t)
			}
			require.Empty(t, broken(t, rule, s, all), "before")
			at := slices.IndexFunc(all, func(r policies.Resource) bool { return strings.Contains(r.URN, m.resource) })
			require.GreaterOrEqual(t, at, 0, "nothing is called %s", m.resource)
			if m.change != nil {
				m.change(&all[at])
			} else {
				set(t, all[at].Properties, strings.Split(m.path, "."), m.value)
			}
			violations := broken(t, rule, s, all)
			require.NotEmpty(t, violations, "the mutation stays unseen")
			if !m.elsewhere {
				for _, f := range violations {
					require.Equal(t, all[at].URN, f.URN)
				}
			}
		})
	}
	require.Len(t, mutations, len(policies.Rules()))
}

// broken returns the violations of a rule that no exception allows.
func broken(t *testing.T, rule *policies.Rule, s *policies.Settings, all []policies.Resource) []policies.Finding {
	t.Helper()
	found, err := rule.Judge(s, all)
	require.NoError(t, err)
	return slices.DeleteFunc(found, s.Excepts)
}

// capacity is prod with the model that carries its target, and without the exception
// that it needs as long as it does not.
func capacity(t *testing.T) (*policies.Settings, []policies.Resource) {
	t.Helper()
	r := recorder(false)
	// Of the design's target, as much as the address ranges of prod hold.
	changed := map[string]string{"gomeet:model": "capacity", "gomeet:meetings": "20"}
	require.NoError(t, deployWith(t, "prod", r, changed))
	raw := configuration(t, "prod")
	maps.Copy(raw, changed)
	cfg, err := stacks.Load("prod", raw)
	require.NoError(t, err)
	return cfg.PolicySettings(&policies.File{}, today), policyinput.Engine(recorded("prod", r))
}

// set changes the value at a path.
func set(t *testing.T, at any, path []string, value any) {
	t.Helper()
	switch v := at.(type) {
	case map[string]any:
		if len(path) == 1 {
			v[path[0]] = value
			return
		}
		require.Contains(t, v, path[0])
		set(t, v[path[0]], path[1:], value)
	case []any:
		i := int(path[0][0] - '0')
		require.Less(t, i, len(v))
		if len(path) == 1 {
			v[i] = value
			return
		}
		set(t, v[i], path[1:], value)
	default:
		require.Failf(t, "no such path", "%v in %v", path, at)
	}
}
