package manifests

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"gopkg.in/yaml.v3"
)

// AdapterFile is the file in which prometheus-adapter looks for its rules.
const AdapterFile = "config.yaml"

// WebSocketMetric is the number of open WebSockets, a gauge that every pod of the API
// serves (design document, API gateway HPA).
const WebSocketMetric = "websocket_connections"

// Adapter is the configuration of prometheus-adapter 0.12, which turns Prometheus' series
// into Kubernetes' custom metrics. The keys are those of its docs/config.md. It rejects
// a rule that it cannot apply, and says nothing of one that finds no series.
type Adapter struct {
	// Rules must not overlap: a metric has one rule.
	Rules []AdapterRule `yaml:"rules"`
}

// AdapterRule makes one metric.
type AdapterRule struct {
	// SeriesQuery selects Prometheus' series.
	SeriesQuery string `yaml:"seriesQuery"`
	// Resources says which labels name Kubernetes' objects.
	Resources AdapterResources `yaml:"resources"`
	// Name is how the series and the metric are called.
	Name AdapterName `yaml:"name"`
	// MetricsQuery is a template of the query that gives the values.
	MetricsQuery string `yaml:"metricsQuery"`
}

// AdapterResources maps labels to kinds of objects.
type AdapterResources struct {
	Overrides map[string]AdapterResource `yaml:"overrides"`
}

// AdapterResource is a kind of object, such as pod.
type AdapterResource struct {
	Resource string `yaml:"resource"`
}

// AdapterName renames a series: what Matches is called As.
type AdapterName struct {
	Matches string `yaml:"matches"`
	As      string `yaml:"as"`
}

// NewAdapter serves what the platform's autoscalers ask for.
func NewAdapter() Adapter { return Adapter{Rules: []AdapterRule{PodGauge(WebSocketMetric)}} }

// PodGauge serves a gauge of pods under its own name. Prometheus' jobs give every series
// the labels namespace and pod. A pod is scraped at one port, so its sum is its value.
func PodGauge(name string) AdapterRule {
	return AdapterRule{
		SeriesQuery: name + `{namespace!="",pod!=""}`,
		Resources: AdapterResources{Overrides: map[string]AdapterResource{
			"namespace": {Resource: "namespace"}, "pod": {Resource: "pod"},
		}},
		Name:         AdapterName{Matches: "^" + name + "$", As: name},
		MetricsQuery: "sum(<<.Series>>{<<.LabelMatchers>>}) by (<<.GroupBy>>)",
	}
}

// metricName is what Prometheus allows (prometheus.io, data model), without colons,
// which belong to recording rules.
var metricName = regexp.MustCompile(`^[a-zA-Z_][a-zA-Z0-9_]*$`)

// Validate reports everything the adapter would refuse, or would never find.
func (a Adapter) Validate() error {
	c := &checks{file: "prometheus-adapter " + AdapterFile}
	c.that(len(a.Rules) > 0, "rules", len(a.Rules), "at least one")
	seen := map[string]bool{}
	for i, rule := range a.Rules {
		key := "rules[" + strconv.Itoa(i) + "]."
		c.that(metricName.MatchString(rule.Name.As), key+"name.as", rule.Name.As, "a metric's name")
		c.that(!seen[rule.Name.As], key+"name.as", rule.Name.As, "of one rule only")
		seen[rule.Name.As] = true
		_, err := regexp.Compile(rule.Name.Matches)
		c.that(err == nil, key+"name.matches", rule.Name.Matches, "a regular expression")
		c.present(key+"seriesQuery", rule.SeriesQuery)
		for _, part := range []string{"<<.Series>>", "<<.LabelMatchers>>", "<<.GroupBy>>"} {
			c.that(strings.Contains(rule.MetricsQuery, part), key+"metricsQuery", rule.MetricsQuery, "a template with "+part)
		}
		for _, label := range []string{"namespace", "pod"} {
			c.that(rule.Resources.Overrides[label].Resource == label, key+"resources.overrides."+label,
				rule.Resources.Overrides[label].Resource, strconv.Quote(label))
		}
	}
	return c.err()
}

// Render returns the YAML text, or every mistake in it.
func (a Adapter) Render() (string, error) {
	if err := a.Validate(); err != nil {
		return "", err
	}
	text, err := yaml.Marshal(a)
	return string(text), err
}

// adapterRelist is how often the adapter looks for new series; it must not be shorter
// than Prometheus' scrape interval (its README, metrics-relist-interval).
const adapterRelist = time.Minute

// AdapterArgs returns the adapter's arguments, but for its certificate.
func AdapterArgs(config string) []string {
	return []string{
		"--config=" + config,
		"--secure-port=" + strconv.Itoa(AdapterPort),
		fmt.Sprintf("--prometheus-url=http://%s:%d/", ServiceHost(PrometheusService, MonitoringNamespace), PrometheusPort),
		"--metrics-relist-interval=" + adapterRelist.String(),
	}
}
