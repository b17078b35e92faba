package manifests

import (
	"encoding/json"
	"fmt"
)

// Unit is how Grafana writes a number (grafana.com, standard options).
type Unit string

// The units in use.
const (
	UnitNone    Unit = "short"
	UnitPercent Unit = "percent"
	UnitRatio   Unit = "percentunit"
	UnitSeconds Unit = "s"
	UnitMillis  Unit = "ms"
	UnitBits    Unit = "bps"
	UnitBytes   Unit = "bytes"
	UnitRate    Unit = "reqps"
)

// Panel is one graph.
type Panel struct {
	Title string
	// Help says what to read from it.
	Help string
	Unit Unit
	// Queries maps legends to expressions, in the order of Legends.
	Queries []Query
	// Warn and Bad colour the graph from there on; 0 for none. Below turns them around:
	// worse is less.
	Warn, Bad float64
	Below     bool
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

type (
	dashboardJSON struct {
		UID           string         `json:"uid"`
		Title         string         `json:"title"`
		Tags          []string       `json:"tags"`
		SchemaVersion int            `json:"schemaVersion"`
		Editable      bool           `json:"editable"`
		Refresh       string         `json:"refresh"`
		Time          timeJSON       `json:"time"`
		Panels        []panelJSON    `json:"panels"`
		Templating    map[string]any `json:"templating"`
		Annotations   map[string]any `json:"annotations"`
	}
	timeJSON struct {
		From string `json:"from"`
		To   string `json:"to"`
	}
	panelJSON struct {
		ID          int            `json:"id"`
		Type        string         `json:"type"`
		Title       string         `json:"title"`
		Description string         `json:"description"`
		Datasource  datasourceJSON `json:"datasource"`
		GridPos     gridJSON       `json:"gridPos"`
		Targets     []targetJSON   `json:"targets"`
		FieldConfig fieldsJSON     `json:"fieldConfig"`
		Options     map[string]any `json:"options"`
	}
	datasourceJSON struct {
		Type string `json:"type"`
		UID  string `json:"uid"`
	}
	gridJSON struct {
		H int `json:"h"`
		W int `json:"w"`
		X int `json:"x"`
		Y int `json:"y"`
	}
	targetJSON struct {
		RefID        string         `json:"refId"`
		Datasource   datasourceJSON `json:"datasource"`
		Expr         string         `json:"expr"`
		LegendFormat string         `json:"legendFormat"`
		Range        bool           `json:"range"`
	}
	fieldsJSON struct {
		Defaults  defaultsJSON `json:"defaults"`
		Overrides []any        `json:"overrides"`
	}
	defaultsJSON struct {
		Unit       Unit           `json:"unit"`
		Min        float64        `json:"min"`
		Color      map[string]any `json:"color"`
		Thresholds thresholdsJSON `json:"thresholds"`
		Custom     map[string]any `json:"custom"`
	}
	thresholdsJSON struct {
		Mode  string     `json:"mode"`
		Steps []stepJSON `json:"steps"`
	}
	stepJSON struct {
		Color string   `json:"color"`
		Value *float64 `json:"value"`
	}
)

// dashboardSchema is the version of Grafana's dashboard JSON that 12 writes
// (grafana/grafana, kinds/dashboard).
const dashboardSchema = 41

// Render returns the dashboard as Grafana reads it: two panels a row.
func (d Dashboard) Render() (string, error) {
	c := &checks{file: d.UID + ".json"}
	c.present("title", d.Title)
	c.that(len(d.Panels) > 0, "panels", len(d.Panels), "at least one")
	source := datasourceJSON{"prometheus", grafanaDatasource}
	out := dashboardJSON{
		UID: d.UID, Title: d.Title, Tags: []string{"gomeet"}, SchemaVersion: dashboardSchema, Refresh: "30s", Time: timeJSON{"now-3h", "now"},
		Templating: map[string]any{"list": []any{}}, Annotations: map[string]any{"list": []any{}},
	}
	for i, p := range d.Panels {
		key := fmt.Sprintf("panels[%d].", i)
		c.present(key+"title", p.Title)
		c.present(key+"help", p.Help)
		c.present(key+"unit", string(p.Unit))
		c.that(len(p.Queries) > 0, key+"queries", len(p.Queries), "at least one")
		const width, height = 12, 8
		panel := panelJSON{
			ID: i + 1, Type: "timeseries", Title: p.Title, Description: p.Help, Datasource: source,
			GridPos: gridJSON{height, width, i % 2 * width, i / 2 * height}, FieldConfig: fieldsJSON{p.defaults(), []any{}},
			Options: map[string]any{"tooltip": map[string]any{"mode": "multi", "sort": "desc"},
				"legend": map[string]any{"displayMode": "list", "placement": "bottom", "showLegend": true, "calcs": []string{}}},
		}
		for j, q := range p.Queries {
			panel.Targets = append(panel.Targets, targetJSON{string(rune('A' + j)), source, q.Expr, q.Legend, true})
		}
		out.Panels = append(out.Panels, panel)
	}
	if err := c.err(); err != nil {
		return "", err
	}
	text, err := json.MarshalIndent(out, "", "  ")
	return string(text) + "\n", err
}

// defaults are the panel's unit and thresholds, drawn as lines.
func (p Panel) defaults() defaultsJSON {
	steps := []stepJSON{{Color: "green"}}
	if p.Below {
		steps = []stepJSON{{Color: "red"}, {"orange", &p.Bad}, {"green", &p.Warn}}
	} else {
		for _, s := range []struct {
			colour string
			value  float64
		}{{"orange", p.Warn}, {"red", p.Bad}} {
			if s.value > 0 {
				steps = append(steps, stepJSON{s.colour, &s.value})
			}
		}
	}
	style := "off"
	if p.Warn > 0 || p.Bad > 0 {
		style = "dashed"
	}
	return defaultsJSON{
		Unit: p.Unit, Color: map[string]any{"mode": "palette-classic"}, Thresholds: thresholdsJSON{"absolute", steps},
		Custom: map[string]any{"drawStyle": "line", "fillOpacity": 5, "showPoints": "never", "thresholdsStyle": map[string]any{"mode": style}},
	}
}
