package manifests

import (
	"bytes"
	"fmt"

	"gopkg.in/yaml.v3"
)

// APIPort is where every service of the API serves HTTP and WebSockets ("port: 8080 # API"
// in the design).
const APIPort = 8080

// APIFile is the name of the API's configuration file.
const APIFile = "api.yaml"

// APISecretDir is the directory the API reads its secrets from, one file each.
const APISecretDir = "/run/secrets/gomeet"

// API is the configuration of the GoMeet API of one site. It holds no secret:
// secrets are files under APISecretDir.
type API struct {
	// Environment names the stack and the site, for logs and metrics.
	Environment APIEnvironment `yaml:"environment"`
	// Listen is the address of HTTP and WebSockets.
	Listen string `yaml:"listen"`
	// Limits bound what one pod accepts.
	Limits APILimits `yaml:"limits"`
	// SigningKeyFile names the file that holds the session token key.
	SigningKeyFile string `yaml:"signingKeyFile"`
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

// Render returns the configuration as YAML. It fails when a limit is not positive.
func (a API) Render() (string, error) {
	if a.Limits.WebSockets < 1 {
		return "", fmt.Errorf("rendering %s: limits.webSockets is %d; it must be at least 1", APIFile, a.Limits.WebSockets)
	}
	if a.Limits.ParticipantsPerMeeting < 1 {
		return "", fmt.Errorf("rendering %s: limits.participantsPerMeeting is %d; it must be at least 1",
			APIFile, a.Limits.ParticipantsPerMeeting)
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
