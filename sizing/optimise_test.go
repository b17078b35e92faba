package sizing_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"

	"github.com/gomeet/infra/sizing"
)

// bruteForce looks at every size and every count up to the limit.
func bruteForce(sizes []sizing.Size, r sizing.Requirement) (best decimal.Decimal, count int, slug string, found bool) {
	for _, size := range sizes {
		for n := 1; n <= r.MaxNodes; n++ {
			units := r.Units(size)
			if units <= 0 || n < r.MinNodes || n%max(r.Multiple, 1) != 0 || (n-r.Spare)*units < r.Need || !size.Monthly.Known() {
				continue
			}
			price := size.Monthly.Amount.Decimal.Mul(decimal.NewFromInt(int64(n)))
			order := 1
			if found {
				order = best.Cmp(price)
			}
			if order > 0 || order == 0 && (n < count || n == count && size.Slug < slug) {
				best, count, slug, found = price, n, size.Slug, true
			}
		}
	}
	return best, count, slug, found
}

func TestCheapestIsExact(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for round := range 500 {
		sizes := make([]sizing.Size, 1+random.IntN(8))
		units := map[string]int{}
		for i := range sizes {
			slug := fmt.Sprintf("s-%d", i)
			sizes[i] = sizing.Size{Slug: slug, Family: "basic", VCPUs: 1, MemoryMiB: 1024}
			if random.IntN(8) > 0 {
				sizes[i].Monthly.Amount = decimal.NewNullDecimal(decimal.New(int64(random.IntN(300)), -1))
			}
			units[slug] = random.IntN(12) - 1
		}
		r := sizing.Requirement{
			Need: random.IntN(120), Spare: random.IntN(3), MinNodes: random.IntN(5), MaxNodes: 1 + random.IntN(60), Multiple: random.IntN(4),
			Units: func(s sizing.Size) int { return units[s.Slug] },
		}
		if r.Need == 0 && r.MinNodes == 0 && r.Spare == 0 {
			continue
		}
		price, count, slug, found := bruteForce(sizes, r)
		choice, err := sizing.Cheapest(sizes, r)
		require.Equal(t, found, err == nil, "round %d: %v", round, err)
		if !found {
			continue
		}
		monthly, known := choice.Monthly()
		require.True(t, known)
		require.True(t, price.Equal(monthly), "round %d: %s against %s", round, price, monthly)
		require.Equal(t, count, choice.Count, "round %d", round)
		require.Equal(t, slug, choice.Size.Slug, "round %d", round)
	}
}

// The real catalogue against brute force, for the SFU pool of several targets.
func TestCheapestSFUPoolIsExact(t *testing.T) {
	sizes := sizing.DefaultCatalogue().SizesIn("sgp1")
	for _, participants := range []int{10, 50, 200, 500, 900} {
		for _, percent := range []int{50, 75, 100} {
			target := sizing.DefaultTarget()
			target.ParticipantsPerMeeting = participants
			options := sizing.Options{BenchmarkPercent: percent}
			units := map[string]int{}
			for _, s := range sizes {
				if s.Dedicated() {
					units[s.Slug] = target.SFUCapacity(s, options).Rooms
				}
			}
			r := sizing.Requirement{Need: 100, Spare: 2, MinNodes: 2, MaxNodes: 200, Units: func(s sizing.Size) int { return units[s.Slug] }}
			price, count, slug, found := bruteForce(sizes, r)
			require.True(t, found)
			choice, err := sizing.Cheapest(sizes, r)
			require.NoError(t, err)
			monthly, _ := choice.Monthly()
			require.Equal(t, price.String(), monthly.String())
			require.Equal(t, count, choice.Count)
			require.Equal(t, slug, choice.Size.Slug)
		}
	}
}

func TestCheapestRejects(t *testing.T) {
	size := sizing.Size{Slug: "c-2", Family: "cpu-optimized"}
	_, err := sizing.Cheapest([]sizing.Size{size}, sizing.Requirement{Need: 1, Units: func(sizing.Size) int { return 1 }})
	require.ErrorContains(t, err, "none of 1 sizes", "a size without a price is not free")
	size.Monthly.Amount = decimal.NewNullDecimal(decimal.NewFromInt(1))
	_, err = sizing.Cheapest([]sizing.Size{size}, sizing.Requirement{Need: 11, MaxNodes: 10, Units: func(sizing.Size) int { return 1 }})
	require.Error(t, err)
	_, err = sizing.Cheapest(nil, sizing.Requirement{Need: 1, Units: func(sizing.Size) int { return 1 }})
	require.Error(t, err)
}
