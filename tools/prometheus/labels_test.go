package rendered

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/prometheus/prometheus/model/rulefmt"
	"github.com/prometheus/prometheus/promql/parser"
	"go.yaml.in/yaml/v3"
)

func parsed(t *testing.T, expr string) parser.Expr {
	t.Helper()
	x, err := parser.NewParser(parser.Options{}).ParseExpr(expr)
	if err != nil {
		t.Fatalf("%s: %v", expr, err)
	}
	return x
}

// recordedLabels are those of what rules record, of all rules of a name.
func recordedLabels(t *testing.T, known Exported, all []rulefmt.Rule) map[string]names {
	t.Helper()
	recorded := map[string]names{}
	for _, rule := range all {
		if rule.Record == "" {
			continue
		}
		if recorded[rule.Record] == nil {
			recorded[rule.Record] = names{}
		}
		for name := range known.Labels(parsed(t, rule.Expr), recorded) {
			recorded[rule.Record][name] = true
		}
		for name := range rule.Labels {
			recorded[rule.Record][name] = true
		}
	}
	return recorded
}

var usedLabel = regexp.MustCompile(`\$labels\.(\w+)`)

// Whoever is told reads which node, pod or backup it is: what an alert's texts name are
// labels that its result has.
func TestAlertsNameLabelsTheyHave(t *testing.T) {
	known := exported(t)
	all, _ := rules(t)
	recorded := recordedLabels(t, known, all)
	for _, rule := range all {
		has := known.Labels(parsed(t, rule.Expr), recorded)
		for annotation, text := range rule.Annotations {
			for _, used := range usedLabel.FindAllStringSubmatch(text, -1) {
				if !has[used[1]] {
					t.Errorf("%s: its %s names the label %s; its result has only %v", rule.Alert, annotation, used[1], has)
				}
			}
		}
	}
}

// Each alert, as Prometheus reads it, says how soon who must act, what it is, what to do
// first, and leads to a section with more of that.
func TestAlertsSayWhatToDo(t *testing.T) {
	runbooks, err := os.ReadFile("../../docs/alerts.md")
	if err != nil {
		t.Fatal(err)
	}
	sections := map[string]string{}
	for _, part := range strings.Split("\n"+string(runbooks), "\n### ")[1:] {
		heading, text, _ := strings.Cut(part, "\n")
		text, _, _ = strings.Cut(text, "\n## ")
		sections[strings.ToLower(heading)] = strings.TrimSpace(text)
	}
	all, _ := rules(t)
	alerts := 0
	for _, rule := range all {
		if rule.Alert == "" {
			continue
		}
		alerts++
		if !slices.Contains([]string{"critical", "warning"}, rule.Labels["severity"]) {
			t.Errorf("%s has the severity %q", rule.Alert, rule.Labels["severity"])
		}
		for where, text := range map[string]string{
			"owner": rule.Labels["owner"], "summary": rule.Annotations["summary"], "action": rule.Annotations["action"],
		} {
			if text == "" {
				t.Errorf("%s has no %s", rule.Alert, where)
			}
		}
		page, anchor, _ := strings.Cut(rule.Annotations["runbook_url"], "#")
		if !strings.HasSuffix(page, "/docs/alerts.md") || len(sections[anchor]) < 20 {
			t.Errorf("%s leads to %q, where nothing is written", rule.Alert, rule.Annotations["runbook_url"])
		}
	}
	if alerts == 0 {
		t.Fatal("there is no alert")
	}
}

// A runbook sends nobody to a dashboard that is not there: what is in italics and no word of a
// severity or a state is the name of one.
func TestRunbooksNameDashboards(t *testing.T) {
	runbooks, err := os.ReadFile("../../docs/alerts.md")
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(testdata + "grafana/*.json")
	if err != nil {
		t.Fatal(err)
	}
	known := []string{"Critical", "warning", "Terminating", "forbidden"}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var dashboard struct{ Title string }
		if err := json.Unmarshal(text, &dashboard); err != nil {
			t.Fatal(err)
		}
		known = append(known, strings.TrimPrefix(dashboard.Title, "GoMeet: "))
	}
	named := 0
	for _, name := range regexp.MustCompile(`(?:^|[\s(])\*([^*\n]+)\*`).FindAllStringSubmatch(string(runbooks), -1) {
		named++
		if !slices.Contains(known, name[1]) {
			t.Errorf("docs/alerts.md names *%s*, which is none of %v", name[1], known)
		}
	}
	if named <= 4 {
		t.Errorf("docs/alerts.md names %d dashboards and states: this test does not find them any more", named)
	}
}

// A target that speaks of other pods and nodes keeps its own labels: otherwise Prometheus
// would call them exported_pod, and every rule would see the exporter's pod.
func TestJobsKeepWhatTargetsName(t *testing.T) {
	text, err := os.ReadFile(testdata + "prometheus/prometheus.yml")
	if err != nil {
		t.Fatal(err)
	}
	var config struct {
		Jobs []struct {
			Name        string `yaml:"job_name"`
			HonorLabels bool   `yaml:"honor_labels"`
			Relabels    []struct {
				Target string `yaml:"target_label"`
			} `yaml:"relabel_configs"`
		} `yaml:"scrape_configs"`
	}
	if err := yaml.Unmarshal(text, &config); err != nil {
		t.Fatal(err)
	}
	compared := 0
	for _, job := range config.Jobs {
		served, err := readList(filepath.Join(testdata, "metrics", job.Name+".txt"))
		if os.IsNotExist(err) {
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		compared++
		for metric, own := range served {
			for _, step := range job.Relabels {
				if !job.HonorLabels && slices.Contains(own, step.Target) {
					t.Errorf("job %s replaces the label %s of %s", job.Name, step.Target, metric)
				}
			}
		}
	}
	if compared < 10 {
		t.Errorf("only %d jobs have a list of metrics", compared)
	}
}

// The computation of labels knows what Prometheus does.
func TestLabels(t *testing.T) {
	known := Exported{"a": {"x", "y"}, "b": {"x", "z"}}
	for expr, want := range map[string]string{
		`sum by (x) (a)`:      "x",
		`sum without (x) (a)`: "app instance job namespace node pod role y",
		`sum(a)`:              "",
		`a > on (x) b`:        "x",
		`sum by (x, y) (a) / on (x) group_left () sum by (x) (b)`:  "x y",
		`sum by (x) (b) / on (x) group_right () sum by (x, y) (a)`: "x y",
		`sum by (y) (a) or sum by (z) (b)`:                         "y z",
		`sum by (y) (a) unless on () b`:                            "y",
		`absent(a{x="1"})`:                                         "x",
		`label_replace(sum by (x) (a), "w", "$1", "x", ".")`:       "w x",
		`histogram_quantile(0.9, sum by (le, x) (rate(a[5m])))`:    "x",
		`time() - max by (x) (b)`:                                  "x",
		`vector(1)`:                                                "",
		`scalar(sum(a)) - sum by (z) (b)`:                          "z",
	} {
		var got []string
		for name := range known.Labels(parsed(t, expr), nil) {
			got = append(got, name)
		}
		slices.Sort(got)
		if strings.Join(got, " ") != want {
			t.Errorf("%s: got %v, want %s", expr, got, want)
		}
	}
}
