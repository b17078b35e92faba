package manifests_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomeet/infra/internal/golden"
	"github.com/gomeet/infra/manifests"
)

func TestPrometheus(t *testing.T) {
	p := manifests.NewPrometheus("prod", "singapore")
	rendered, err := p.Render()
	require.NoError(t, err)
	golden.Equal(t, "prometheus/prometheus.yml", rendered)

	p.RemoteWrite = &manifests.RemoteWrite{URL: "https://metrics.example/api/v1/write", User: "gomeet"}
	rendered, err = p.Render()
	require.NoError(t, err)
	golden.Equal(t, "prometheus/prometheus-remote-write.yml", rendered)
	require.NotContains(t, rendered, "password: ", "passwords are in files")
}

func TestPrometheusRejects(t *testing.T) {
	for name, test := range map[string]struct {
		change func(*manifests.Prometheus)
		want   string
	}{
		"no site":       {func(p *manifests.Prometheus) { p.Site = "" }, `prometheus.yml: site is ""; it must be set`},
		"interval":      {func(p *manifests.Prometheus) { p.ScrapeInterval = time.Millisecond }, `scrapeInterval is 1ms; it must be at least 1s`},
		"twice":         {func(p *manifests.Prometheus) { p.Jobs = append(p.Jobs, p.Jobs[0]) }, `name is "livekit"; it must be unique`},
		"no port":       {func(p *manifests.Prometheus) { p.Jobs[0].Port = "" }, `jobs[0].port is ""; it must be the name of a port`},
		"role":          {func(p *manifests.Prometheus) { p.Jobs[0].Role = "ingress" }, `jobs[0].role is "ingress"; it must be pod, node or endpointslice`},
		"token to all":  {func(p *manifests.Prometheus) { p.Jobs[0].Token = true }, `jobs[0].tls is <nil>; it must be an authority: nobody else may read the token`},
		"remote scheme": {func(p *manifests.Prometheus) { p.RemoteWrite = &manifests.RemoteWrite{URL: "metrics.example"} }, `remoteWrite.url is "metrics.example"; it must be a URL with http or https and a host`},
	} {
		t.Run(name, func(t *testing.T) {
			p := manifests.NewPrometheus("prod", "singapore")
			test.change(&p)
			_, err := p.Render()
			require.ErrorContains(t, err, test.want)
		})
	}
}

// The pod's policy lets out what the URL names.
func TestRemoteWritePort(t *testing.T) {
	for url, want := range map[string]int{
		"https://metrics.example/write": 443, "https://metrics.example:8443/write": 8443, "http://metrics.example": 80, "://": 0,
	} {
		require.Equal(t, want, manifests.RemoteWrite{URL: url}.Port(), url)
	}
}
