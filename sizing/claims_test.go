package sizing_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomeet/infra/internal/golden"
	"github.com/gomeet/infra/sizing"
)

func TestGoldenClaims(t *testing.T) {
	var b strings.Builder
	for _, c := range sizing.Claims() {
		fmt.Fprintf(&b, "%2d %-7s %s\n", c.Number, c.Status, c.Stated)
		if c.Correct != "" {
			fmt.Fprintf(&b, "           -> %s\n", c.Correct)
		}
		for _, f := range c.Figures {
			stated := fmt.Sprintf("stated %.5g", f.Stated)
			if f.Unstated {
				stated = "not stated"
			}
			fmt.Fprintf(&b, "           %s: %s, is %.6g %s\n", f.Name, stated, f.Correct, f.Unit)
		}
	}
	golden.Equal(t, "claims.golden", b.String())
}

// A right claim has no figure that is off, and a wrong one with stated figures has
// one: the marks follow from the numbers.
func TestClaimsFollowFromTheirFigures(t *testing.T) {
	claims := sizing.Claims()
	require.Len(t, claims, 64)
	for i, c := range claims {
		require.Equal(t, i+1, c.Number)
		require.NotEmpty(t, c.Stated)
		off, stated := 0, 0
		for _, f := range c.Figures {
			if !f.Unstated {
				stated++
			}
			if f.Off() {
				off++
			}
		}
		switch c.Status {
		case sizing.ClaimRight:
			require.Zero(t, off, "claim %d", c.Number)
		case sizing.ClaimWrong:
			require.NotEmpty(t, c.Correct, "claim %d", c.Number)
			if stated > 0 {
				require.Positive(t, off, "claim %d", c.Number)
			}
		case sizing.ClaimMissing:
			require.Zero(t, stated, "claim %d", c.Number)
			require.NotEmpty(t, c.Correct, "claim %d", c.Number)
		case sizing.ClaimHalf:
			require.NotEmpty(t, c.Correct, "claim %d", c.Number)
		default:
			t.Fatalf("claim %d has status %q", c.Number, c.Status)
		}
	}
}

// The statuses of the checked table, row by row.
func TestClaimStatuses(t *testing.T) {
	want := map[sizing.ClaimStatus][]int{
		sizing.ClaimRight:   {1, 2, 3, 11, 21, 22, 25, 29, 36, 42, 43, 48, 62},
		sizing.ClaimHalf:    {9, 12, 13, 16, 19, 26, 27, 28, 37, 44, 47, 49, 50, 53, 54, 57, 58},
		sizing.ClaimMissing: {41, 46},
	}
	got := map[sizing.ClaimStatus][]int{}
	for _, c := range sizing.Claims() {
		if c.Status != sizing.ClaimWrong {
			got[c.Status] = append(got[c.Status], c.Number)
		}
	}
	require.Equal(t, want, got)
}

// The figures of the issue, by claim and name.
func TestClaimFigures(t *testing.T) {
	for name, c := range map[string]struct {
		claim  int
		figure string
		want   float64
	}{
		"a recording is 0.9 GB per hour":     {31, "per hour", 0.9},
		"composites of a day are 180 GB":     {33, "composite", 180},
		"50 publishers are 9 TB per day":     {33, "publishers", 9},
		"one meeting sends 1.032 Gbit/s":     {28, "out", 1.032},
		"all speak: 16 Gbit/s":               {27, "500 speakers", 16},
		"egress is 92.88 TB per day":         {46, "egress per day", 92.88},
		"egress is 2,786 TB per month":       {46, "egress per month", 2786.4},
		"11.9 Gbit/s per node":               {8, "per node", 143.0 / 12},
		"six load balancer nodes":            {30, "load balancer nodes", 6},
		"390 pooled connections":             {17, "all poolers", 390},
		"500 vCPUs of recorders":             {41, "recorders", 500},
		"1,000 nodes at 50 participants":     {7, "nodes for 50,000 at 50 each", 1000},
		"the SFU node of the text is $504":   {45, "price", 504},
		"a year of composites is 65.7 TB":    {35, "a year", 65.7},
		"34 API pods at the HPA's own value": {13, "pods", 34},
	} {
		t.Run(name, func(t *testing.T) {
			for _, f := range sizing.Claims()[c.claim-1].Figures {
				if f.Name == c.figure {
					require.InEpsilon(t, c.want, f.Correct, 1e-9)
					return
				}
			}
			t.Fatalf("claim %d has no figure %q", c.claim, c.figure)
		})
	}
}

func TestDesignCostTable(t *testing.T) {
	require.Equal(t, "7157", sizing.DesignSubtotal().String())
	require.Equal(t, "2147", sizing.DesignOverhead().String())
	require.Equal(t, "9304", sizing.DesignTotal().String())
}
