package engine_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomeet/infra/internal/engine"
)

// FuzzPreview reads what may be a preview: it is refused, or everything that is asked of it
// has an answer, and its compact form reads the same.
func FuzzPreview(f *testing.F) {
	seed(f, "preview.json")
	f.Fuzz(func(t *testing.T, text []byte) {
		p, err := engine.ReadPreview(bytes.NewReader(text))
		if err != nil {
			require.ErrorIs(t, err, engine.ErrNoPreview)
			return
		}
		_, _, _, _ = p.Complete(), p.Renamed(), p.Outputs(), p.Stack()
		for _, r := range append(p.Before(), p.After()...) {
			_ = r.ProviderName()
		}
		small, err := engine.Compact(text)
		require.NoError(t, err)
		again, err := engine.ReadPreview(bytes.NewReader(small))
		require.NoError(t, err, "%s", small)
		require.Len(t, again.Steps, len(p.Steps))
	})
}

// FuzzState reads what may be a state.
func FuzzState(f *testing.F) {
	seed(f, "state.json")
	f.Fuzz(func(t *testing.T, text []byte) {
		resources, err := engine.ReadState(bytes.NewReader(text))
		if err != nil {
			require.ErrorIs(t, err, engine.ErrNoState)
			return
		}
		for _, r := range resources {
			_ = r.ProviderName()
		}
		_ = engine.Outputs(resources)
	})
}

// seed adds a file of testdata, and values that the engine marks in a way of its own:
// unknown ones, secrets, assets, outputs and references to resources.
func seed(f *testing.F, name string) {
	f.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", name))
	require.NoError(f, err)
	f.Add(text)
	for _, value := range []string{
		`"04da6b54-80e4-46f7-96ec-b56ff0331ba9"`, `"[secret]"`, `{"4dabf18193072939515e22adb298388d":"1b47061264138c4ac30d75fd1eb44270"}`,
		`{"4dabf18193072939515e22adb298388d":"c44067f5952c0a294b673a41bacd8c17"}`, `{"4dabf18193072939515e22adb298388d":"0def7320c3a5731c473e5ecbe6d01bc7"}`,
		`{"4dabf18193072939515e22adb298388d":"5cf8f73096256a8f31e491e813e4eb8e"}`, `{"4dabf18193072939515e22adb298388d":"d0e6a833031e9bbcd3f4e8bde6ca49a4"}`,
		`{"4dabf18193072939515e22adb298388d":1}`, `1e308`, `null`, `[[]]`,
	} {
		const urn = `"urn":"urn:pulumi:dev::gomeet::digitalocean:index/vpc:Vpc::v","type":"digitalocean:index/vpc:Vpc","custom":true`
		resource := `{` + urn + `,"inputs":{"it":` + value + `},"outputs":{"it":` + value + `}}`
		f.Add([]byte(`{"changeSummary":{"same":1},"steps":[{"op":"same",` + urn + `,"oldState":` + resource + `,"newState":` + resource + `}]}`))
		f.Add([]byte(`{"version":3,"deployment":{"manifest":{},"resources":[` + resource + `]}}`))
	}
}
