package rendered

import (
	"encoding/json"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/rulefmt"
	"github.com/prometheus/prometheus/promql/parser"
)

const testdata = "../../manifests/testdata/"

func exported(t *testing.T) Exported {
	t.Helper()
	all, err := ReadExported(testdata + "metrics")
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// rules reads every rule that is rendered, and the names that they record.
func rules(t *testing.T) (all []rulefmt.Rule, recorded []string) {
	t.Helper()
	files, err := filepath.Glob(testdata + "prometheus/rules/*.yml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no rules: %v", err)
	}
	for _, file := range files {
		groups, errs := rulefmt.ParseFile(file, false, model.UTF8Validation, parser.NewParser(parser.Options{}), slog.Default())
		if len(errs) > 0 {
			t.Fatal(errs)
		}
		for _, group := range groups.Groups {
			for _, rule := range group.Rules {
				if all = append(all, rule); rule.Record != "" {
					recorded = append(recorded, rule.Record)
				}
			}
		}
	}
	return all, recorded
}

// Every alert and every record asks for what somebody exports.
func TestRulesUseExportedMetrics(t *testing.T) {
	known := exported(t)
	all, recorded := rules(t)
	for _, rule := range all {
		unknown, err := known.Unknown(rule.Expr, recorded)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range unknown {
			t.Errorf("%s%s asks for %s, which nobody exports", rule.Alert, rule.Record, name)
		}
	}
}

// variables of dashboards stand in for text that the parser needs.
var variables = regexp.MustCompile(`\$__rate_interval|\$__range|\$\{?[a-z]+\}?`)

// Every panel does, too.
func TestPanelsUseExportedMetrics(t *testing.T) {
	known := exported(t)
	_, recorded := rules(t)
	files, err := filepath.Glob(testdata + "grafana/*.json")
	if err != nil || len(files) == 0 {
		t.Fatalf("no dashboards: %v", err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var dashboard struct {
			Panels []struct {
				Title   string
				Targets []struct{ Expr string }
			}
		}
		if err := json.Unmarshal(text, &dashboard); err != nil {
			t.Fatal(err)
		}
		for _, panel := range dashboard.Panels {
			for _, target := range panel.Targets {
				unknown, err := known.Unknown(variables.ReplaceAllString(target.Expr, "5m"), recorded)
				if err != nil {
					t.Fatalf("%s: %s: %v", file, panel.Title, err)
				}
				for _, name := range unknown {
					t.Errorf("%s: %s asks for %s, which nobody exports", file, panel.Title, name)
				}
			}
		}
	}
}

// The check sees what the design's own alerts ask for.
func TestUnknownMetricsAreFound(t *testing.T) {
	known := exported(t)
	for expr, want := range map[string]string{
		`avg(rate(sfu_cpu_usage_percent[5m])) > 80`:                  "sfu_cpu_usage_percent",
		`sum(websocket_connections_active) > 45000`:                  "websocket_connections_active",
		`rate(traefik_service_requests_total{status="500"}[5m]) > 0`: "traefik_service_requests_total{status}",
	} {
		unknown, err := known.Unknown(expr, nil)
		if err != nil || len(unknown) != 1 || unknown[0] != want {
			t.Errorf("%s: got %v, %v; want %s", expr, unknown, err, want)
		}
	}
}
