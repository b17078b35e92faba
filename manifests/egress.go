package manifests

import (
	"fmt"
	"net/url"
	"slices"
	"time"
)

// How LiveKit egress, the recorder, gets its configuration and its secrets. It reads
// keys from the environment, except for the Redis password, which it takes from its
// configuration alone. The configuration is therefore the value of a variable in the
// pod, where Kubernetes puts another variable's value for $(NAME): the password comes
// from a Secret and is in no rendered text.
const (
	// EgressConfigEnv is the variable that holds the rendered configuration.
	EgressConfigEnv = "EGRESS_CONFIG_BODY"
	// EgressRedisPasswordEnv must come before EgressConfigEnv in the pod. Its value
	// must be letters and digits: it becomes part of a YAML text.
	EgressRedisPasswordEnv = "REDIS_PASSWORD"
	// EgressKeyEnv and EgressSecretEnv are LiveKit's API key.
	EgressKeyEnv, EgressSecretEnv = "LIVEKIT_API_KEY", "LIVEKIT_API_SECRET"
	// EgressS3KeyEnv and EgressS3SecretEnv are the key of the bucket.
	EgressS3KeyEnv, EgressS3SecretEnv = "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"
)

// EgressDrainSeconds is how long a recorder that is told to stop may finish its
// recordings (livekit-helm, egress: terminationGracePeriodSeconds).
const EgressDrainSeconds = 60 * 60

// egressFile names the configuration in errors.
const egressFile = "egress.yaml"

// Egress is the configuration of one recorder, with the keys of egress 1.14
// (pkg/config). Egress drops a key it does not know without a word. It holds no
// secret.
type Egress struct {
	Redis EgressRedis `yaml:"redis"`
	// WSURL is LiveKit inside of the cluster. Recorders run in the VPC, and their
	// traffic does not go through the edge.
	WSURL string `yaml:"ws_url"`
	// Insecure lets the recorder's browser open WSURL when it is ws:, not wss:.
	Insecure bool `yaml:"insecure"`
	// HealthPort answers when the recorder runs; PrometheusPort serves metrics; the
	// template for whole rooms is served to the recorder's own browser on TemplatePort.
	HealthPort     int `yaml:"health_port"`
	PrometheusPort int `yaml:"prometheus_port"`
	TemplatePort   int `yaml:"template_port"`
	// TemplateBase is the URL of another template; empty is the one on TemplatePort.
	TemplateBase string `yaml:"template_base,omitempty"`
	// DisallowLocalStorage refuses a recording that would stay on the node.
	DisallowLocalStorage bool           `yaml:"disallow_local_storage"`
	Logging              EgressLogging  `yaml:"logging"`
	Storage              EgressStorage  `yaml:"storage"`
	SessionLimits        EgressSessions `yaml:"session_limits"`
	CPUCost              EgressCPUCost  `yaml:"cpu_cost"`
}

// EgressRedis is the Redis that LiveKit uses, with its password by reference.
type EgressRedis struct {
	LiveKitRedis `yaml:",inline"`
	// Password is "$(REDIS_PASSWORD)", for Kubernetes to replace.
	Password string `yaml:"password"`
}

// EgressLogging is how the recorder logs.
type EgressLogging struct {
	Level string `yaml:"level"`
	JSON  bool   `yaml:"json"`
}

// EgressSessions bound a recording; one that reaches its limit is kept and ends.
type EgressSessions struct {
	File    time.Duration `yaml:"file_output_max_duration"`
	Stream  time.Duration `yaml:"stream_output_max_duration"`
	Segment time.Duration `yaml:"segment_output_max_duration"`
}

// EgressCPUCost is what the recorder reckons with, in CPUs, before it takes a job.
type EgressCPUCost struct {
	// MaxCPUUtilization is the share of the node, 0 to 1, that jobs may take.
	MaxCPUUtilization float64 `yaml:"max_cpu_utilization"`
	RoomComposite     float64 `yaml:"room_composite_cpu_cost"`
	TrackComposite    float64 `yaml:"track_composite_cpu_cost"`
	Track             float64 `yaml:"track_cpu_cost"`
}

// Render returns the configuration as YAML, or everything Validate found.
func (e Egress) Render() (string, error) {
	if err := e.Validate(); err != nil {
		return "", err
	}
	return render(e)
}

// Validate returns every mistake of the configuration; each names the key, its value
// and what is allowed.
func (e Egress) Validate() error {
	c := &checks{file: egressFile}
	e.Redis.check(c)
	c.that(e.Redis.Password == "$("+EgressRedisPasswordEnv+")", "redis.password", "(hidden)",
		"the reference $("+EgressRedisPasswordEnv+"), not a password")
	server, err := url.Parse(e.WSURL)
	isURL := err == nil && server.Host != "" && (server.Scheme == "ws" || server.Scheme == "wss")
	c.that(isURL, "ws_url", e.WSURL, "ws://host:port or wss://host")
	c.that(!isURL || e.Insecure == (server.Scheme == "ws"), "insecure", e.Insecure, "true for a ws: URL, and only then")
	c.port("health_port", e.HealthPort)
	c.port("prometheus_port", e.PrometheusPort)
	c.port("template_port", e.TemplatePort)
	c.distinct(keyedPort{"health_port", e.HealthPort}, keyedPort{"prometheus_port", e.PrometheusPort},
		keyedPort{"template_port", e.TemplatePort})
	c.that(slices.Contains(liveKitLevels, e.Logging.Level), "logging.level", e.Logging.Level, fmt.Sprintf("one of %v", liveKitLevels))
	e.Storage.S3.check(c)
	c.that(e.SessionLimits.File > 0, "session_limits.file_output_max_duration", e.SessionLimits.File, "above 0; 0 is no limit")
	c.that(e.SessionLimits.Stream > 0, "session_limits.stream_output_max_duration", e.SessionLimits.Stream, "above 0; 0 is no limit")
	c.that(e.SessionLimits.Segment > 0, "session_limits.segment_output_max_duration", e.SessionLimits.Segment, "above 0; 0 is no limit")
	e.CPUCost.check(c)
	return c.err()
}

func (p EgressCPUCost) check(c *checks) {
	c.that(p.MaxCPUUtilization > 0 && p.MaxCPUUtilization <= 1, "cpu_cost.max_cpu_utilization", p.MaxCPUUtilization, "above 0 and at most 1")
	c.that(p.RoomComposite > 0, "cpu_cost.room_composite_cpu_cost", p.RoomComposite, "above 0")
	c.that(p.TrackComposite > 0, "cpu_cost.track_composite_cpu_cost", p.TrackComposite, "above 0")
	c.that(p.Track > 0, "cpu_cost.track_cpu_cost", p.Track, "above 0")
}
