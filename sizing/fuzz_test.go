package sizing_test

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomeet/infra/sizing"
)

// checkPlan holds for every plan of every valid input.
func checkPlan(t *testing.T, p *sizing.Plan) {
	d, room := p.Demand, p.Demand.PerMeeting
	finite(t, "room", room.PacketsIn, room.PacketsOut, room.BitsIn, room.BitsOut, room.PayloadBitsIn, room.PayloadBitsOut)
	finite(t, "demand", d.GbpsIn, d.GbpsOut, d.ChatDeliveriesPerSecond, d.RedisBytes, d.RecordingTBPerDay,
		d.HotRecordingTB, d.KeptRecordingTB, d.EgressTiBPerMonth, d.PacketsInPerSecond, d.PacketsOutPerSecond)
	require.GreaterOrEqual(t, d.ForwardedTracks, 0)
	require.GreaterOrEqual(t, room.UnlimitedTracks, 0)
	for _, pool := range p.Pools {
		require.Positive(t, pool.Count)
		_, ok := p.CatalogueUsed().Size(pool.Size)
		require.True(t, ok)
	}
	for _, v := range p.Volumes {
		require.Positive(t, v.GiB)
	}
	for _, pool := range p.Verdict.Pools {
		finite(t, "capacity", pool.Capacity, pool.Demand)
		require.False(t, math.IsNaN(pool.HeadroomPercent) || math.IsInf(pool.HeadroomPercent, 0))
		if pool.Role != sizing.RoleMinIO || pool.Nodes != 3 {
			// The fourth MinIO node turns erasure coding on, which takes half the disks.
			require.GreaterOrEqual(t, pool.WithOneMore, pool.Meetings, "%+v", pool)
		}
		require.LessOrEqual(t, pool.WithOneLess, pool.Meetings)
		require.GreaterOrEqual(t, pool.WithOneLess, 0)
	}
	for _, bill := range []sizing.Bill{p.Cost.Low, p.Cost.Expected, p.Cost.Peak} {
		require.False(t, bill.Total().IsNegative())
		for _, item := range bill.Items {
			require.False(t, item.Quantity.IsNegative(), "%s", item.Name)
		}
	}
	require.Positive(t, p.Daemons.PgBouncer.MaxDBConnections)
	require.Positive(t, p.Daemons.LiveKit.NumTracks)
	balancers := len(p.Sites) + 1 // the primary has two
	if len(p.Sites) > 1 {
		balancers++ // and one for its databases
	}
	require.Len(t, p.Daemons.LoadBalancers, balancers)
	if p.Model == sizing.ModelCapacity && len(p.Fixed) == 0 {
		require.True(t, p.Verdict.Sufficient, "%+v", p.Verdict)
	}
	for _, item := range sizing.Explainable() {
		_, err := p.Explain(item)
		require.NoError(t, err)
	}
}

// Whatever a stack fixes, there is a sane plan or an error that names a field.
func TestRandomOverrides(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	sizes := sizing.DefaultCatalogue().Sizes
	planned := 0
	for range 400 {
		in := designed(sizing.Models[random.IntN(2)])
		in.Target.Meetings, in.Target.ParticipantsPerMeeting = 1+random.IntN(120), 1+random.IntN(500)
		in.Target.RecordedPercent = random.IntN(3) * 50
		in.Options.Autoscale = random.IntN(2) == 0
		in.Fixed = map[sizing.Role]sizing.FixedPool{}
		for len(in.Sites) < 1+random.IntN(4) {
			in.Sites = append(in.Sites, sizing.Site{Name: fmt.Sprint("site", len(in.Sites)), Region: "syd1"})
		}
		for range random.IntN(5) {
			fixed := sizing.FixedPool{Count: random.IntN(40)}
			if random.IntN(2) == 0 {
				fixed.Size = sizes[random.IntN(len(sizes))].Slug
			}
			in.Fixed[sizing.Roles[random.IntN(len(sizing.Roles))]] = fixed
		}
		p, err := sizing.NewPlan(in)
		if err != nil {
			require.NotEmpty(t, fields(t, err))
			continue
		}
		planned++
		checkPlan(t, p)
		for role, fixed := range in.Fixed {
			if fixed.Count > 0 {
				require.Equal(t, fixed.Count, p.Total(role), "%s", role)
			}
			if fixed.Size != "" && p.Total(role) > 0 {
				require.Equal(t, fixed.Size, p.Size(role), "%s", role)
			}
		}
	}
	require.Greater(t, planned, 200)
}

