package verify

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/prometheus/client_golang/api"
	promv1 "github.com/prometheus/client_golang/api/prometheus/v1"
	"github.com/prometheus/common/model"

	"github.com/gomeet/infra/manifests"
	"github.com/gomeet/infra/sizing"
)

// window is what histograms are read over: long enough for samples of a quiet stack, short
// enough for what is true now.
const window = "1h"

// ask asks the site's Prometheus.
func (p *probe) ask(ctx context.Context, query string) (model.Vector, error) {
	address := p.Prometheus[p.site.Name]
	if address == "" {
		local, err := p.tunnel(ctx, manifests.MonitoringNamespace, manifests.PrometheusService, manifests.PrometheusPort)
		if err != nil {
			return nil, err
		}
		address = "http://" + local
	}
	client, err := api.NewClient(api.Config{Address: address})
	if err != nil {
		return nil, fmt.Errorf("the address of Prometheus: %w", err)
	}
	ctx, cancel := context.WithTimeout(ctx, lookTime)
	defer cancel()
	value, _, err := promv1.NewAPI(client).Query(ctx, query, p.Now())
	if err != nil {
		return nil, fmt.Errorf("asking Prometheus for %s: %w", query, err)
	}
	vector, ok := value.(model.Vector)
	if !ok {
		return nil, fmt.Errorf("asking Prometheus for %s: it answers with a %s, not a vector", query, value.Type())
	}
	return vector, nil
}

// watched returns a result if nothing watches the site.
func (p *probe) watched() (Result, bool) {
	if p.site.Monitoring || p.Prometheus[p.site.Name] != "" {
		return Result{}, true
	}
	return skipped("the site has no monitoring nodes"), false
}

// ruled returns which of the stack's expectations a recording rule holds too. Without it no
// alert can fire.
func (p *probe) ruled(ctx context.Context, rule string) (model.Vector, string, error) {
	found, err := p.ask(ctx, rule)
	if err == nil && len(found) == 0 {
		return nil, "the rule " + rule + " says nothing: Prometheus has not loaded the stack's rules, so that no alert fires", nil
	}
	return found, "", err
}

// scraped compares what is scraped with the jobs that the stack has, and asks what the alert
// TargetDown asks.
func scraped(ctx context.Context, p *probe) Result {
	if result, ok := p.watched(); !ok {
		return result
	}
	if len(p.site.Jobs) == 0 {
		return unknown("the stack says of no job that it must be there", "name the site's jobs (stacks.Config.Watched)")
	}
	up, err := p.ask(ctx, "up")
	if err != nil {
		return p.blind(err)
	}
	rules, unruled, err := p.ruled(ctx, expectedJob)
	if err != nil {
		return p.blind(err)
	}
	var wrong []string
	if unruled != "" {
		wrong = append(wrong, unruled)
	}
	for _, job := range p.site.Jobs {
		is := func(s *model.Sample) bool { return string(s.Metric["job"]) == job }
		switch {
		case !slices.ContainsFunc(up, is):
			wrong = append(wrong, "no target of "+job)
		case unruled == "" && !slices.ContainsFunc(rules, is):
			wrong = append(wrong, fmt.Sprintf("no rule expects %s, so that JobHasNoTargets cannot fire", job))
		}
	}
	down := 0
	for _, target := range up {
		if target.Value != 1 {
			down++
			wrong = append(wrong, fmt.Sprintf("%s %s is down", target.Metric["job"], target.Metric["instance"]))
		}
	}
	measured := fmt.Sprintf("%d of %d targets of %d jobs answer", len(up)-down, len(up), len(p.site.Jobs))
	if len(wrong) > 0 {
		slices.Sort(wrong)
		if more := len(wrong) - 5; more > 0 {
			wrong = append(wrong[:5], fmt.Sprintf("and %d more", more))
		}
		return failed(measured, strings.Join(wrong, "; "), "kubectl -n monitoring port-forward svc/prometheus 9090, page /targets: it shows each error")
	}
	return Result{State: Pass, Measured: measured}
}

// Recording rules that hold what the stack expects (manifests/rules_watcher.go, rules_backup.go).
const (
	expectedJob = "gomeet:expected_job"
	backupLimit = "gomeet:backup_age_limit_seconds"
)

// Histograms of the API (manifests.APIMetrics).
const (
	requestHistogram  = "gomeet_api_request_duration_seconds"
	databaseHistogram = "gomeet_api_db_query_duration_seconds"
	redisHistogram    = "gomeet_api_redis_command_duration_seconds"
)

// requests leaves out those that ask for the API's health, which api-latency measures.
func requests(ctx context.Context, p *probe) Result {
	return p.quantile(ctx, sizing.APIObjective, requestHistogram, fmt.Sprintf("{route!=%q}", manifests.HealthPath), "docs/alerts.md, APIBudgetBurnsFast")
}

func database(ctx context.Context, p *probe) Result {
	return p.quantile(ctx, sizing.DatabaseObjective, databaseHistogram, "", "docs/alerts.md, DatabaseBudgetBurnsFast")
}

func redis(ctx context.Context, p *probe) Result {
	return p.quantile(ctx, sizing.RedisObjective, redisHistogram, "", "docs/alerts.md, RedisBudgetBurnsFast")
}

// quantile reads a percentile from a histogram in seconds, of series that a selector names.
func (p *probe) quantile(ctx context.Context, o sizing.Objective, histogram, selector, fix string) Result {
	if result, ok := p.watched(); !ok {
		return result
	}
	vector, err := p.ask(ctx, fmt.Sprintf("histogram_quantile(%g, sum by (le) (rate(%s_bucket%s[%s])))", o.Percent/100, histogram, selector, window))
	if err != nil {
		return p.blind(err)
	}
	if len(vector) == 0 || math.IsNaN(float64(vector[0].Value)) {
		return unknown(fmt.Sprintf("nothing was counted in %s in the last hour", histogram+selector),
			"send traffic and wait for two scrapes; if there is some, compare what the API serves with docs/metrics-contract.md")
	}
	got := time.Duration(float64(vector[0].Value) * float64(time.Second))
	result := within(o, got, fmt.Sprintf("p%d %s in the last hour", o.Percentile(), ms(got)))
	if result.State == Fail {
		result.Fix = fix
	}
	return result
}
