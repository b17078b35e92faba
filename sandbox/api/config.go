package api

import (
	"errors"
	"io"
	"log/slog"
	"time"

	"github.com/gomeet/infra/sandbox/kube"
	"github.com/gomeet/infra/sandbox/store"
)

// Config says what a Server works with. Store and Planes are required; the zero
// value of every other field has a sensible meaning.
type Config struct {
	// Store keeps the resources. The Server does not close it.
	Store *store.Store
	// Planes runs the control planes of Kubernetes clusters. The Server does not
	// close it.
	Planes kube.ControlPlanes
	// SpacesEndpoint is the URL of the S3-compatible endpoint, reported by
	// GET /sandbox/health so that a client needs to know one address only.
	SpacesEndpoint string
	// Buckets lists the Spaces buckets, which the S3 API keeps; nil means none. They
	// are in projects and in the inventory like everything else.
	Buckets func() ([]Bucket, error)
	// Registry is the container registry that the account has from the start; empty
	// means none.
	Registry string
	// Delay is how long each asynchronous operation takes at least. A missing
	// kind takes no longer than the work itself.
	Delay Delays
	// Now is the clock; nil means time.Now.
	Now func() time.Time
	// Log receives what the background work does; nil discards it.
	Log *slog.Logger
	// RequestLog receives one JSON line per API request; nil keeps the requests in
	// memory only, for GET /sandbox/requests.
	RequestLog io.Writer
	// RateLimit is the API rate limit.
	RateLimit RateLimit
	// Poll is the time between two looks at a cluster that is changing; 0 means
	// half a second, which is short against the ten seconds between two looks of
	// the Terraform provider.
	Poll time.Duration
	// AutoscaleEvery is the time between two rounds of the cluster autoscaler; 0
	// means ten seconds, the default of the upstream autoscaler's --scan-interval
	// (https://github.com/kubernetes/autoscaler, FAQ, "What are the parameters to CA?").
	AutoscaleEvery time.Duration
}

// Bucket is a Spaces bucket.
type Bucket struct {
	Name    string
	Created time.Time
}

// RateLimit is the number of API requests in an hour.
type RateLimit struct {
	// Hourly is the limit; 0 means 5000, DigitalOcean's documented limit
	// (https://docs.digitalocean.com/reference/api/, "Rate Limit").
	Hourly int
	// Enforce answers 429 once the limit is used up. Without it the requests are
	// only counted in the ratelimit headers, because a test that runs often would
	// otherwise starve itself.
	Enforce bool
}

func (c Config) withDefaults() (Config, error) {
	if c.Store == nil {
		return c, errors.New("api: Config.Store is nil, want an open store")
	}
	if c.Planes == nil {
		return c, errors.New("api: Config.Planes is nil, want something that runs control planes")
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.RateLimit.Hourly == 0 {
		c.RateLimit.Hourly = 5000
	}
	if c.Poll == 0 {
		c.Poll = 500 * time.Millisecond
	}
	if c.AutoscaleEvery == 0 {
		c.AutoscaleEvery = 10 * time.Second
	}
	return c, nil
}
