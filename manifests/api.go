package manifests

import (
	"bytes"
	"fmt"

	"gopkg.in/yaml.v3"
)

// APIPort is where every service of the API serves HTTP and WebSockets ("port: 8080 # API"
// in the design).
const APIPort = 8080

// APIMetricsPort is where every service serves Prometheus, apart from what the edge can
// reach.
const APIMetricsPort = 9090

// APIFile is the name of the API's configuration file.
const APIFile = "api.yaml"

// APISecretDir is the directory the API reads its secrets from, one file each.
const APISecretDir = "/run/secrets/gomeet"

// The files of secrets under APISecretDir.
const (
	APISigningKeyFile       = APISecretDir + "/signing-key"
	APIDatabasePasswordFile = APISecretDir + "/database-password"
	APIRedisPasswordFile    = APISecretDir + "/redis-password"
	APILiveKitSecretFile    = APISecretDir + "/livekit-secret"
	APIBucketKeyFile        = APISecretDir + "/bucket-access-key"
	APIBucketSecretFile     = APISecretDir + "/bucket-secret-key"
	// APIDataAuthorityFile is no secret; it is what PgBouncer and Redis are checked
	// against.
	APIDataAuthorityFile = APISecretDir + "/data-ca.crt"
)

// API is the configuration of the GoMeet API of one site; all five services read the
// same one. It holds no secret: secrets are files under APISecretDir.
type API struct {
	// Environment names the stack and the site, for logs and metrics.
	Environment APIEnvironment `yaml:"environment"`
	// Listen is the address of HTTP and WebSockets, Metrics that of Prometheus.
	Listen  string `yaml:"listen"`
	Metrics string `yaml:"metrics"`
	// Limits bound what one pod accepts.
	Limits APILimits `yaml:"limits"`
	// DrainSeconds is how long a stopping pod takes to hand its WebSockets over.
	DrainSeconds int `yaml:"drainSeconds"`
	// SigningKeyFile names the file that holds the session token key.
	SigningKeyFile string      `yaml:"signingKeyFile"`
	Database       APIDatabase `yaml:"database"`
	Redis          APIRedis    `yaml:"redis"`
	LiveKit        APILiveKit  `yaml:"livekit"`
	Recordings     APIBucket   `yaml:"recordings"`
}

// APIEnvironment names where an API runs.
type APIEnvironment struct {
	Stack  string `yaml:"stack"`
	Site   string `yaml:"site"`
	Region string `yaml:"region"`
}

// APILimits bounds one API pod.
type APILimits struct {
	// WebSockets is the most connections a pod holds (2,000 in the design).
	WebSockets int `yaml:"webSockets"`
	// ParticipantsPerMeeting is the most participants the API admits to a meeting.
	ParticipantsPerMeeting int `yaml:"participantsPerMeeting"`
}

// APIDatabase is PostgreSQL behind PgBouncer.
type APIDatabase struct {
	// Address is host:port.
	Address      string `yaml:"address"`
	Name         string `yaml:"name"`
	User         string `yaml:"user"`
	PasswordFile string `yaml:"passwordFile"`
	// CAFile is the authority of the pooler's certificate: connections use TLS.
	CAFile string `yaml:"caFile"`
}

// APIRedis is the Redis cluster; clients learn its nodes from any of the addresses.
type APIRedis struct {
	Addresses    []string `yaml:"addresses"`
	User         string   `yaml:"user"`
	PasswordFile string   `yaml:"passwordFile"`
	// CAFile is the authority of the nodes' certificates: connections use TLS.
	CAFile string `yaml:"caFile"`
}

// APILiveKit is the LiveKit of this site.
type APILiveKit struct {
	// InternalURL is LiveKit's room API inside of the cluster; PublicURL is what clients
	// get.
	InternalURL string `yaml:"internalURL"`
	PublicURL   string `yaml:"publicURL"`
	// Key is the API key's name; its secret is in SecretFile.
	Key        string `yaml:"key"`
	SecretFile string `yaml:"secretFile"`
}

// APIBucket is a bucket that the API signs URLs of.
type APIBucket struct {
	Endpoint string `yaml:"endpoint"`
	Region   string `yaml:"region"`
	Bucket   string `yaml:"bucket"`
	// PublicHost serves the bucket's objects to participants. It is empty where nothing
	// does: the API then hands them out itself.
	PublicHost string `yaml:"publicHost"`
	// PathStyle puts the bucket into the path of URLs, and CAFile is the authority of the
	// endpoint's certificate; both for a store inside of the cluster.
	PathStyle     bool   `yaml:"pathStyle,omitempty"`
	CAFile        string `yaml:"caFile,omitempty"`
	AccessKeyFile string `yaml:"accessKeyFile"`
	SecretKeyFile string `yaml:"secretKeyFile"`
}

// APIDrainSeconds is how long an API pod may take to hand its WebSockets over. The design
// gives no figure; a client reconnects within one ping interval, 30 s in common servers,
// so a minute sees every client move.
const APIDrainSeconds = 60

// LiveKitKeyName is the name of the API key that the platform's own programs use.
const LiveKitKeyName = "gomeet"

// Render returns the configuration as YAML. The error names everything that is missing
// or not positive.
func (a API) Render() (string, error) {
	c := &checks{file: APIFile}
	c.that(a.Limits.WebSockets >= 1, "limits.webSockets", a.Limits.WebSockets, "at least 1")
	c.that(a.Limits.ParticipantsPerMeeting >= 1, "limits.participantsPerMeeting", a.Limits.ParticipantsPerMeeting, "at least 1")
	c.that(a.DrainSeconds >= 1, "drainSeconds", a.DrainSeconds, "at least 1")
	c.hostPort("database.address", a.Database.Address)
	c.that(len(a.Redis.Addresses) > 0, "redis.addresses", a.Redis.Addresses, "at least one")
	for i, address := range a.Redis.Addresses {
		c.hostPort(fmt.Sprintf("redis.addresses[%d]", i), address)
	}
	for _, text := range []struct{ key, value string }{
		{"environment.stack", a.Environment.Stack}, {"environment.site", a.Environment.Site},
		{"listen", a.Listen}, {"metrics", a.Metrics}, {"signingKeyFile", a.SigningKeyFile},
		{"database.name", a.Database.Name}, {"database.user", a.Database.User},
		{"database.caFile", a.Database.CAFile}, {"redis.caFile", a.Redis.CAFile},
		{"livekit.internalURL", a.LiveKit.InternalURL}, {"livekit.publicURL", a.LiveKit.PublicURL}, {"livekit.key", a.LiveKit.Key},
		{"recordings.endpoint", a.Recordings.Endpoint}, {"recordings.bucket", a.Recordings.Bucket},
	} {
		c.present(text.key, text.value)
	}
	if err := c.err(); err != nil {
		return "", err
	}
	return render(a)
}

// render encodes a configuration with the two-space indent of hand-written YAML.
func render(v any) (string, error) {
	var b bytes.Buffer
	encoder := yaml.NewEncoder(&b)
	encoder.SetIndent(2)
	if err := encoder.Encode(v); err != nil {
		return "", fmt.Errorf("rendering YAML: %w", err)
	}
	if err := encoder.Close(); err != nil {
		return "", fmt.Errorf("rendering YAML: %w", err)
	}
	return b.String(), nil
}
