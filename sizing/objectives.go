package sizing

import "time"

// Objective is one of the design's performance targets (section "Performance
// Benchmarks"): so many percent of events are good. Alerts, load tests and checks from
// outside take it from here.
type Objective struct {
	// Name is the label slo of its rules.
	Name string
	// Percent of events are good.
	Percent float64
	// Limit is what a good event takes less than; 0 is no limit: it only has to succeed.
	Limit time.Duration
}

// Percentile is how k6 and Prometheus name the objective's quantile, 95 for "p95".
func (o Objective) Percentile() int { return int(o.Percent) }

// Objectives of the design. "p95 below a limit" means that 95 % are; the design states no
// share for video latency, which gets the same, and "Redis operations: <5ms" is read as 99 %.
var (
	ConnectionsObjective = Objective{Name: "connections", Percent: 99.5}
	APIObjective         = Objective{Name: "api", Percent: 95, Limit: 200 * time.Millisecond}
	VideoObjective       = Objective{Name: "video", Percent: 95, Limit: 150 * time.Millisecond}
	DatabaseObjective    = Objective{Name: "database", Percent: 95, Limit: 100 * time.Millisecond}
	RedisObjective       = Objective{Name: "redis", Percent: 99, Limit: 5 * time.Millisecond}
)
