package cost_test

import (
	"testing"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"

	"github.com/gomeet/infra/internal/cost"
	"github.com/gomeet/infra/internal/engine"
	"github.com/gomeet/infra/sizing"
)

// nodes is a report of a change from so many c-2, $42.00 each, to so many.
func nodes(before, after int) *cost.Report {
	of := func(n int) *cost.Snapshot {
		if n == 0 {
			return &cost.Snapshot{}
		}
		return cost.New([]*engine.Resource{made("digitalocean:index/kubernetesNodePool:KubernetesNodePool",
			properties{"size": "c-2", "nodeCount": n})}, nil, nil, sizing.DefaultCatalogue())
	}
	return &cost.Report{Before: of(before), After: of(after)}
}

// A gate is passed at its limit and not a cent above it; of several, the smallest code
// comes first.
func TestGates(t *testing.T) {
	limit := func(text string) decimal.NullDecimal {
		return decimal.NewNullDecimal(decimal.RequireFromString(text))
	}
	for name, c := range map[string]struct {
		gates         cost.Gates
		before, after int
		want          []int
	}{
		"no limits":                 {cost.Gates{}, 1, 100, nil},
		"at the monthly limit":      {cost.Gates{Monthly: limit("84")}, 1, 2, nil},
		"a cent over it":            {cost.Gates{Monthly: limit("83.99")}, 1, 2, []int{cost.ExitMonthly}},
		"over it and falling":       {cost.Gates{Monthly: limit("50"), Increase: limit("0")}, 3, 2, []int{cost.ExitMonthly}},
		"at the increase":           {cost.Gates{Increase: limit("42")}, 1, 2, nil},
		"a cent over the increase":  {cost.Gates{Increase: limit("41.99")}, 1, 2, []int{cost.ExitIncrease}},
		"at the percentage":         {cost.Gates{IncreasePercent: limit("100")}, 1, 2, nil},
		"a hair over it":            {cost.Gates{IncreasePercent: limit("33.333")}, 3, 4, []int{cost.ExitIncreasePercent}},
		"no percentage of nothing":  {cost.Gates{IncreasePercent: limit("1")}, 0, 2, nil},
		"but an increase":           {cost.Gates{IncreasePercent: limit("1"), Increase: limit("83")}, 0, 2, []int{cost.ExitIncrease}},
		"all of them":               {cost.Gates{limit("1"), limit("1"), limit("1")}, 1, 2, []int{3, 4, 5}},
		"nothing more is no excess": {cost.Gates{Increase: limit("0"), IncreasePercent: limit("0")}, 2, 2, nil},
	} {
		t.Run(name, func(t *testing.T) {
			var codes []int
			for _, e := range c.gates.Check(nodes(c.before, c.after)) {
				codes = append(codes, e.Code)
				require.Contains(t, e.String(), e.Gate)
			}
			require.Equal(t, c.want, codes)
		})
	}
}
