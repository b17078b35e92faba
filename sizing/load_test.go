package sizing_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomeet/infra/sizing"
)

// The workers of the design's tests, and of what bends the arithmetic. The limits are those
// of prod: 100 requests per second and address, 8 load balancer nodes.
func TestLoad(t *testing.T) {
	limits := sizing.LoadLimits{RequestsPerAddress: 100, HandshakesPerSecond: 8 * sizing.LoadBalancerNodeTLSPerSecond}
	catalogue := plan(t, designed(sizing.ModelDesign)).CatalogueUsed()
	for name, c := range map[string]struct {
		test sizing.LoadTest
		// memory is the MiB of one worker; ramp in seconds.
		workers, users, memory, ramp, nodeHours int
	}{
		"50,000 connections": {sizing.LoadTest{Users: 50_000, Duration: 10 * time.Minute}, 9, 5_556, 256 + 27_780, 56, 9},
		"one user":           {sizing.LoadTest{Users: 1, Duration: time.Minute}, 1, 1, 256 + 5, 1, 1},
		"as many nodes as the edge's rate wants": {
			sizing.LoadTest{Users: 1_000, RequestsPerSecond: 1_000, Duration: 15 * time.Minute}, 10, 100, 256 + 500, 1, 10,
		},
		"a started hour is paid":              {sizing.LoadTest{Users: 1_000, Duration: time.Hour}, 1, 1_000, 256 + 5_000, 10, 2},
		"users that do not divide by workers": {sizing.LoadTest{Users: 50_001, Duration: time.Minute}, 9, 5_556, 256 + 27_780, 56, 9},
	} {
		t.Run(name, func(t *testing.T) {
			p, err := catalogue.Load(c.test, limits, "sgp1")
			require.NoError(t, err)
			t.Logf("%d x %s, %d users each, ramp %s, $%s", p.Workers, p.Size.Slug, p.Users, p.Ramp, p.Cost)
			require.Equal(t, c.workers, p.Workers)
			require.Equal(t, c.users, p.Users)
			require.Equal(t, c.memory, p.Request.MemoryMiB)
			require.Equal(t, time.Duration(c.ramp)*time.Second, p.Ramp)
			require.Equal(t, c.nodeHours, p.NodeHours)
			require.True(t, p.Cost.IsPositive())

			// Whatever the size: a worker fits on its node, and no limit is met.
			left := p.Size.Allocatable()
			require.LessOrEqual(t, p.Request.MemoryMiB, left.MemoryMiB)
			require.LessOrEqual(t, p.Request.MilliCPU, left.MilliCPU)
			require.GreaterOrEqual(t, p.Workers*p.Users, c.test.Users)
			require.LessOrEqual(t, p.Users, min(sizing.LoadUsersPerWorker, sizing.LoadConnectionsPerAddress))
			require.LessOrEqual(t, c.test.RequestsPerSecond/float64(p.Workers), float64(limits.RequestsPerAddress))
			require.LessOrEqual(t, float64(c.test.Users)/p.Ramp.Seconds(), float64(limits.HandshakesPerSecond))
		})
	}
}

// What goes over the network: everybody's start, and what follows, in which those who come
// evenly over the ramp have half of it.
func TestLoadTransfer(t *testing.T) {
	catalogue := plan(t, designed(sizing.ModelDesign)).CatalogueUsed()
	p, err := catalogue.Load(sizing.LoadTest{
		Users: 1 << 10, Duration: 95 * time.Second, BytesToStart: 1 << 20, BytesPerSecond: 1 << 20,
	}, sizing.LoadLimits{RequestsPerAddress: 1 << 10, HandshakesPerSecond: 103}, "sgp1")
	require.NoError(t, err)
	require.Equal(t, 10*time.Second, p.Ramp)
	require.Equal(t, "101", p.TransferGiB.String(), "1 GiB to start, and 1 GiB a second for 95 + 5 seconds")
}

func TestLoadRejects(t *testing.T) {
	catalogue := plan(t, designed(sizing.ModelDesign)).CatalogueUsed()
	limits := sizing.LoadLimits{RequestsPerAddress: 1, HandshakesPerSecond: 1}
	for want, c := range map[string]struct {
		test   sizing.LoadTest
		limits sizing.LoadLimits
	}{
		`users: "0": must be at least 1`:                {sizing.LoadTest{Duration: time.Hour}, limits},
		`duration: "0s": must be more than nothing`:     {sizing.LoadTest{Users: 1}, limits},
		`must be requests and handshakes of at least 1`: {sizing.LoadTest{Users: 1, Duration: time.Hour}, sizing.LoadLimits{}},
		"a load of 1000000000 users from sgp1":          {sizing.LoadTest{Users: 1e9, Duration: time.Hour}, limits},
	} {
		_, err := catalogue.Load(c.test, c.limits, "sgp1")
		require.ErrorContains(t, err, want)
	}
}
