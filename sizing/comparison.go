package sizing

import "github.com/shopspring/decimal"

// designCostRow is one row of the design document's cost table, in US dollars per month.
type designCostRow struct {
	Component string
	Quantity  int
	UnitPrice decimal.Decimal
}

// Total returns quantity times unit price.
func (r designCostRow) Total() decimal.Decimal { return r.UnitPrice.Mul(whole(r.Quantity)) }

// designCostTable is the table of section "Cost Estimation (DigitalOcean Singapore)".
var designCostTable = []designCostRow{
	{string(RoleSFU), 12, whole(167)},
	{string(RoleAPI), 30, whole(84)},
	{string(RolePG), 3, whole(267)},
	{string(RoleRedis), 6, whole(134)},
	{ComponentLoadBalancer, 3, whole(20)},
	{string(RoleMinIO), 4, whole(200)},
	{string(RoleMonitoring), 2, whole(84)},
}

// DesignSubtotal, DesignOverhead and DesignTotal are the sums of the design's table
// (7,157, 30 % of it rounded to dollars, and 9,304).
func DesignSubtotal() decimal.Decimal {
	sum := decimal.Zero
	for _, row := range designCostTable {
		sum = sum.Add(row.Total())
	}
	return sum
}

// DesignOverhead is the design's flat 30 % on its subtotal.
func DesignOverhead() decimal.Decimal {
	return DesignSubtotal().Mul(whole(30)).Div(whole(100)).Round(0)
}

// DesignTotal is the design's monthly cost.
func DesignTotal() decimal.Decimal { return DesignSubtotal().Add(DesignOverhead()) }

// ComparisonRow sets one component of the design's table against the plan.
type ComparisonRow struct {
	Component string
	// Design is the design's amount; not valid where its table has no such row.
	Design decimal.NullDecimal
	// Plan is the plan's amount in the expected scenario.
	Plan decimal.Decimal
	// Remark says why they differ.
	Remark string
}

// comparison returns the rows of the design's table, then what it leaves out.
func (p *Plan) comparison(b Bill, missing []Item) []ComparisonRow {
	var rows []ComparisonRow
	inDesign := map[string]bool{}
	for _, d := range designCostTable {
		inDesign[d.Component] = true
		rows = append(rows, ComparisonRow{
			Component: d.Component, Design: decimal.NewNullDecimal(d.Total()),
			Plan: b.Component(d.Component), Remark: p.remark(d.Component),
		})
	}
	for _, component := range b.Components() {
		if !inDesign[component] {
			rows = append(rows, ComparisonRow{Component: component, Plan: b.Component(component), Remark: p.remark(component)})
		}
	}
	for _, item := range missing {
		rows = append(rows, ComparisonRow{Component: item.Component, Remark: remarks[item.Component]})
	}
	return append(rows,
		ComparisonRow{Component: "overhead", Design: decimal.NewNullDecimal(DesignOverhead()),
			Remark: "a percentage stands in for what was left out; here every part has its own line"},
		ComparisonRow{Component: "total", Design: decimal.NewNullDecimal(DesignTotal()), Plan: b.Total()})
}

// remark is what there is to say of a component.
func (p *Plan) remark(component string) string {
	text := remarks[component]
	if p.idle(Role(component)) {
		text += "; here recordings are in Spaces, so there are nodes and no disks"
	}
	return text
}

// remarks say where the design's table goes wrong (its text against its own table,
// or against the catalogue).
var remarks = map[string]string{
	string(RoleSFU):        "the table prices 8 vCPU/16 GB, the text specifies 16 vCPU/64 GB; and the count is for one meeting",
	string(RoleAPI):        "as specified; c-4 is $84",
	string(RolePG):         "the catalogue has $252; the 1 TB disks are not in the table",
	string(RoleRedis):      "the catalogue has $126; the 200 GB disks are not in the table",
	ComponentLoadBalancer:  "50,000 participants take more than three nodes of 10,000 connections",
	string(RoleMinIO):      "the table buys disks without the nodes they are in",
	string(RoleMonitoring): "as specified; its disks are not in the table",
	ComponentTransfer:      "left out: the largest item of a video platform",
	ComponentControlPlane:  "left out",
	ComponentRecordings:    "left out: a year of recordings is not 30 days of hot storage",
	ComponentBackups:       "left out",
	string(RoleRecorder):   "left out: recording a meeting takes 4 vCPUs while it runs",
	string(RoleDefault):    "left out: every DOKS cluster has a default pool",
	ComponentNetwork:       "no price is published; it is in no sum",
	ComponentUptime:        "left out: who watches from outside",
	ComponentSpaces:        "left out: recordings and backups live there",
}