func FuzzTarget(f *testing.F) {
	f.Add(100, 500, 50, 3, 2_000_000, 1, 64_000, 100, 30, 365, 100, 2, true)
	f.Add(1, 1, 0, 0, 0, 0, 1, 0, 1, 1, 1, 1, false)
	f.Add(10_000, 100_000, 100_000, 100_000, 100_000_000, 100, 1_000_000, 100, 3650, 3650, 100, 31, true)
	f.Add(-1, math.MaxInt, math.MinInt, math.MaxInt, math.MaxInt, -1, 0, 101, 7, 3, 0, 0, false)
	f.Fuzz(func(t *testing.T, meetings, participants, publishers, speakers, bits, visible, audio, recorded, hot, retention, hour, days int, capacity bool) {
		target := sizing.DefaultTarget()
		target.Meetings, target.ParticipantsPerMeeting = meetings, participants
		target.MaxVideoPublishers, target.MaxActiveSpeakers = publishers, speakers
		target.High = sizing.Layer{BitsPerSecond: bits, Visible: visible}
		target.Medium, target.Low = sizing.Layer{}, sizing.Layer{}
		target.AudioBitsPerSecond, target.RecordedPercent = audio, recorded
		target.HotDays, target.RetentionDays = hot, retention
		target.DayProfile, target.DaysPerMonth = [24]int{12: hour}, days
		in := sizing.Input{Target: target, Sites: twoSites(), Model: sizing.ModelDesign}
		if capacity {
			in.Model = sizing.ModelCapacity
		}
		p, err := sizing.NewPlan(in)
		if err != nil {
			require.Nil(t, p)
			require.NotEmpty(t, fields(t, err))
			return
		}
		require.NoError(t, target.Validate())
		checkPlan(t, p)
	})
}

func FuzzCatalogue(f *testing.F) {
	f.Add([]byte(`{"date":"2026-11-23","sizes":[{"slug":"c-16","family":"cpu-optimized","vcpus":16,"memory_mib":32768,"monthly":{"amount":"336"},"regions":["sgp1"]}]}`))
	f.Add([]byte(`{"date":"2026-11-23","sizes":[{"slug":"g-16vcpu-64gb","family":"general","vcpus":16,"memory_mib":65536,"monthly":{"amount":null}}]}`))
	f.Add([]byte(`{"date":"2026-11-23","sizes":[{"slug":"x","family":"basic","vcpus":1024,"memory_mib":16777216,"monthly":{"amount":"1e-8"},"transfer_gib":"1e6"}]}`))
	f.Add([]byte(`{"date":"","sizes":[{"slug":"","monthly":{"amount":"-1e999999"}}]}`))
	f.Add([]byte(`{"date":"2026-11-23","sizes":[{"slug":"s","family":"basic","vcpus":1,"memory_mib":512,"monthly":{"amount":"1e999999999"},"transfer_gib":"1e-999999999"}]}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		var data struct {
			Date  string        `json:"date"`
			Sizes []sizing.Size `json:"sizes"`
		}
		if json.Unmarshal(text, &data) != nil {
			return
		}
		// The sizes come on top of the embedded ones, so that there is a plan to make.
		base, own := sizing.DefaultCatalogue(), map[string]bool{}
		for _, size := range data.Sizes {
			own[size.Slug] = true
		}
		sizes := slices.DeleteFunc(slices.Clone(base.Sizes), func(s sizing.Size) bool { return own[s.Slug] })
		c, err := sizing.NewCatalogue(data.Date, append(sizes, data.Sizes...), base.Regions, base.Prices)
		if err != nil {
			require.Nil(t, c)
			require.NotEmpty(t, fields(t, err))
			return
		}
		for _, model := range sizing.Models {
			in := designed(model)
			in.Catalogue = c
			if p, err := sizing.NewPlan(in); err == nil {
				checkPlan(t, p)
			} else {
				require.NotEmpty(t, fields(t, err))
			}
		}
	})
}
