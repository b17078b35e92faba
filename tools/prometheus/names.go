// Package rendered checks what the program renders for monitoring against what daemons
// really serve: an alert on a metric that nobody exports can never fire.
package rendered

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/promql/parser"
)

// Exported maps the metrics of daemons to the names of their labels.
type Exported map[string][]string

// targetLabels are those that Prometheus adds: its own, and those of the jobs' relabelling
// (manifests/prometheus_relabel.go).
var targetLabels = []string{"job", "instance", "namespace", "pod", "node", "app", "role"}

// ReadExported reads every list in a folder: a metric a line, its labels in braces.
func ReadExported(dir string) (Exported, error) {
	files, err := filepath.Glob(filepath.Join(dir, "*.txt"))
	if err != nil {
		return nil, fmt.Errorf("listing %s: %w", dir, err)
	}
	if len(files) == 0 {
		return nil, fmt.Errorf("%s has no lists of metrics", dir)
	}
	all := Exported{}
	for _, file := range files {
		served, err := readList(file)
		if err != nil {
			return nil, err
		}
		for name, own := range served {
			all[name] = append(all[name], own...)
		}
	}
	return all, nil
}

// readList reads one of them.
func readList(file string) (Exported, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	served := Exported{}
	for _, line := range strings.Split(string(text), "\n") {
		if line = strings.TrimSpace(line); line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		name, rest, _ := strings.Cut(line, "{")
		var own []string
		if rest = strings.TrimSuffix(rest, "}"); rest != "" {
			own = strings.Split(rest, ",")
		}
		served[name] = append(served[name], own...)
	}
	return served, nil
}

// Unknown returns what of an expression nobody exports: metrics, and labels that are
// asked for. Recorded are the names that rules record, whose labels are the rules' own.
func (e Exported) Unknown(expr string, recorded []string) ([]string, error) {
	parsed, err := parser.NewParser(parser.Options{}).ParseExpr(expr)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", expr, err)
	}
	var unknown []string
	parser.Inspect(parsed, func(node parser.Node, _ []parser.Node) error {
		selector, ok := node.(*parser.VectorSelector)
		if !ok || slices.Contains(recorded, selector.Name) {
			return nil
		}
		names, ok := e[selector.Name]
		if !ok {
			unknown = append(unknown, selector.Name)
			return nil
		}
		for _, matcher := range selector.LabelMatchers {
			if matcher.Name != model.MetricNameLabel && !slices.Contains(names, matcher.Name) && !slices.Contains(targetLabels, matcher.Name) {
				unknown = append(unknown, fmt.Sprintf("%s{%s}", selector.Name, matcher.Name))
			}
		}
		return nil
	})
	return unknown, nil
}
