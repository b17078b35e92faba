package manifests

import (
	"encoding/json"
	"fmt"

	"github.com/grafana/grafana-foundation-sdk/go/cog"
	"github.com/grafana/grafana-foundation-sdk/go/common"
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
	"github.com/grafana/grafana-foundation-sdk/go/prometheus"
	"github.com/grafana/grafana-foundation-sdk/go/timeseries"
	"github.com/grafana/grafana-foundation-sdk/go/units"
)

// Unit is how Grafana writes a number (grafana.com, standard options).
type Unit string

// The units in use.
const (
	UnitNone     Unit = units.Short
	UnitPercent  Unit = units.Percent
	UnitRatio    Unit = units.PercentUnit
	UnitSeconds  Unit = units.Seconds
	UnitMillis   Unit = units.Milliseconds
	UnitBits     Unit = units.BitsPerSecondSI
	UnitBytes    Unit = units.BytesIEC
	UnitRequests Unit = units.RequestsPerSecond
	UnitEvents   Unit = units.EventsPerSecond
	UnitPackets  Unit = units.PacketsPerSecond
)

// Panel is one graph.
type Panel struct {
	Title string
	// Help says what to read from it.
	Help string
	Unit Unit
	// Queries maps legends to expressions, in the order of Legends.
	Queries []Query
	// Warn and Bad are drawn as lines, and Bad is always in view; 0 for none. Below turns
	// them around: worse is less.
	Warn, Bad float64
	Below     bool
	// Quiet is what is written where nothing is to be drawn, because nothing happened.
	Quiet string
}

// Query is one expression; Legend may use labels as {{pod}}.
type Query struct{ Expr, Legend string }

// Dashboard is the panels of one subject.
type Dashboard struct {
	// UID is its address, File its file.
	UID, Title string
	Panels     []Panel
}

// Dashboards returns Grafana's dashboards in JSON by their files' names: the design's
// seven subjects (section "Grafana Dashboards"), with the limits of the plan.
func Dashboards(l Limits) (map[string]string, error) {
	files := map[string]string{}
	for _, d := range []Dashboard{
		connectionDashboard(l), bandwidthDashboard(l), databaseDashboard(l), redisDashboard(), apiDashboard(), errorDashboard(), qualityDashboard(),
	} {
		text, err := d.Render()
		if err != nil {
			return nil, err
		}
		files[d.UID+".json"] = text
	}
	return files, nil
}

// dashboardSchema is the version of Grafana's dashboard JSON that 12 writes
// (grafana/grafana, kinds/dashboard).
const dashboardSchema = 41

// Render returns the dashboard as Grafana reads it: two panels a row.
func (d Dashboard) Render() (string, error) {
	c := &checks{file: d.UID + ".json"}
	c.present("title", d.Title)
	c.that(len(d.Panels) > 0, "panels", len(d.Panels), "at least one")
	//lint:ignore SA1019 Grafana 12 provisions files of this schema; the new one is of its API.
	built := dashboard.NewDashboardBuilder(d.Title).Uid(d.UID).Tags([]string{"gomeet"}).Readonly().
		Time("now-3h", "now").Refresh("30s").Tooltip(dashboard.DashboardCursorSyncCrosshair)
	for i, p := range d.Panels {
		key := fmt.Sprintf("panels[%d].", i)
		c.present(key+"title", p.Title)
		c.present(key+"help", p.Help)
		c.present(key+"unit", string(p.Unit))
		c.that(len(p.Queries) > 0, key+"queries", len(p.Queries), "at least one")
		built.WithPanel(p.graph().Id(uint32(i + 1)))
	}
	if err := c.err(); err != nil {
		return "", err
	}
	out, err := built.Build()
	if err != nil {
		return "", fmt.Errorf("%s.json: %w", d.UID, err)
	}
	out.SchemaVersion = dashboardSchema
	text, err := json.MarshalIndent(out, "", "  ")
	return string(text) + "\n", err
}

// graph is the panel as Grafana draws it, half a row wide.
func (p Panel) graph() *timeseries.PanelBuilder {
	source := common.DataSourceRef{Type: cog.ToPtr("prometheus"), Uid: cog.ToPtr(grafanaDatasource)}
	worst, column := "max", "Max"
	if p.Below {
		worst, column = "min", "Min"
	}
	graph := timeseries.NewPanelBuilder().Title(p.Title).Description(p.Help).Datasource(source).Height(8).Span(12).
		Unit(string(p.Unit)).Min(0).DrawStyle(common.GraphDrawStyleLine).ShowPoints(common.VisibilityModeNever).
		ColorScheme(dashboard.NewFieldColorBuilder().Mode(dashboard.FieldColorModeIdPaletteClassic)).
		Tooltip(common.NewVizTooltipOptionsBuilder().Mode(common.TooltipDisplayModeMulti).Sort(common.SortOrderDescending)).
		// The worst is the first.
		Legend(common.NewVizLegendOptionsBuilder().ShowLegend(true).DisplayMode(common.LegendDisplayModeTable).
			Placement(common.LegendPlacementRight).Calcs([]string{"lastNotNull", worst}).SortBy(column).SortDesc(!p.Below))
	for i, q := range p.Queries {
		graph.WithTarget(prometheus.NewDataqueryBuilder().RefId(string(rune('A' + i))).Datasource(source).Expr(q.Expr).LegendFormat(q.Legend).Range())
	}
	if p.Quiet != "" {
		graph.NoValue(p.Quiet)
	}
	if !p.Below && p.Bad > 0 {
		graph.AxisSoftMax(p.Bad * 1.05)
	}
	if steps := p.steps(); len(steps) > 1 {
		graph.Thresholds(dashboard.NewThresholdsConfigBuilder().Mode(dashboard.ThresholdsModeAbsolute).Steps(steps)).
			ThresholdsStyle(common.NewGraphThresholdsStyleConfigBuilder().Mode(common.GraphThresholdsStyleModeDashed))
	}
	return graph
}

// steps are the colours from the lowest value up; the first has none.
func (p Panel) steps() []dashboard.Threshold {
	if p.Below {
		return []dashboard.Threshold{{Color: "red"}, {Color: "orange", Value: &p.Bad}, {Color: "green", Value: &p.Warn}}
	}
	steps := []dashboard.Threshold{{Color: "green"}}
	if p.Warn > 0 {
		steps = append(steps, dashboard.Threshold{Color: "orange", Value: &p.Warn})
	}
	if p.Bad > 0 {
		steps = append(steps, dashboard.Threshold{Color: "red", Value: &p.Bad})
	}
	return steps
}
