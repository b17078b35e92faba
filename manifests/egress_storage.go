package manifests

import (
	"net/url"
	"strings"
	"time"
)

// EgressStorage is where recordings go.
type EgressStorage struct {
	// Prefix is put before the name of every file.
	Prefix string   `yaml:"prefix,omitempty"`
	S3     EgressS3 `yaml:"s3"`
}

// EgressS3 is an S3-compatible bucket. Its keys come from the environment.
type EgressS3 struct {
	Region string `yaml:"region"`
	// Endpoint is the URL of the store.
	Endpoint string `yaml:"endpoint"`
	Bucket   string `yaml:"bucket"`
	// ForcePathStyle puts the bucket into the path, not into the host name: for a store
	// without a DNS name per bucket.
	ForcePathStyle bool `yaml:"force_path_style"`
}

func (s EgressS3) check(c *checks) {
	c.present("storage.s3.region", s.Region)
	c.present("storage.s3.bucket", s.Bucket)
	endpoint, err := url.Parse(s.Endpoint)
	c.that(err == nil && (endpoint.Scheme == "https" || endpoint.Scheme == "http") && endpoint.Host != "",
		"storage.s3.endpoint", s.Endpoint, "https://host, or http://host:port for a store inside of the cluster")
}

// EgressService is the recorder's name as an app.
const EgressService = "egress"

// Ports of a recorder: those of livekit-helm, and egress' own default.
const (
	EgressHealthPort, EgressPrometheusPort, EgressTemplatePort = 8080, 9090, 7980
)

// NewEgress returns the configuration of a recorder that records rooms of LiveKit at
// wsURL into a bucket.
func NewEgress(redis LiveKitRedis, wsURL string, bucket EgressS3) Egress {
	return Egress{
		Redis:                EgressRedis{LiveKitRedis: redis, Password: "$(" + EgressRedisPasswordEnv + ")"},
		WSURL:                wsURL,
		Insecure:             strings.HasPrefix(wsURL, "ws:"),
		HealthPort:           EgressHealthPort,
		PrometheusPort:       EgressPrometheusPort,
		TemplatePort:         EgressTemplatePort,
		DisallowLocalStorage: true,
		Logging:              EgressLogging{Level: "info", JSON: true},
		Storage:              EgressStorage{S3: bucket},
		// The design reckons with meetings of 2 hours (section "Storage Strategy"); twice
		// that ends a recording somebody forgot.
		SessionLimits: EgressSessions{File: 4 * time.Hour, Stream: 4 * time.Hour, Segment: 4 * time.Hour},
		// Egress' own defaults (pkg/config/service.go), written out because the size of
		// the recorders' pool follows from them.
		CPUCost: EgressCPUCost{MaxCPUUtilization: 0.8, RoomComposite: 4, TrackComposite: 1, Track: 0.5},
	}
}
