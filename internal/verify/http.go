package verify

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/gomeet/infra/internal/media"
	"github.com/gomeet/infra/manifests"
	"github.com/gomeet/infra/sizing"
)

// limitOf is a performance target in words.
func limitOf(o sizing.Objective) string {
	if o.Limit == 0 {
		return fmt.Sprintf("more than %g %% succeed", o.Percent)
	}
	return fmt.Sprintf("p%d < %d ms", o.Percentile(), o.Limit.Milliseconds())
}

// get sends one paced request and reads the answer. The time is from the request until
// the answer is there, without the wait for the pace.
func (p *probe) get(ctx context.Context, client *http.Client, address string) (*http.Response, time.Duration, error) {
	target, err := url.Parse(address)
	if err != nil {
		return nil, 0, err
	}
	if err := p.pace.wait(ctx, target.Hostname()); err != nil {
		return nil, 0, err
	}
	ctx, cancel := context.WithTimeout(ctx, lookTime)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, 0, err
	}
	request.Header.Set("User-Agent", "gomeet-verify")
	began := time.Now()
	response, err := client.Do(request)
	if err != nil {
		return nil, 0, err
	}
	defer response.Body.Close()
	_, err = io.Copy(io.Discard, io.LimitReader(response.Body, 1<<20))
	return response, time.Since(began), err
}

// redirect asks every name by plain HTTP.
func redirect(ctx context.Context, p *probe) Result {
	names := slices.DeleteFunc(p.names(), func(name string) bool { return name == p.Recordings })
	if result, ok := p.reachable(names...); !ok {
		return result
	}
	client := p.Via.HTTP()
	defer client.CloseIdleConnections()
	var wrong []string
	for _, name := range names {
		response, _, err := p.get(ctx, client, "http://"+name+manifests.HealthPath)
		if err != nil {
			wrong = append(wrong, err.Error())
			continue
		}
		to, err := response.Location()
		if err != nil || response.StatusCode < 300 || to.Scheme != "https" || to.Hostname() != name || to.Path != manifests.HealthPath {
			wrong = append(wrong, fmt.Sprintf("http://%s answers %s to %q", name, response.Status, response.Header.Get("Location")))
		}
	}
	measured := fmt.Sprintf("%d of %d names", len(names)-len(wrong), len(names))
	if len(wrong) > 0 {
		return failed(measured, strings.Join(wrong, "; "), "the load balancer's redirectHttpToHttps and the edge's entry point web both do it: look for drift")
	}
	return Result{State: Pass, Measured: measured}
}

// health asks the API as whoever watches the site does.
func health(ctx context.Context, p *probe) Result {
	hosts := []string{p.site.API[0], p.site.WebSocket[0]}
	if result, ok := p.reachable(hosts...); !ok {
		return result
	}
	client := p.Via.HTTP()
	defer client.CloseIdleConnections()
	var answers, wrong []string
	for _, host := range hosts {
		response, _, err := p.get(ctx, client, "https://"+host+manifests.HealthPath)
		if err != nil {
			wrong = append(wrong, err.Error())
			continue
		}
		answers = append(answers, fmt.Sprintf("%s %d", host, response.StatusCode))
		if response.StatusCode != http.StatusOK {
			wrong = append(wrong, fmt.Sprintf("https://%s%s answers %s", host, manifests.HealthPath, response.Status))
		}
	}
	if len(wrong) > 0 {
		return failed(strings.Join(answers, ", "), strings.Join(wrong, "; "),
			"kubectl -n "+manifests.APINamespace+" get pods: not ready pods say in their log what they wait for; 502 and 503 are the edge's, for a service without ready pods")
	}
	return Result{State: Pass, Measured: strings.Join(answers, ", ")}
}

// latency measures requests one after the other over a kept connection, as a client has. They
// are for the one path that is known to change nothing and to need no token.
func latency(ctx context.Context, p *probe) Result {
	host, o := p.site.API[0], sizing.APIObjective
	if result, ok := p.reachable(host); !ok {
		return result
	}
	client := p.Via.HTTP()
	defer client.CloseIdleConnections()
	var times []time.Duration
	bad := map[string]int{}
	// The first one opens the connection.
	for range p.Requests + 1 {
		response, took, err := p.get(ctx, client, "https://"+host+manifests.HealthPath)
		switch {
		case err != nil && ctx.Err() != nil:
			return interrupted(ctx)
		case err != nil:
			bad[err.Error()]++
		case response.StatusCode != http.StatusOK:
			bad[response.Status]++
		default:
			times = append(times, took)
		}
	}
	if len(bad) > 0 {
		return failed(fmt.Sprintf("%d of %d requests failed", p.Requests+1-len(times), p.Requests+1), counts(bad), "look at the check health first")
	}
	s := media.NewSpread(times[1:])
	result := within(o, s.P95, fmt.Sprintf("GET %s p95 %s, median %s, %d requests", manifests.HealthPath, ms(s.P95), ms(s.Median), s.Samples))
	if result.State == Fail {
		result.Fix = "subtract the way from here to the site (ping); what is left is on the dashboard API, edge against service"
	}
	return result
}

// within compares a percentile with its target.
func within(o sizing.Objective, got time.Duration, measured string) Result {
	value := float64(got) / float64(time.Millisecond)
	r := Result{State: Pass, Measured: measured, Value: &value, Objective: o.Name}
	if got >= o.Limit {
		r.State, r.Reason = Fail, fmt.Sprintf("%s is not below %s", ms(got), ms(o.Limit))
	}
	return r
}

// ms is a time as people compare it with a limit.
func ms(d time.Duration) string {
	if d < 10*time.Millisecond {
		return fmt.Sprintf("%.1f ms", float64(d)/float64(time.Millisecond))
	}
	return fmt.Sprintf("%d ms", d.Round(time.Millisecond).Milliseconds())
}

// counts lists what went wrong, the most frequent first, each once.
func counts(all map[string]int) string {
	var names []string
	for name := range all {
		names = append(names, name)
	}
	slices.SortFunc(names, func(a, b string) int {
		if d := all[b] - all[a]; d != 0 {
			return d
		}
		return strings.Compare(a, b)
	})
	var lines []string
	for _, name := range names[:min(3, len(names))] {
		lines = append(lines, fmt.Sprintf("%d × %s", all[name], name))
	}
	return strings.Join(lines, "; ")
}
