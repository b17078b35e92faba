package manifests

import (
	"fmt"
	"path/filepath"
	"slices"
	"time"
)

// loadBalancerIdle is how long a DigitalOcean load balancer keeps an idle connection
// to a backend by default (cloud controller, annotation
// do-loadbalancer-http-idle-timeout-seconds).
const loadBalancerIdle = 60 * time.Second

// Validate returns every mistake of the configuration; each names the key, its value
// and what is allowed.
func (t Traefik) Validate() error {
	c := &checks{file: TraefikStaticFile}
	t.checkPorts(c)
	c.that(len(t.TrustedRanges) > 0, "trustedRanges", t.TrustedRanges, "the load balancer's range; without one no client address is believed")
	c.prefixes("trustedRanges", t.TrustedRanges)
	everybody := slices.ContainsFunc(t.TrustedRanges, func(r string) bool { return r == "0.0.0.0/0" || r == "::/0" })
	c.that(!everybody, "trustedRanges", t.TrustedRanges, "less than everybody: who is trusted can claim any address")
	for _, timeout := range []struct {
		key   string
		value time.Duration
	}{
		{"read", t.Timeouts.Read}, {"accept", t.Timeouts.Accept}, {"grace", t.Timeouts.Grace},
		{"dial", t.Timeouts.Dial}, {"responseHeader", t.Timeouts.ResponseHeader},
	} {
		c.that(timeout.value > 0, "timeouts."+timeout.key, timeout.value, "above 0; Traefik takes 0 for no limit")
	}
	c.that(t.Timeouts.Idle > loadBalancerIdle, "timeouts.idle", t.Timeouts.Idle, fmt.Sprintf("above the load balancer's %s", loadBalancerIdle))
	c.positive("rateLimit.average", t.RateLimit.Average)
	c.positive("rateLimit.burst", t.RateLimit.Burst)
	c.that(filepath.IsAbs(t.DynamicDir), "dynamicDir", t.DynamicDir, "an absolute path such as "+TraefikDynamicDir)
	c.that(filepath.IsAbs(t.CertificateDir), "certificateDir", t.CertificateDir, "an absolute path such as "+TraefikCertificateDir)
	t.checkRoutes(c)
	return c.err()
}

func (t Traefik) checkPorts(c *checks) {
	ports := []keyedPort{
		{"ports.web", t.Ports.Web}, {"ports.webSecure", t.Ports.WebSecure}, {"ports.webSocket", t.Ports.WebSocket},
		{"ports.metrics", t.Ports.Metrics}, {"ports.ping", t.Ports.Ping},
	}
	for _, p := range ports {
		c.that(p.port >= 1024 && p.port <= 65535, p.key, p.port, "1024 to 65535, as Traefik runs without privileges")
	}
	c.distinct(ports...)
}
