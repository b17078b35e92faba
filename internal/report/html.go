package report

import (
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"math"
	"sort"

	"github.com/gomeet/infra/sizing"
	"github.com/gomeet/infra/sizing/simulate"
)

//go:embed page.gohtml
var pageText string

var page = template.Must(template.New("page").Parse(pageText))

// pageData is what the page shows. Lengths and positions are in the units of the
// charts' view boxes.
type pageData struct {
	Title, Verdict string
	Sufficient     bool
	Tiles          []tile
	Cost           []bar
	Capacity       []bar
	// CostHeight and CapacityHeight are the heights of the bar charts.
	CostHeight, CapacityHeight float64
	Target                     float64
	TargetLabel                string
	Day                        dayChart
	Tables                     []Table
}

type tile struct{ Label, Value string }

// bar is one horizontal bar.
type bar struct {
	Label, Value string
	Y, Width     float64
	Short        bool
}

// dayChart is the participants and the node load of a day.
type dayChart struct {
	Participants, Load string
	PeakLabel          string
	Hours              []hourMark
}

type hourMark struct {
	X     float64
	Label string
}

const (
	barStep, barLength  = 30.0, 520.0
	dayWidth, dayHeight = 900.0, 220.0
	capacityShown       = 1.25 // capacity bars end at 125 % of the target
)

// HTML writes one page without outside assets: cost, capacity against the target, a
// simulated day, and the plan's tables.
func HTML(w io.Writer, p, real *sizing.Plan, day *simulate.Report) error {
	v := p.Verdict
	data := pageData{
		Title:      p.Target.String(),
		Sufficient: v.Sufficient,
		Verdict: fmt.Sprintf("This plan carries %d of %d participants; the %s pool ends first.",
			min(v.Participants, p.Target.Participants()), p.Target.Participants(), v.FirstToSaturate),
		Tiles: []tile{
			{"per month, expected", Money(p.Cost.Monthly())},
			{"per month, low to peak", Money(p.Cost.Low.Total()) + " to " + Money(p.Cost.Peak.Total())},
			{"participants it carries", fmt.Sprint(v.Participants)},
			{"a true " + fmt.Sprint(p.Target.Participants()) + " costs", Money(real.Cost.Monthly())},
		},
		Cost:        costBars(p),
		Capacity:    capacityBars(p),
		Target:      barLength / capacityShown,
		TargetLabel: fmt.Sprintf("target: %d", p.Target.Meetings),
		Day:         chartDay(day),
		Tables:      Plan(p, real),
	}
	data.CostHeight = float64(len(data.Cost)) * barStep
	data.CapacityHeight = float64(len(data.Capacity)) * barStep
	return page.Execute(w, data)
}

func costBars(p *sizing.Plan) []bar {
	b := p.Cost.Expected
	components := b.Components()
	sort.SliceStable(components, func(i, j int) bool {
		return b.Component(components[i]).GreaterThan(b.Component(components[j]))
	})
	var bars []bar
	most := 0.0
	for _, component := range components {
		amount := b.Component(component)
		dollars := amount.InexactFloat64()
		most = math.Max(most, dollars)
		if dollars > 0 {
			bars = append(bars, bar{Label: component, Value: Money(amount), Width: dollars})
		}
	}
	for i := range bars {
		bars[i].Y, bars[i].Width = float64(i)*barStep, math.Max(bars[i].Width/most*barLength, 1)
	}
	return bars
}

func capacityBars(p *sizing.Plan) []bar {
	var bars []bar
	for _, pool := range p.Verdict.Pools {
		if pool.Demand <= 0 {
			continue
		}
		share := math.Min(float64(min(pool.Meetings, 1<<20))/float64(p.Target.Meetings), capacityShown)
		bars = append(bars, bar{
			Label: string(pool.Role), Value: Count(pool.Meetings) + " meetings",
			Y: float64(len(bars)) * barStep, Width: math.Max(share*barLength/capacityShown, 1), Short: share < 1,
		})
	}
	return bars
}

func chartDay(day *simulate.Report) dayChart {
	most := 1.0
	for _, hour := range day.Hours {
		most = math.Max(most, hour.Participants)
	}
	c := dayChart{PeakLabel: fmt.Sprintf("%.0f participants", most)}
	step := dayWidth / float64(len(day.Hours))
	for i, hour := range day.Hours {
		left, right := float64(i)*step, float64(i+1)*step
		y := dayHeight * (1 - hour.Participants/most)
		load := dayHeight * (1 - math.Min(hour.Load, 1))
		c.Participants += fmt.Sprintf("%.1f,%.1f %.1f,%.1f ", left, y, right, y)
		c.Load += fmt.Sprintf("%.1f,%.1f %.1f,%.1f ", left, load, right, load)
		if i%3 == 0 {
			c.Hours = append(c.Hours, hourMark{left, fmt.Sprintf("%02d:00", i)})
		}
	}
	return c
}
