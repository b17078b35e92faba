package manifests_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomeet/infra/internal/golden"
	"github.com/gomeet/infra/manifests"
)

func traefik() manifests.Traefik {
	return manifests.NewTraefik([]string{"10.10.0.0/16"}, 500,
		manifests.ClusterRoutes(manifests.EdgeHosts{
			API: []string{"api.gomeet.example", "api.singapore.gomeet.example"}, WebSocket: []string{"ws.gomeet.example"},
			LiveKit: []string{"rtc.gomeet.example"},
		}, "gomeet", "media"))
}

func TestTraefikRender(t *testing.T) {
	static, err := traefik().RenderStatic()
	require.NoError(t, err)
	golden.Equal(t, manifests.TraefikStaticFile, static)

	dynamic, err := traefik().RenderDynamic()
	require.NoError(t, err)
	golden.Equal(t, "traefik-"+manifests.TraefikDynamicFile, dynamic)
}

func TestTraefikDrain(t *testing.T) {
	require.Equal(t, 65, traefik().DrainSeconds())
}

func TestTraefikRejects(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*manifests.Traefik)
		want   string
	}{
		"privileged port": {func(e *manifests.Traefik) { e.Ports.Web = 80 }, `ports.web is 80; it must be 1024 to 65535`},
		"same port":       {func(e *manifests.Traefik) { e.Ports.Ping = 9100 }, `ports.ping is 9100; it must be another port than ports.metrics`},
		"nobody trusted":  {func(e *manifests.Traefik) { e.TrustedRanges = nil }, `trustedRanges is []; it must be the load balancer's range`},
		"all trusted":     {func(e *manifests.Traefik) { e.TrustedRanges = []string{"0.0.0.0/0"} }, `it must be less than everybody`},
		"no range":        {func(e *manifests.Traefik) { e.TrustedRanges = []string{"10.10.0.1"} }, `trustedRanges[0] is "10.10.0.1"; it must be an address range`},
		"no timeout":      {func(e *manifests.Traefik) { e.Timeouts.Dial = 0 }, `timeouts.dial is 0s; it must be above 0`},
		"short idle":      {func(e *manifests.Traefik) { e.Timeouts.Idle = time.Minute }, `timeouts.idle is 1m0s; it must be above the load balancer's 1m0s`},
		"no rate":         {func(e *manifests.Traefik) { e.RateLimit.Average = 0 }, `rateLimit.average is 0; it must be at least 1`},
		"relative":        {func(e *manifests.Traefik) { e.DynamicDir = "dynamic" }, `dynamicDir is "dynamic"; it must be an absolute path`},
		"no routes":       {func(e *manifests.Traefik) { e.Routes = nil }, `routes is 0; it must be at least one`},
		"rule injection":  {func(e *manifests.Traefik) { e.Routes[0].Hosts[0] = "a`) || Host(`b" }, "routes[0].hosts[0] is \"a`) || Host(`b\"; it must be a lower-case DNS name"},
		"template":        {func(e *manifests.Traefik) { e.Routes[0].Path = `/{{env "HOME"}}` }, `; it must be a path such as /v1/chat`},
		"slash":           {func(e *manifests.Traefik) { e.Routes[1].Path = "/v1/" }, `routes[1].path is "/v1/"; it must be a path`},
		"same name":       {func(e *manifests.Traefik) { e.Routes[1].Name = "authentication" }, `routes[1].name is "authentication"; it must be unique`},
		"same place":      {func(e *manifests.Traefik) { e.Routes[1].Path = "/v1/auth" }, `routes[1].hosts[0] is "api.gomeet.example"; it must be another host, or another path than /v1/auth`},
		"backend":         {func(e *manifests.Traefik) { e.Routes[2].Backend = "signalling:8080" }, `routes[2].backend is "signalling:8080"; it must be http://host:port`},
	} {
		t.Run(name, func(t *testing.T) {
			e := traefik()
			c.change(&e)
			_, err := e.RenderStatic()
			require.ErrorContains(t, err, "traefik.yaml: ")
			require.ErrorContains(t, err, c.want)
			_, err = e.RenderDynamic()
			require.ErrorContains(t, err, c.want)
		})
	}
}
