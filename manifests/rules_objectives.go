package manifests

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/gomeet/infra/sizing"
)

// objective is one of the design's performance targets as rules see it.
type objective struct {
	sizing.Objective
	// title begins the alerts' names.
	title string
	// promise is the target in words.
	promise string
	// bad and all are rates of events over a window, written as $window.
	bad, all string
	owner    Owner
	action   string
}

// budget is the share of events that may be bad.
func (o objective) budget() float64 { return (100 - o.Percent) / 100 }

// objectives are the five targets.
func objectives() []objective {
	return []objective{
		{
			Objective: sizing.ConnectionsObjective, title: "Connection",
			promise: fmt.Sprintf("%g %% of WebSocket connections succeed", sizing.ConnectionsObjective.Percent),
			// The edge counts a WebSocket when it ends, with code 101, and a failed one at once,
			// also when no pod was there to refuse it. Good ones are counted by the API.
			bad:    `(sum(rate(traefik_service_requests_total{protocol="websocket",code=~"5.."}[$window])) or vector(0))`,
			all:    `(sum(rate(websocket_opened_total[$window])) + (sum(rate(traefik_service_requests_total{protocol="websocket",code=~"5.."}[$window])) or vector(0)))`,
			owner:  OwnerAPI,
			action: "Look which service of the edge answers 5xx, then at that service's pods: not ready, full, or restarting.",
		},
		slowerThan(sizing.APIObjective, "API", "API requests",
			"traefik_service_request_duration_seconds", `protocol="http"`, time.Second, OwnerAPI,
			"Compare the time at the edge with the API's own, the database's and Redis': the slowest of them is where to look."),
		slowerThan(sizing.VideoObjective, "Video", "video round trips",
			"livekit_rtt_ms", "", time.Millisecond, OwnerMedia,
			"Look whether one SFU node is slow (CPU, egress) or all participants of a region are (their networks, wrong site)."),
		slowerThan(sizing.DatabaseObjective, "Database", "database queries",
			"gomeet_api_db_query_duration_seconds", "", time.Second, OwnerData,
			"Look at waiting clients of PgBouncer first, then at long transactions and the disk of the primary."),
		slowerThan(sizing.RedisObjective, "Redis", "Redis commands",
			"gomeet_api_redis_command_duration_seconds", "", time.Second, OwnerData,
			"Look at the slow log of the masters, then at their CPU: Redis runs commands on one core."),
	}
}

// slowerThan is an objective on a histogram, whose buckets are in a unit: a share of its
// events is within the bucket of the limit.
func slowerThan(o sizing.Objective, title, events, histogram, matchers string, unit time.Duration, owner Owner, action string) objective {
	within := strings.Trim(matchers+","+upTo(float64(o.Limit)/float64(unit)), ",")
	all := fmt.Sprintf(`sum(rate(%s_count{%s}[$window]))`, histogram, matchers)
	return objective{
		Objective: o, title: title, owner: owner, action: action,
		promise: fmt.Sprintf("%g %% of %s take less than %d ms", o.Percent, events, o.Limit.Milliseconds()),
		bad:     fmt.Sprintf(`(%s - sum(rate(%s_bucket{%s}[$window])))`, all, histogram, within), all: all,
	}
}

// upTo matches a histogram's bucket. Prometheus 3 stores a whole limit with a decimal, 150
// as 150.0, in which form ever it was exported (model/textparse,
// normalizeFloatsInLabelValues); Prometheus 2 kept 150.
func upTo(limit float64) string {
	le := strconv.FormatFloat(limit, 'f', -1, 64)
	if strings.Contains(le, ".") {
		return `le="` + le + `"`
	}
	return `le=~"` + le + `(\\.0)?"`
}

// burn is a pair of windows and how many times faster than planned the error budget of
// 30 days goes (Google, Site Reliability Workbook, chapter 5, table 5-8): the long window
// shows that it matters, the short one that it still goes on.
type burn struct {
	long, short string
	factor      float64
}

var (
	// fast is 2 % of a month's budget in an hour, or 5 % in six hours.
	fast = []burn{{"1h", "5m", 14.4}, {"6h", "30m", 6}}
	// slow is 10 % in a day or in three.
	slow = []burn{{"1d", "2h", 3}, {"3d", "6h", 1}}
	// windows are all of them; fifteen days of samples hold the longest.
	windows = []string{"5m", "30m", "1h", "2h", "6h", "1d", "3d"}
)

// objectiveRules watches the error budgets of the five targets.
func objectiveRules(Limits) RuleFile {
	f := RuleFile{Subject: "objectives"}
	for _, o := range objectives() {
		for _, window := range windows {
			f.Records = append(f.Records, Record{
				Name: "gomeet:slo_errors:ratio_rate" + window,
				Expr: strings.ReplaceAll(o.bad+" / "+o.all, "$window", window), Labels: map[string]string{"slo": o.Name},
			})
		}
		f.Alerts = append(f.Alerts,
			o.alert("BudgetBurnsFast", fast, Critical, 2*time.Minute, "within hours, this month's budget is gone"),
			o.alert("BudgetBurnsSlow", slow, Warning, 15*time.Minute, "at this rate this month's budget will not last"))
	}
	return f
}

func (o objective) alert(suffix string, burns []burn, severity Severity, wait time.Duration, meaning string) Alert {
	var either []string
	for _, b := range burns {
		limit := strconv.FormatFloat(b.factor*o.budget(), 'g', 6, 64)
		either = append(either, fmt.Sprintf(
			`(gomeet:slo_errors:ratio_rate%s{slo="%s"} > %s and gomeet:slo_errors:ratio_rate%s{slo="%s"} > %s)`,
			b.long, o.Name, limit, b.short, o.Name, limit))
	}
	return Alert{
		Name: o.title + suffix, Expr: strings.Join(either, " or "), For: wait, Severity: severity, Owner: o.owner,
		Summary: fmt.Sprintf("Promise in danger: %s. {{ $value | humanizePercentage }} did not; %s.", o.promise, meaning),
		Action:  o.action,
	}
}
