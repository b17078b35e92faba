package manifests

// Where LiveKit finds its configuration and its secrets. None of the secrets is part
// of the rendered text.
const (
	// LiveKitFile is the name of LiveKit's configuration file, for --config.
	LiveKitFile = "livekit.yaml"
	// LiveKitKeyFile holds "key: secret" lines. LiveKit does not start when others
	// may read the file, so the Secret is mounted with mode 0440. A file, not the
	// variable LIVEKIT_KEYS: the environment shows in crash dumps and /proc.
	LiveKitKeyFile = "/run/secrets/livekit/keys.yaml"
	// LiveKitRedisPasswordEnv is the variable LiveKit reads the Redis password from;
	// it reads it from no file.
	LiveKitRedisPasswordEnv = "REDIS_PASSWORD"
)

// LiveKit is the configuration of one LiveKit server, with the keys of
// livekit-server 1.13 (pkg/config). It reads its file strictly: a key it does not
// know stops it. It holds no secret.
type LiveKit struct {
	// Port is HTTP and signalling; behind the edge.
	Port int `yaml:"port"`
	// BindAddresses are the addresses to listen on; none is all.
	BindAddresses []string            `yaml:"bind_addresses,omitempty"`
	Prometheus    LiveKitPrometheus   `yaml:"prometheus"`
	RTC           LiveKitRTC          `yaml:"rtc"`
	Redis         LiveKitRedis        `yaml:"redis"`
	Room          LiveKitRoom         `yaml:"room"`
	TURN          LiveKitTURN         `yaml:"turn"`
	NodeSelector  LiveKitNodeSelector `yaml:"node_selector"`
	// Region is the region of this node.
	Region string `yaml:"region"`
	// KeyFile is the file with the API keys.
	KeyFile     string             `yaml:"key_file"`
	SignalRelay LiveKitSignalRelay `yaml:"signal_relay"`
	PSRPC       LiveKitPSRPC       `yaml:"psrpc"`
	Logging     LiveKitLogging     `yaml:"logging"`
	Limit       LiveKitLimit       `yaml:"limit"`
}

// LiveKitPrometheus is where metrics are served. Port 7880 has none.
type LiveKitPrometheus struct {
	Port int `yaml:"port"`
}

// LiveKitRoom is what each room gets.
type LiveKitRoom struct {
	// MaxParticipants is the most participants of a room.
	MaxParticipants int `yaml:"max_participants"`
	// EmptyTimeout and DepartureTimeout is how long, in seconds, a room stays when
	// nobody came and when everybody left. A draining node waits for both.
	EmptyTimeout     int `yaml:"empty_timeout"`
	DepartureTimeout int `yaml:"departure_timeout"`
}

// LiveKitLimit bounds a node and a participant. LiveKit's own defaults are "no
// limit"; the numbers come from the plan.
type LiveKitLimit struct {
	// NumTracks is published and subscribed tracks of the node together, flowing or not.
	NumTracks int `yaml:"num_tracks"`
	// BytesPerSec is bytes per second in and out of the node together.
	BytesPerSec int `yaml:"bytes_per_sec"`
	// SubscriptionLimitVideo and SubscriptionLimitAudio is how many tracks one
	// participant may be subscribed to, flowing or not.
	SubscriptionLimitVideo int `yaml:"subscription_limit_video"`
	SubscriptionLimitAudio int `yaml:"subscription_limit_audio"`
}

// LiveKitLogging is how the server logs.
type LiveKitLogging struct {
	// Level is debug, info, warn or error.
	Level string `yaml:"level"`
	// JSON makes each line an object.
	JSON bool `yaml:"json"`
	// Sample drops repeated lines: a join storm logs the same line thousands of times.
	Sample bool `yaml:"sample"`
}

// Render returns the configuration as YAML, or everything Validate found.
func (l LiveKit) Render() (string, error) {
	if err := l.Validate(); err != nil {
		return "", err
	}
	return render(l)
}
