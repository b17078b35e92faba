package sizing_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomeet/infra/sizing"
)

// twoSites is prod's: two sites that share the nearest region.
func twoSites() []sizing.Site {
	return []sizing.Site{{Name: "singapore", Region: "sgp1"}, {Name: "jakarta", Region: "sgp1"}}
}

// designed is the design document's target on prod's sites.
func designed(model sizing.Model) sizing.Input {
	return sizing.Input{
		Target: sizing.DefaultTarget(), Sites: twoSites(), Model: model,
		Options: sizing.Options{HighAvailability: true},
	}
}

// dev is one small node of every role.
func dev() sizing.Input {
	target := sizing.DefaultTarget()
	target.Meetings, target.ParticipantsPerMeeting = 1, 20
	return sizing.Input{
		Target: target, Sites: twoSites()[:1], Model: sizing.ModelDesign,
		Fixed: map[sizing.Role]sizing.FixedPool{
			sizing.RoleDefault:    {Size: "s-2vcpu-2gb", Count: 1},
			sizing.RoleSFU:        {Size: "c-2", Count: 1},
			sizing.RoleAPI:        {Size: "s-2vcpu-4gb", Count: 1},
			sizing.RolePG:         {Size: "s-2vcpu-4gb", Count: 1},
			sizing.RoleRedis:      {Size: "s-2vcpu-2gb", Count: 1},
			sizing.RoleMinIO:      {Size: "s-2vcpu-2gb", Count: 1},
			sizing.RoleMonitoring: {Size: "s-2vcpu-4gb", Count: 1},
		},
	}
}

func plan(t testing.TB, in sizing.Input) *sizing.Plan {
	t.Helper()
	p, err := sizing.NewPlan(in)
	require.NoError(t, err)
	return p
}

func meetings(n int) string {
	if n == sizing.Unbounded {
		return "any"
	}
	return fmt.Sprint(n)
}

// render writes a plan as text for the golden files.
func render(p *sizing.Plan) string {
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	d := p.Demand
	line("model %s, %d meetings of %d", p.Model, d.Meetings, p.Target.ParticipantsPerMeeting)
	line("\ndemand")
	line("  per meeting  %d published, %d forwarded tracks; %.0f packets/s in, %.0f out; %.3f Gbit/s in, %.3f out",
		d.PerMeeting.PublishedTracks, d.PerMeeting.ForwardedTracks, d.PerMeeting.PacketsIn, d.PerMeeting.PacketsOut,
		d.PerMeeting.BitsIn/1e9, d.PerMeeting.BitsOut/1e9)
	line("  total        %.0f packets/s out; %.2f Gbit/s in, %.2f out", d.PacketsOutPerSecond, d.GbpsIn, d.GbpsOut)
	line("  connections  %d API, %d signalling, %d PostgreSQL", d.APIConnections, d.SignallingConnections, d.PGConnections)
	line("  redis        %.1f MB", d.RedisBytes/1e6)
	line("  recordings   %.4f TB/day, %.2f TB hot, %.2f TB kept", d.RecordingTBPerDay, d.HotRecordingTB, d.KeptRecordingTB)
	line("  egress       %.2f TiB/month", d.EgressTiBPerMonth)
	line("\npools")
	for _, pool := range p.Pools {
		line("  %-11s %-10s %-14s %3d  min %d max %d", pool.Role, pool.Site, pool.Size, pool.Count, pool.Min, pool.Max)
	}
	line("\nvolumes")
	for _, v := range p.Volumes {
		line("  %-11s %-10s %d x %d GiB: %s", v.Role, v.Site, v.Count, v.GiB, v.Reason)
	}
	line("\ndaemons")
	for _, lb := range p.Daemons.LoadBalancers {
		line("  load balancer %-10s %-9s %d connections, %d units, back in %d s", lb.Site, lb.Edge, lb.Connections, lb.SizeUnit, lb.ReconnectSeconds)
	}
	line("  pgbouncer %+v", p.Daemons.PgBouncer)
	line("  livekit   %+v", p.Daemons.LiveKit)
	line("  redis     %+v", p.Daemons.Redis)
	line("  api       %+v", p.Daemons.APIScaling)
	line("  sfu       %+v", p.Daemons.SFUScaling)
	renderVerdict(line, p.Verdict)
	renderCost(line, p.Cost)
	return b.String()
}

func renderVerdict(line func(string, ...any), v sizing.Verdict) {
	line("\nverdict")
	line("  carries %d meetings, %d participants; records %d; sufficient %t; %s saturates first (%s)",
		v.Meetings, v.Participants, v.RecordedMeetings, v.Sufficient, v.FirstToSaturate, v.Binding)
	for _, pool := range v.Pools {
		line("  %-11s %3d x %-14s %-11s %.1f of %.1f %s, headroom %.1f %%; meetings %s, one more %s, one less %s",
			pool.Role, pool.Nodes, pool.Size, pool.Constraint, pool.Demand, pool.Capacity, pool.Unit, pool.HeadroomPercent,
			meetings(pool.Meetings), meetings(pool.WithOneMore), meetings(pool.WithOneLess))
		line("              loses a node: %s", pool.NodeLoss)
	}
	for _, site := range v.Sites {
		line("  without %s: %d meetings; %s", site.Site, site.Meetings, site.Text)
	}
	for _, f := range v.Findings {
		line("  %s %s: %s", f.Severity, f.Role, f.Text)
	}
}

func renderCost(line func(string, ...any), c sizing.Cost) {
	line("\ncost per month")
	for _, item := range c.Items() {
		amount, known := item.Amount()
		text := "no price"
		if known {
			text = amount.StringFixed(2)
		}
		line("  %-13s %-10s %-60s %14s x %-32s %10s", item.Component, item.Site, item.Name, item.Quantity, item.Price, text)
	}
	for _, bill := range []sizing.Bill{c.Low, c.Expected, c.Peak} {
		line("  %-8s $%s (allowance %s GiB, of %d Droplets unknown): %s", bill.Scenario.Name, bill.Total().StringFixed(2),
			bill.AllowanceGiB, bill.AllowanceUnknown, bill.Scenario.Reason)
	}
	for _, item := range c.Missing {
		line("  missing: %s x %s", item.Quantity, item.Name)
	}
	for _, s := range c.Savings {
		text := "unknown"
		if s.Monthly.Valid {
			text = "$" + s.Monthly.Decimal.StringFixed(2)
		}
		line("  option %s: %s; %s", s.Name, text, s.Reason)
	}
	line("\ncomparison with the design's table")
	for _, r := range c.Comparison {
		text := "-"
		if r.Design.Valid {
			text = r.Design.Decimal.StringFixed(0)
		}
		line("  %-13s %8s | %10s | %s", r.Component, text, r.Plan.StringFixed(2), r.Remark)
	}
}
