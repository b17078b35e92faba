package manifests

import (
	"net"
	"strconv"
	"time"
)

type (
	traefikEntryPoint struct {
		Address       string                `yaml:"address"`
		ProxyProtocol *traefikProxyProtocol `yaml:"proxyProtocol,omitempty"`
		Transport     *traefikConnections   `yaml:"transport,omitempty"`
		HTTP          traefikHTTP           `yaml:"http"`
	}
	traefikProxyProtocol struct {
		TrustedIPs []string `yaml:"trustedIPs"`
	}
	traefikConnections struct {
		LifeCycle struct {
			RequestAcceptGraceTimeout time.Duration `yaml:"requestAcceptGraceTimeout"`
			GraceTimeOut              time.Duration `yaml:"graceTimeOut"`
		} `yaml:"lifeCycle"`
		RespondingTimeouts struct {
			ReadTimeout time.Duration `yaml:"readTimeout"`
			IdleTimeout time.Duration `yaml:"idleTimeout"`
		} `yaml:"respondingTimeouts"`
	}
	traefikHTTP struct {
		Redirections *traefikRedirections `yaml:"redirections,omitempty"`
		Middlewares  []string             `yaml:"middlewares,omitempty"`
		TLS          *struct{}            `yaml:"tls,omitempty"`
		// AliasHeadersStrategy says what happens to a header such as X_User_Id, which some
		// servers read as X-User-Id.
		AliasHeadersStrategy string `yaml:"aliasHeadersStrategy"`
	}
	traefikRedirections struct {
		EntryPoint struct {
			To     string `yaml:"to"`
			Scheme string `yaml:"scheme"`
		} `yaml:"entryPoint"`
	}
)

func (t Traefik) entryPoints() map[string]traefikEntryPoint {
	public := func(port int, http traefikHTTP) traefikEntryPoint {
		http.AliasHeadersStrategy = "delete"
		// forwardedHeaders stays unset: once the header of the PROXY protocol is read,
		// the peer is the client, and nobody believes what a client says it forwards.
		return traefikEntryPoint{
			Address:       t.address(port),
			ProxyProtocol: t.proxyProtocol(),
			Transport:     t.connections(),
			HTTP:          http,
		}
	}
	protected := traefikHTTP{Middlewares: []string{"rate-limit@file", "security-headers@file"}, TLS: &struct{}{}}
	redirect := &traefikRedirections{}
	// A port instead of an entry point's name, which would send clients to the port
	// inside of the pod.
	redirect.EntryPoint.To, redirect.EntryPoint.Scheme = ":443", "https"
	// A load balancer's health checks begin with the header when its traffic does, and are
	// a bad request to who does not read it. Kubelet sends none, which is taken as well.
	ping := t.internal(t.Ports.Ping)
	ping.ProxyProtocol = t.proxyProtocol()
	return map[string]traefikEntryPoint{
		"web":       public(t.Ports.Web, traefikHTTP{Redirections: redirect}),
		"websecure": public(t.Ports.WebSecure, protected),
		"websocket": public(t.Ports.WebSocket, protected),
		"metrics":   t.internal(t.Ports.Metrics),
		"ping":      ping,
	}
}

// internal is an entry point that no client reaches. It stays as long as the public
// ones, so that a stopping pod answers pings with 503 and is still measured.
func (t Traefik) internal(port int) traefikEntryPoint {
	return traefikEntryPoint{
		Address:   t.address(port),
		Transport: t.connections(),
		HTTP:      traefikHTTP{AliasHeadersStrategy: "delete"},
	}
}

func (t Traefik) proxyProtocol() *traefikProxyProtocol {
	return &traefikProxyProtocol{TrustedIPs: t.TrustedRanges}
}

func (t Traefik) connections() *traefikConnections {
	c := &traefikConnections{}
	c.LifeCycle.RequestAcceptGraceTimeout = t.Timeouts.Accept
	c.LifeCycle.GraceTimeOut = t.Timeouts.Grace
	c.RespondingTimeouts.ReadTimeout = t.Timeouts.Read
	c.RespondingTimeouts.IdleTimeout = t.Timeouts.Idle
	return c
}

func (t Traefik) address(port int) string { return net.JoinHostPort(t.Listen, strconv.Itoa(port)) }
