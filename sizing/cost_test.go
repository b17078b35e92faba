package sizing_test

import (
	"testing"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"

	"github.com/gomeet/infra/sizing"
)

func TestSubtotalsAddUp(t *testing.T) {
	for _, in := range []sizing.Input{designed(sizing.ModelDesign), designed(sizing.ModelCapacity), dev()} {
		p := plan(t, in)
		for _, bill := range []sizing.Bill{p.Cost.Low, p.Cost.Expected, p.Cost.Peak} {
			byComponent, bySite, byItem := decimal.Zero, bill.Site(""), decimal.Zero
			for _, component := range bill.Components() {
				byComponent = byComponent.Add(bill.Component(component))
			}
			for _, site := range in.Sites {
				bySite = bySite.Add(bill.Site(site.Name))
			}
			for _, item := range bill.Items {
				if amount, known := item.Amount(); known {
					byItem = byItem.Add(amount.Round(2))
				}
				require.NotEmpty(t, item.Price.Source, "%s", item.Name)
				require.NotEmpty(t, item.Price.Unit, "%s", item.Name)
				require.False(t, item.Quantity.IsNegative(), "%s", item.Name)
			}
			require.Equal(t, bill.Total().String(), byComponent.String())
			require.Equal(t, bill.Total().String(), bySite.String())
			require.Equal(t, bill.Total().String(), byItem.String())
		}
		require.True(t, p.Cost.Low.Total().LessThanOrEqual(p.Cost.Monthly()))
		require.True(t, p.Cost.Monthly().LessThanOrEqual(p.Cost.Peak.Total()))
	}
}

// The lines of the bill of the design model, from the catalogue by hand.
func TestExpectedBill(t *testing.T) {
	b := plan(t, designed(sizing.ModelDesign)).Cost.Expected
	for component, want := range map[string]string{
		"sfu": "6048", "api": "2520", "pg": "1056", "redis": "876", "minio": "1184",
		"default": "96", "load-balancer": "204", "control-plane": "80", "spaces": "5", "uptime": "2", "recorder": "0",
	} {
		require.Equal(t, want, b.Component(component).String(), "%s", component)
	}
	// 117.14 Gbit/s for 60 hours, less 40 s-2vcpu and c-4 with known allowances.
	gib := decimal.NewFromFloat(plan(t, designed(sizing.ModelDesign)).Demand.EgressTiBPerMonth * 1024).Round(4)
	require.Equal(t, gib.Sub(b.AllowanceGiB).Mul(decimal.New(1, -2)).Round(2).String(), b.Component("transfer").String())
	require.True(t, b.Component("transfer").GreaterThan(b.Component("sfu")), "egress is the largest item")
}

func TestUnknownPriceIsNotZero(t *testing.T) {
	p := plan(t, designed(sizing.ModelDesign))
	unpriced := p.Cost.Expected.Unpriced()
	require.Len(t, unpriced, 1)
	require.Equal(t, sizing.ComponentNetwork, unpriced[0].Component)
	_, known := unpriced[0].Amount()
	require.False(t, known)
	require.Equal(t, "no price", unpriced[0].Price.String())
	require.Equal(t, "no price", sizing.DefaultCatalogue().Price("nothing").String())

	in := designed(sizing.ModelDesign)
	in.Sites = in.Sites[:1]
	require.Empty(t, plan(t, in).Cost.Expected.Unpriced(), "one site has no peering")
}

func TestUnverifiedPricesAreMarked(t *testing.T) {
	marked := map[string]bool{}
	for _, item := range plan(t, designed(sizing.ModelDesign)).Cost.Expected.Items {
		if item.Price.Known() && !item.Price.Verified {
			marked[item.Price.Unit] = true
		}
	}
	require.Equal(t, map[string]bool{"GiB-month": true, "subscription-month": true, "node-month": true, "check-month": true}, marked)
	c := sizing.DefaultCatalogue()
	for product, want := range map[sizing.Product]bool{
		sizing.ProductLoadBalancerNode: false, sizing.ProductVolume: false, sizing.ProductSpaces: false,
		sizing.ProductSpacesStorage: false, sizing.ProductTransfer: true, sizing.ProductControlPlaneHA: true,
	} {
		require.Equal(t, want, c.Price(product).Verified, "%s", product)
	}
}

func TestMissingIsPricedAndApart(t *testing.T) {
	p := plan(t, designed(sizing.ModelDesign))
	require.Len(t, p.Cost.Missing, 2)
	require.Equal(t, string(sizing.RoleRecorder), p.Cost.Missing[0].Component)
	amount, known := p.Cost.Missing[0].Amount()
	require.True(t, known)
	require.Equal(t, "11760", amount.String(), "34 c-16 of three recordings each, and a spare")
	require.Empty(t, plan(t, designed(sizing.ModelCapacity)).Cost.Missing)

	in := designed(sizing.ModelDesign)
	in.Target.RecordedPercent = 0
	require.Empty(t, plan(t, in).Cost.Missing, "nothing is recorded")
}

