package sizing

// ScenarioName is the name of a cost scenario.
type ScenarioName string

// The scenarios.
const (
	ScenarioLow      ScenarioName = "low"
	ScenarioExpected ScenarioName = "expected"
	ScenarioPeak     ScenarioName = "peak"
)

// Scenario is how much of the target is really used.
type Scenario struct {
	Name ScenarioName
	// HoursPerMonth is how many hours of a month every meeting of the peak runs.
	HoursPerMonth float64
	// GrowthFactor multiplies the usage.
	GrowthFactor float64
	// Reason says what the numbers mean.
	Reason string
}

const (
	// workingDays is the working days of a month: 52 weeks of five days by twelve.
	workingDays = 52.0 * 5 / 12
	// workingHours is the hours of a working day, all of which are busy in the peak
	// scenario.
	workingHours = 8
)

func (p *Plan) scenario(name ScenarioName) Scenario {
	t := p.Target
	daily, days := t.MeetingHoursPerDay(), float64(t.DaysPerMonth)
	switch name {
	case ScenarioLow:
		return Scenario{name, daily * min(days, workingDays), 1,
			"the target's day on working days only (52 x 5 / 12); autoscaled pools at their minimum"}
	case ScenarioPeak:
		return Scenario{name, max(daily, workingHours) * days, 1 + float64(t.GrowthPercentPerYear)/100,
			"eight busy hours on every day, a year of growth; autoscaled pools at their maximum"}
	default:
		return Scenario{ScenarioExpected, daily * days, 1, "the target as given"}
	}
}

// nodes returns the nodes of a pool that a scenario is billed for.
func (s Scenario) nodes(pool Pool) int {
	switch {
	case pool.Max == 0:
		return pool.Count
	case s.Name == ScenarioLow:
		return pool.Min
	case s.Name == ScenarioPeak:
		return pool.Max
	default:
		return pool.Count
	}
}
