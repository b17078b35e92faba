package recovery_test

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomeet/infra/internal/recovery"
)

// Only what was cut off goes, and only of the stack that is recovered.
func TestMend(t *testing.T) {
	backend := t.TempDir()
	path := func(name string) string { return filepath.Join(backend, ".pulumi", filepath.FromSlash(name)) }
	for name, text := range map[string]string{
		"stacks/gomeet/dev.json": "{}", "stacks/gomeet/dev.json.attrs": "", "stacks/gomeet/dev.json.bak": "{}",
		"stacks/gomeet/dev.json.bak.attrs":      `{"user.content_type":"text/plain"}`,
		"stacks/gomeet/prod.json.attrs":         "",
		"history/gomeet/dev/dev-1.history.json": "", "history/gomeet/dev/dev-1.history.json.attrs": `{"user`,
		"locks/organization/gomeet/dev/1.json": "", "locks/organization/gomeet/dev/1.json.attrs": "",
	} {
		require.NoError(t, os.MkdirAll(filepath.Dir(path(name)), 0o700))
		require.NoError(t, os.WriteFile(path(name), []byte(text), 0o600))
	}
	mended, err := recovery.Mend("file://"+backend, "gomeet", "dev")
	require.NoError(t, err)
	want := []string{
		path("history/gomeet/dev/dev-1.history.json.attrs"), path("locks/organization/gomeet/dev/1.json.attrs"),
		path("stacks/gomeet/dev.json.attrs"),
	}
	slices.Sort(mended)
	require.Equal(t, want, mended)
	for _, name := range want {
		require.NoFileExists(t, name)
	}
	require.FileExists(t, path("stacks/gomeet/dev.json"))
	require.FileExists(t, path("stacks/gomeet/prod.json.attrs"))

	again, err := recovery.Mend("file://"+backend, "gomeet", "dev")
	require.NoError(t, err)
	require.Empty(t, again)
	for _, other := range []string{"file://" + t.TempDir(), "s3://state"} {
		none, err := recovery.Mend(other, "gomeet", "dev")
		require.NoError(t, err)
		require.Empty(t, none)
	}
}
