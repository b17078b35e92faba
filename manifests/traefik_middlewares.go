package manifests

type (
	traefikMiddleware struct {
		RateLimit *traefikRateLimit `yaml:"rateLimit,omitempty"`
		Headers   *traefikHeaders   `yaml:"headers,omitempty"`
	}
	traefikRateLimit struct {
		Average         int `yaml:"average"`
		Burst           int `yaml:"burst"`
		SourceCriterion struct {
			IPStrategy struct {
				IPv6Subnet int `yaml:"ipv6Subnet"`
			} `yaml:"ipStrategy"`
		} `yaml:"sourceCriterion"`
	}
	traefikHeaders struct {
		CustomRequestHeaders  map[string]string `yaml:"customRequestHeaders,omitempty"`
		CustomResponseHeaders map[string]string `yaml:"customResponseHeaders,omitempty"`
		STSSeconds            int               `yaml:"stsSeconds,omitempty"`
		STSIncludeSubdomains  bool              `yaml:"stsIncludeSubdomains,omitempty"`
		ContentTypeNosniff    bool              `yaml:"contentTypeNosniff,omitempty"`
		FrameDeny             bool              `yaml:"frameDeny,omitempty"`
		ReferrerPolicy        string            `yaml:"referrerPolicy,omitempty"`
		ContentSecurityPolicy string            `yaml:"contentSecurityPolicy,omitempty"`
	}
)

// stsSeconds is a year, the least that browsers' preload lists take (hstspreload.org).
const stsSeconds = 365 * 24 * 60 * 60

// middlewares are the design's three (section "Network Requirements", Traefik
// configuration), which it names without saying what they do.
func (t Traefik) middlewares() map[string]traefikMiddleware {
	limit := &traefikRateLimit{Average: t.RateLimit.Average, Burst: t.RateLimit.Burst}
	// Without more, the source is the peer: the client, as the PROXY protocol names
	// it. One IPv6 customer has a /64 and could take an address per request.
	limit.SourceCriterion.IPStrategy.IPv6Subnet = 64
	return map[string]traefikMiddleware{
		"rate-limit": {RateLimit: limit},
		// The edge serves an API and no pages, so a browser is to show nothing of it.
		"security-headers": {Headers: &traefikHeaders{
			STSSeconds:            stsSeconds,
			STSIncludeSubdomains:  true,
			ContentTypeNosniff:    true,
			FrameDeny:             true,
			ReferrerPolicy:        "no-referrer",
			ContentSecurityPolicy: "default-src 'none'; frame-ancestors 'none'",
			// An empty value removes the header.
			CustomResponseHeaders: map[string]string{"Server": "", "X-Powered-By": ""},
		}},
		// Traefik passes an upgrade without help, but tells the backend that it came
		// by "wss", which servers that look for "https" take for plain text. Response
		// headers would do nothing: Traefik sends the backend's answer to an upgrade as
		// it is.
		"websocket-headers": {Headers: &traefikHeaders{
			CustomRequestHeaders: map[string]string{"X-Forwarded-Proto": "https"},
		}},
	}
}
