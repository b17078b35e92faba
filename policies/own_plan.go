package policies

import (
	"maps"

	"github.com/gomeet/infra/sizing"
)

// planRules hold the resources against what was planned and may be spent.
func planRules() []*Rule {
	return []*Rule{
		{
			ID: "gomeet-budget", Severity: High,
			Title: "The stack costs no more than its budget",
			Why:   "A typo in a count is a bill of thousands of dollars.",
			Fix:   "Make the stack smaller, or raise monthlyBudget in policies/settings.yaml in the same pull request.",
			All: func(s *Settings, all []Resource) []Problem {
				cost := Cost(all, sizing.DefaultCatalogue())
				return one(s.MonthlyBudget.IsPositive() && cost.GreaterThan(s.MonthlyBudget), "",
					"the resources cost $%s a month without traffic, the budget is $%s", cost.StringFixed(2), s.MonthlyBudget.StringFixed(2))
			},
		},
		{
			ID: "gomeet-carries-target", Severity: High,
			Title: "The node pools carry the stack's target",
			Why:   "Participants who do not fit see a meeting that fails.",
			Fix:   "Raise the pool that the message names, lower the target, or set gomeet:model to capacity.",
			All:   carriesTarget,
		},
	}
}

// poolsOf returns the node pools of each role over all sites. It is not complete while a
// count, size or role is unknown. Of an autoscaled pool the most nodes count.
func poolsOf(all []Resource) (pools map[sizing.Role]sizing.FixedPool, complete bool) {
	pools, complete = map[sizing.Role]sizing.FixedPool{}, true
	for _, r := range ofType(all, poolType) {
		role, size, count := r.Get("labels", roleLabel), r.Get("size"), nodes(r.Get())
		if role.Text() == "" || size.Text() == "" || count < 1 {
			complete = false
			continue
		}
		pool := pools[sizing.Role(role.Text())]
		pool.Size, pool.Count = size.Text(), pool.Count+count
		pools[sizing.Role(role.Text())] = pool
	}
	return pools, complete
}

// nodes returns how many nodes a pool has at most; 0 if it is not known.
func nodes(pool Value) int {
	field := "nodeCount"
	if pool.Get("autoScale").True() {
		field = "maxNodes"
	}
	n, _ := pool.Get(field).Number()
	return int(n)
}

func carriesTarget(s *Settings, all []Resource) []Problem {
	pools, complete := poolsOf(all)
	if s.Input == nil || !complete || len(pools) == 0 {
		return nil
	}
	in := *s.Input
	in.Fixed = maps.Clone(s.Input.Fixed)
	if in.Fixed == nil {
		in.Fixed = map[sizing.Role]sizing.FixedPool{}
	}
	for role, pool := range pools {
		in.Fixed[role] = pool
	}
	in.Options.Autoscale = false
	plan, err := sizing.NewPlan(in)
	if err != nil {
		return one(true, "", "the pools make no plan: %v", err)
	}
	v := plan.Verdict
	return one(!v.Sufficient, "", "the pools carry %d of %s; the %s pool ends first",
		v.Meetings, in.Target, v.FirstToSaturate)
}
