package manifests

import "time"

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
			// Buckets are limits of request durations in seconds.
			Buckets []float64 `yaml:"buckets,flow"`
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
	// 0.2 is the promise; Traefik's own limits (0.1, 0.3, 1.2, 5) cannot tell whether it is
	// kept.
	s.Metrics.Prometheus.Buckets = []float64{0.05, 0.1, 0.15, 0.2, 0.5, 1, 5}
	// Headers and the query carry tokens: LiveKit's clients send theirs as
	// ?access_token=, and Traefik logs queries unless told not to.
	s.AccessLog.Format = "json"
	s.AccessLog.Fields.Headers.DefaultMode = "drop"
	s.AccessLog.Fields.QueryParameters.DefaultMode = "drop"
	return render(s)
}
