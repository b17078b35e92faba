package calibrate

import (
	"context"
	"fmt"
	"net/http"
	"time"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
)

// scrapeTime bounds one reading of metrics: Prometheus' own default is 10 s.
const scrapeTime = 10 * time.Second

// Endpoint serves metrics in Prometheus' text format.
type Endpoint struct {
	// URL is the whole address, such as http://127.0.0.1:6789/metrics.
	URL string
}

// scraped is what an endpoint said at one moment.
type scraped struct {
	url      string
	families map[string]*dto.MetricFamily
	at       time.Time
}

func (e Endpoint) scrape(ctx context.Context) (*scraped, error) {
	ctx, cancel := context.WithTimeout(ctx, scrapeTime)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, e.URL, nil)
	if err != nil {
		return nil, fmt.Errorf("metrics at %q: %w", e.URL, err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, fmt.Errorf("metrics: %w", err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("metrics at %s: %s", e.URL, response.Status)
	}
	parser := expfmt.NewTextParser(model.UTF8Validation)
	families, err := parser.TextToMetricFamilies(response.Body)
	if err != nil {
		return nil, fmt.Errorf("metrics at %s are not in Prometheus' text format: %w", e.URL, err)
	}
	return &scraped{e.URL, families, time.Now()}, nil
}

// sum adds the series of a counter or gauge that have all of the labels; the series that
// counted come with it.
func (s *scraped) sum(name string, labels map[string]string) (total float64, series []*dto.Metric) {
	for _, metric := range s.families[name].GetMetric() {
		if matches(metric, labels) {
			total += metric.GetCounter().GetValue() + metric.GetGauge().GetValue() + metric.GetUntyped().GetValue()
			series = append(series, metric)
		}
	}
	return total, series
}

func matches(metric *dto.Metric, labels map[string]string) bool {
	for name, want := range labels {
		if label(metric, name) != want {
			return false
		}
	}
	return true
}

func label(metric *dto.Metric, name string) string {
	for _, pair := range metric.GetLabel() {
		if pair.GetName() == name {
			return pair.GetValue()
		}
	}
	return ""
}

// counters is what LiveKit counted until a moment (pkg/telemetry/prometheus). A track is
// counted every five seconds.
type counters struct {
	at                             time.Time
	packetsOut, packetsIn, bitsOut float64
	rooms                          int
	// node is the id of the node that counted.
	node string
}

// Node is the id of the LiveKit node that serves the metrics.
func (e Endpoint) Node(ctx context.Context) (string, error) {
	c, err := e.counters(ctx)
	return c.node, err
}

func (e Endpoint) counters(ctx context.Context) (counters, error) {
	s, err := e.scrape(ctx)
	if err != nil {
		return counters{}, err
	}
	rooms, found := s.sum("livekit_room_total", nil)
	if len(found) == 0 {
		return counters{}, fmt.Errorf("metrics at %s have no livekit_room_total: it is not LiveKit's metrics port", e.URL)
	}
	c := counters{at: s.at, rooms: int(rooms), node: label(found[0], "node_id")}
	c.packetsOut, _ = s.sum("livekit_packet_total", map[string]string{"direction": "outgoing"})
	c.packetsIn, _ = s.sum("livekit_packet_total", map[string]string{"direction": "incoming"})
	bytes, _ := s.sum("livekit_packet_bytes", map[string]string{"direction": "outgoing"})
	c.bitsOut = 8 * bytes
	return c, nil
}
