package sizing_test

import (
	"fmt"
	"testing"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"

	"github.com/gomeet/infra/sizing"
)

func judged(t *testing.T, p *sizing.Plan, role sizing.Role) sizing.PoolVerdict {
	t.Helper()
	for _, pool := range p.Verdict.Pools {
		if pool.Role == role {
			return pool
		}
	}
	t.Fatalf("no verdict on %s", role)
	return sizing.PoolVerdict{}
}

func TestVerdictOfProd(t *testing.T) {
	p := plan(t, designed(sizing.ModelDesign))
	v := p.Verdict
	require.Equal(t, 12, v.Meetings)
	require.Equal(t, 6_000, v.Participants)
	require.False(t, v.Sufficient)
	require.Equal(t, sizing.RoleSFU, v.FirstToSaturate)
	require.Zero(t, v.RecordedMeetings, "prod has no recorders")

	sfu := judged(t, p, sizing.RoleSFU)
	require.Equal(t, []int{12, 13, 11}, []int{sfu.Meetings, sfu.WithOneMore, sfu.WithOneLess})
	require.InDelta(t, -88, sfu.HeadroomPercent, 1e-9)
	api := judged(t, p, sizing.RoleAPI)
	require.Equal(t, []int{64, 68, 60}, []int{api.Meetings, api.WithOneMore, api.WithOneLess})
	require.InDelta(t, -36, api.HeadroomPercent, 1e-9, "signalling and chat have 16 of the 30 instances")
	minio := judged(t, p, sizing.RoleMinIO)
	require.Equal(t, 79, minio.Meetings, "4 TB usable against 5.4 TB of hot recordings")
	require.Equal(t, minio.Meetings, minio.WithOneLess, "erasure coding survives one")
	require.Equal(t, sizing.Unbounded, judged(t, p, sizing.RoleMonitoring).Meetings)

	require.Equal(t, sizing.SeverityProblem, v.Findings[0].Severity, "the worst first")
	require.Equal(t, sizing.RoleSFU, v.Findings[0].Role)
}

// With the recordings in Spaces the minio pool has no volumes, limits nothing and loses
// nothing, and the bill is smaller by its volumes and by nothing else.
func TestRecordingsInSpaces(t *testing.T) {
	for name, in := range map[string]sizing.Input{
		"design": designed(sizing.ModelDesign), "capacity": designed(sizing.ModelCapacity), "dev": dev(),
	} {
		t.Run(name, func(t *testing.T) {
			own := plan(t, in)
			in.Options.RecordingsInSpaces = true
			spaces := plan(t, in)
			require.Equal(t, own.Pools, spaces.Pools, "the nodes are there either way")

			volumes := own.VolumeAt(sizing.RoleMinIO, own.Sites[0].Name) * own.Total(sizing.RoleMinIO)
			require.NotZero(t, volumes)
			require.Zero(t, spaces.VolumeAt(sizing.RoleMinIO, own.Sites[0].Name))
			price := own.CatalogueUsed().Price(sizing.ProductVolume).Amount.Decimal
			require.Equal(t, price.Mul(decimal.NewFromInt(int64(volumes))).String(), own.Cost.Expected.Total().Sub(spaces.Cost.Expected.Total()).String())

			minio := judged(t, spaces, sizing.RoleMinIO)
			require.Equal(t, sizing.Unbounded, minio.Meetings)
			require.Contains(t, minio.NodeLoss, "recordings are in Spaces")
			for _, f := range spaces.Verdict.Findings {
				require.NotEqual(t, sizing.RoleMinIO, f.Role, f.Text)
			}
			steps, err := spaces.Explain("minio.nodes")
			require.NoError(t, err)
			require.Contains(t, fmt.Sprint(steps), "recordings are in Spaces")
		})
	}
}

func TestSiteLoss(t *testing.T) {
	p := plan(t, designed(sizing.ModelCapacity))
	require.Len(t, p.Verdict.Sites, 2)
	require.Zero(t, p.Verdict.Sites[0].Meetings, "Redis is at the primary")
	require.Contains(t, p.Verdict.Sites[0].Text, "majority of PostgreSQL")
	require.Equal(t, 68, p.Verdict.Sites[1].Meetings)
	require.Contains(t, p.Verdict.Sites[1].Text, "PostgreSQL keeps its majority elsewhere")

	in := designed(sizing.ModelCapacity)
	in.Sites = append(in.Sites, sizing.Site{Name: "sydney", Region: "syd1"})
	for _, loss := range plan(t, in).Verdict.Sites {
		require.NotContains(t, loss.Text, "majority of PostgreSQL", "no site of three holds one")
	}
	require.Contains(t, plan(t, dev()).Verdict.Sites[0].Text, "the only site")
}

// Too few nodes are allowed, and the verdict says what they mean.
func TestBelowQuorum(t *testing.T) {
	cases := map[string]struct {
		role    sizing.Role
		count   int
		finding string
		loss    string
	}{
		"one pg":      {sizing.RolePG, 1, "no failover", "the database is down"},
		"two pg":      {sizing.RolePG, 2, "no replica until", "a replica is promoted"},
		"three pg":    {sizing.RolePG, 3, "", "a replica is promoted"},
		"two redis":   {sizing.RoleRedis, 2, "no cluster", "no replica"},
		"four redis":  {sizing.RoleRedis, 4, "a master without a replica", "no replica"},
		"six redis":   {sizing.RoleRedis, 6, "", "a replica takes over"},
		"three minio": {sizing.RoleMinIO, 3, "no erasure coding", "unavailable"},
		"one sfu":     {sizing.RoleSFU, 1, "ends every meeting", "interrupts up to"},
		"one api":     {sizing.RoleAPI, 1, "disconnects everybody", "WebSockets reconnect"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			in := designed(sizing.ModelDesign)
			in.Fixed = map[sizing.Role]sizing.FixedPool{c.role: {Count: c.count}}
			p := plan(t, in)
			require.Contains(t, judged(t, p, c.role).NodeLoss, c.loss)
			var warnings []string
			for _, f := range p.Verdict.Findings {
				if f.Severity == sizing.SeverityWarning && f.Role == c.role {
					warnings = append(warnings, f.Text)
				}
			}
			if c.finding == "" {
				require.Empty(t, warnings)
				return
			}
			require.Len(t, warnings, 1)
			require.Contains(t, warnings[0], c.finding)
		})
	}
}

func TestSharedCPUsAreWarnedOf(t *testing.T) {
	in := designed(sizing.ModelDesign)
	in.Fixed = map[sizing.Role]sizing.FixedPool{sizing.RoleSFU: {Size: "s-8vcpu-16gb"}}
	var texts []string
	for _, f := range plan(t, in).Verdict.Findings {
		texts = append(texts, f.Text)
	}
	require.Contains(t, texts, "s-8vcpu-16gb shares its CPUs: packets are late whenever the neighbours are busy")
}
