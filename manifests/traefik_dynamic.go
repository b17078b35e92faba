package manifests

import (
	"fmt"
	"path/filepath"
	"strings"
)

// The dynamic configuration, with the keys of Traefik 3.7.
type (
	traefikDynamic struct {
		HTTP struct {
			Routers     map[string]traefikRouter     `yaml:"routers"`
			Services    map[string]traefikService    `yaml:"services"`
			Middlewares map[string]traefikMiddleware `yaml:"middlewares"`
		} `yaml:"http"`
		TLS struct {
			Options map[string]traefikTLSOptions `yaml:"options"`
			Stores  map[string]traefikTLSStore   `yaml:"stores"`
		} `yaml:"tls"`
	}
	traefikRouter struct {
		EntryPoints []string `yaml:"entryPoints"`
		Rule        string   `yaml:"rule"`
		Middlewares []string `yaml:"middlewares,omitempty"`
		Service     string   `yaml:"service"`
	}
	traefikService struct {
		LoadBalancer struct {
			Servers []traefikServer `yaml:"servers"`
		} `yaml:"loadBalancer"`
	}
	traefikServer struct {
		URL string `yaml:"url"`
	}
	traefikTLSOptions struct {
		MinVersion string `yaml:"minVersion"`
	}
	traefikTLSStore struct {
		DefaultCertificate struct {
			CertFile string `yaml:"certFile"`
			KeyFile  string `yaml:"keyFile"`
		} `yaml:"defaultCertificate"`
	}
)

// RenderDynamic returns the dynamic configuration as YAML, or everything Validate
// found.
func (t Traefik) RenderDynamic() (string, error) {
	if err := t.Validate(); err != nil {
		return "", err
	}
	var d traefikDynamic
	d.HTTP.Routers = map[string]traefikRouter{}
	d.HTTP.Services = map[string]traefikService{}
	for _, r := range t.Routes {
		router := traefikRouter{
			EntryPoints: []string{"websecure"},
			// Not PathPrefix alone: /v1/chat would be /v1/chatter as well.
			Rule:    fmt.Sprintf("%[1]s && (Path(`%[2]s`) || PathPrefix(`%[2]s/`))", hostRule(r.Hosts), r.Path),
			Service: r.Name,
		}
		if r.WebSocket {
			router.EntryPoints = append(router.EntryPoints, "websocket")
			router.Middlewares = []string{"websocket-headers"}
		}
		d.HTTP.Routers[r.Name] = router
		var service traefikService
		service.LoadBalancer.Servers = []traefikServer{{URL: r.Backend}}
		d.HTTP.Services[r.Name] = service
	}
	d.HTTP.Middlewares = t.middlewares()
	// TLS here is between the load balancer and Traefik; clients see the load
	// balancer's. Traefik reads the files when its configuration changes, so a new
	// certificate needs a new pod.
	d.TLS.Options = map[string]traefikTLSOptions{"default": {MinVersion: "VersionTLS12"}}
	var store traefikTLSStore
	store.DefaultCertificate.CertFile = filepath.Join(t.CertificateDir, "tls.crt")
	store.DefaultCertificate.KeyFile = filepath.Join(t.CertificateDir, "tls.key")
	d.TLS.Stores = map[string]traefikTLSStore{"default": store}
	return render(d)
}

// hostRule matches any of the hosts.
func hostRule(hosts []string) string {
	rules := make([]string, len(hosts))
	for i, host := range hosts {
		rules[i] = "Host(`" + host + "`)"
	}
	if len(rules) == 1 {
		return rules[0]
	}
	return "(" + strings.Join(rules, " || ") + ")"
}
