package stacks_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomeet/infra/sizing"
	"github.com/gomeet/infra/stacks"
)

func TestReadUsage(t *testing.T) {
	target := sizing.DefaultTarget()
	got, err := stacks.ReadUsage(target, `{"maxVideoPublishers": 25, "high": {"visible": 4}, "retentionDays": 90,
		"dayProfile": [0,0,0,0,0,0,0,0,50,100,100,50,0,0,0,0,0,0,0,0,0,0,0,0]}`)
	require.NoError(t, err)
	want := target
	want.MaxVideoPublishers, want.High.Visible, want.RetentionDays = 25, 4, 90
	want.DayProfile = [24]int{8: 50, 9: 100, 10: 100, 11: 50}
	require.Equal(t, want, got, "what is left out stays, inside of a layer, too")

	for text, want := range map[string]string{
		`[]`:                       `must be an object such as {"maxVideoPublishers": 25}: found a JSON array`,
		`{"publishers": 3}`:        `must have the fields of docs/configuration.md: unknown field "publishers"`,
		`{"hotDays": "x"}`:         `must have the fields of docs/configuration.md: HotDays: found a JSON string`,
		`{"meetings": 3}`:          `must not have meetings, which is a key of its own`,
		`{"Recordedpercent": 3}`:   `must not have Recordedpercent, which is a key of its own`,
		`{"dayProfile": [1, 2]}`:   `dayProfile [1, 2]: must be 24 percentages, one for each hour of the day`,
		`{"dayProfile": [1,2,3]} `: `dayProfile [1,2,3]: must be 24 percentages, one for each hour of the day`,
	} {
		_, err := stacks.ReadUsage(target, text)
		require.EqualError(t, err, want)
	}
}

// Usage is part of the target that everything is planned from.
func TestUsageChangesThePlan(t *testing.T) {
	raw := configuration(t, "prod")
	before, err := stacks.Load("prod", raw)
	require.NoError(t, err)
	raw["gomeet:usage"] = `{"maxVideoPublishers": 10, "retentionDays": 90}`
	after, err := stacks.Load("prod", raw)
	require.NoError(t, err)
	require.Equal(t, 90, after.Target.RetentionDays)
	first, err := before.Plan()
	require.NoError(t, err)
	second, err := after.Plan()
	require.NoError(t, err)
	require.True(t, second.Cost.Monthly().LessThan(first.Cost.Monthly()))

	raw["gomeet:usage"] = `{"hotDays": 0}`
	_, err = stacks.Load("prod", raw)
	require.ErrorContains(t, err, `gomeet:usage.hotDays: "0": must be between 1 and 3650`)
}