func TestSavings(t *testing.T) {
	in := designed(sizing.ModelCapacity)
	byName := func(p *sizing.Plan) map[string]decimal.NullDecimal {
		savings := map[string]decimal.NullDecimal{}
		for _, s := range p.Cost.Savings {
			require.NotEmpty(t, s.Reason)
			savings[s.Name] = s.Monthly
		}
		return savings
	}
	p := plan(t, in)
	require.False(t, byName(p)["committed use"].Valid, "no rate is published")
	// 102 nodes of $336: three hours a day at 102, the rest at the autoscaler's minimum.
	// Of 720 hours the 672 busiest are billed: 90 x 102 + 582 x 68.
	full := decimal.NewFromInt(102 * 336)
	billed := decimal.NewFromInt((90*102 + 582*68) * 336).Div(decimal.NewFromInt(672))
	require.Equal(t, full.Sub(billed).Round(2).String(), byName(p)["off-peak autoscaling of sfu"].Decimal.String())

	require.NotContains(t, byName(p), "off-peak autoscaling of recorder", "recorders never scale")
	in.Fixed = map[sizing.Role]sizing.FixedPool{sizing.RoleSFU: {Min: 102}}
	require.True(t, byName(plan(t, in))["off-peak autoscaling of sfu"].Decimal.IsZero(), "the minimum is all of them")

	in.Options.CommittedUsePercent = 10
	droplets := decimal.Zero
	p = plan(t, in)
	for _, pool := range p.Pools {
		size, _ := p.CatalogueUsed().Size(pool.Size)
		droplets = droplets.Add(size.Monthly.Amount.Decimal.Mul(decimal.NewFromInt(int64(pool.Count))))
	}
	require.Equal(t, droplets.Div(decimal.NewFromInt(10)).String(), byName(p)["committed use"].Decimal.String())
}

// Every row of the design's table is in the comparison, and the columns add up.
func TestComparisonAddsUp(t *testing.T) {
	for _, model := range sizing.Models {
		p := plan(t, designed(model))
		rows := p.Cost.Comparison
		total := rows[len(rows)-1]
		require.Equal(t, "total", total.Component)
		design, ours := decimal.Zero, decimal.Zero
		for _, row := range rows[:len(rows)-1] {
			design, ours = design.Add(row.Design.Decimal), ours.Add(row.Plan)
			require.NotEmpty(t, row.Remark, "%s", row.Component)
		}
		require.Equal(t, "9304", design.String())
		require.Equal(t, total.Plan.String(), ours.String())
		require.Equal(t, p.Cost.Monthly().String(), ours.String())
	}
}

func TestScenarios(t *testing.T) {
	in := designed(sizing.ModelCapacity)
	in.Target.GrowthPercentPerYear = 50
	c := plan(t, in).Cost
	require.InDelta(t, 2*52.0*5/12, c.Low.Scenario.HoursPerMonth, 1e-9)
	require.InDelta(t, 60, c.Expected.Scenario.HoursPerMonth, 1e-9)
	require.InDelta(t, 240, c.Peak.Scenario.HoursPerMonth, 1e-9)
	require.InDelta(t, 1.5, c.Peak.Scenario.GrowthFactor, 1e-9)
	// Transfer scales with hours and growth, before the same allowance.
	perCent := decimal.New(1, -2)
	used := func(b sizing.Bill) decimal.Decimal { return b.Component("transfer").Add(b.AllowanceGiB.Mul(perCent)) }
	require.InEpsilon(t, 6, used(c.Peak).Div(used(c.Expected)).InexactFloat64(), 1e-6)
}

// Spaces keeps every recording until it is deleted, also what a stack's own object store
// still has: 0.18 TB a day for 365 days, in a standard bucket.
func TestRecordingsArePricedUntilTheyAreDeleted(t *testing.T) {
	in := designed(sizing.ModelCapacity)
	p := plan(t, in)
	require.InDelta(t, 0.18*372*1e12/(1<<30), p.Usage(sizing.ScenarioExpected).Recordings.InexactFloat64(), 1)
	item := p.CatalogueUsed().RecordingsItem(p.Usage(sizing.ScenarioExpected).Recordings)
	amount, known := item.Amount()
	require.True(t, known)
	require.InDelta(t, 0.18*372*1e12/(1<<30)*0.02, amount.InexactFloat64(), 0.1)

	longer := in
	longer.Target.HotDays = 60
	require.Equal(t, p.Usage(sizing.ScenarioExpected).Recordings, plan(t, longer).Usage(sizing.ScenarioExpected).Recordings)
}
