//go:build live

package live_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"gopkg.in/yaml.v3"

	"github.com/gomeet/infra/internal/live"
	"github.com/gomeet/infra/manifests"
)

// Traefik drops a top-level key it does not know, and stops on one below. A stop for
// a key below each of ours shows that it knows ours.
func TestTraefikKnowsEveryStaticKey(t *testing.T) {
	static, err := edgeConfig(t).RenderStatic()
	require.NoError(t, err)
	var keys map[string]map[string]any
	require.NoError(t, yaml.Unmarshal([]byte(static), &keys))
	for key, section := range keys {
		t.Run(key, func(t *testing.T) {
			if key == "entryPoints" {
				section = section["web"].(map[string]any)
			}
			section["unknown"] = "x"
			defer delete(section, "unknown")
			text, err := yaml.Marshal(keys)
			require.NoError(t, err)
			require.Contains(t, startTraefik(t, string(text)).Refused(), "field not found, node: unknown")
		})
	}
}

func TestTraefikReportsAnUnknownDynamicKey(t *testing.T) {
	config := edgeConfig(t)
	dynamic, err := config.RenderDynamic()
	require.NoError(t, err)
	live.Write(t, filepath.Join(config.DynamicDir, manifests.TraefikDynamicFile), dynamic+"udp:\n  listeners: {}\n")
	static, err := config.RenderStatic()
	require.NoError(t, err)
	server := startTraefik(t, static)
	server.Until("reporting the key", func() error {
		if !strings.Contains(server.Log(), "field not found, node: listeners") {
			return fmt.Errorf("nothing in the log")
		}
		return nil
	})
}
