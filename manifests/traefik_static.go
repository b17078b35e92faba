package manifests

import (
	"net"
	"strconv"
	"time"
)

// The static configuration, with the keys of Traefik 3.7. Traefik stops on a key it
// does not know, but drops one at the top without a word.
type (
	traefikStatic struct {
		Global           map[string]bool              `yaml:"global"`
		EntryPoints      map[string]traefikEntryPoint `yaml:"entryPoints"`
		ServersTransport traefikTransport             `yaml:"serversTransport"`
		Providers        traefikProviders             `yaml:"providers"`
		Ping             traefikOn                    `yaml:"ping"`
		Metrics          traefikMetrics               `yaml:"metrics"`
		Log              traefikLog                   `yaml:"log"`
		AccessLog        traefikAccessLog             `yaml:"accessLog"`
	}
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
	traefikTransport struct {
		MaxIdleConnsPerHost int `yaml:"maxIdleConnsPerHost"`
		ForwardingTimeouts  struct {
			DialTimeout           time.Duration `yaml:"dialTimeout"`
			ResponseHeaderTimeout time.Duration `yaml:"responseHeaderTimeout"`
		} `yaml:"forwardingTimeouts"`
	}
	traefikProviders struct {
		File struct {
			Directory string `yaml:"directory"`
			Watch     bool   `yaml:"watch"`
		} `yaml:"file"`
	}
	traefikOn struct {
		EntryPoint string `yaml:"entryPoint"`
	}
	traefikMetrics struct {
		Prometheus struct {
			EntryPoint       string `yaml:"entryPoint"`
			AddRoutersLabels bool   `yaml:"addRoutersLabels"`
		} `yaml:"prometheus"`
	}
	traefikLog struct {
		Level  string `yaml:"level"`
		Format string `yaml:"format"`
	}
	traefikAccessLog struct {
		Format string `yaml:"format"`
		Fields struct {
			Headers         traefikMode `yaml:"headers"`
			QueryParameters traefikMode `yaml:"queryParameters"`
		} `yaml:"fields"`
	}
	traefikMode struct {
		DefaultMode string `yaml:"defaultMode"`
	}
)

// RenderStatic returns the static configuration as YAML, or everything Validate found.
func (t Traefik) RenderStatic() (string, error) {
	if err := t.Validate(); err != nil {
		return "", err
	}
	s := traefikStatic{
		Global:      map[string]bool{"checkNewVersion": false, "sendAnonymousUsage": false},
		EntryPoints: t.entryPoints(),
		Ping:        traefikOn{EntryPoint: "ping"},
		Log:         traefikLog{Level: "INFO", Format: "json"},
	}
	s.ServersTransport.MaxIdleConnsPerHost = traefikIdleConnsPerHost
	s.ServersTransport.ForwardingTimeouts.DialTimeout = t.Timeouts.Dial
	s.ServersTransport.ForwardingTimeouts.ResponseHeaderTimeout = t.Timeouts.ResponseHeader
	// The directory, not the file: a mounted ConfigMap is a link that Kubernetes
	// replaces, and a watch on the file would stay with the old one. The price is a
	// warning per key and change, as the directory shows the same file twice.
	s.Providers.File.Directory = t.DynamicDir
	s.Providers.File.Watch = true
	s.Metrics.Prometheus.EntryPoint = "metrics"
	s.Metrics.Prometheus.AddRoutersLabels = true
	// Headers and the query carry tokens: LiveKit's clients send theirs as
	// ?access_token=, and Traefik logs queries unless told not to.
	s.AccessLog.Format = "json"
	s.AccessLog.Fields.Headers.DefaultMode = "drop"
	s.AccessLog.Fields.QueryParameters.DefaultMode = "drop"
	return render(s)
}

func (t Traefik) entryPoints() map[string]traefikEntryPoint {
	public := func(port int, http traefikHTTP) traefikEntryPoint {
		http.AliasHeadersStrategy = "delete"
		// forwardedHeaders stays unset: once the header of the PROXY protocol is read,
		// the peer is the client, and nobody believes what a client says it forwards.
		return traefikEntryPoint{
			Address:       t.address(port),
			ProxyProtocol: &traefikProxyProtocol{TrustedIPs: t.TrustedRanges},
			Transport:     t.connections(),
			HTTP:          http,
		}
	}
	protected := traefikHTTP{Middlewares: []string{"rate-limit@file", "security-headers@file"}, TLS: &struct{}{}}
	redirect := &traefikRedirections{}
	// A port instead of an entry point's name, which would send clients to the port
	// inside of the pod.
	redirect.EntryPoint.To, redirect.EntryPoint.Scheme = ":443", "https"
	return map[string]traefikEntryPoint{
		"web":       public(t.Ports.Web, traefikHTTP{Redirections: redirect}),
		"websecure": public(t.Ports.WebSecure, protected),
		"websocket": public(t.Ports.WebSocket, protected),
		"metrics":   {Address: t.address(t.Ports.Metrics), HTTP: traefikHTTP{AliasHeadersStrategy: "delete"}},
		"ping":      {Address: t.address(t.Ports.Ping), HTTP: traefikHTTP{AliasHeadersStrategy: "delete"}},
	}
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
