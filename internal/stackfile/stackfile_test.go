package stackfile_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomeet/infra/internal/stackfile"
)

func write(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	return path
}

func TestSyncKeepsSecretsAndTakesPlainValues(t *testing.T) {
	from := write(t, "Pulumi.dev.yaml", `
config:
  gomeet:meetings: 2
  gomeet:sites: [{name: singapore}]
  gomeet:other: {secure: encrypted-for-somebody-else}
`)
	into := write(t, "Pulumi.dev.yaml", `
encryptionsalt: v1:salt
config:
  gomeet:meetings: 1
  gomeet:gone: true
  gomeet:stackId: 0123abcd
  gomeet:apiSigningKey: {secure: v1:ours}
`)
	require.NoError(t, stackfile.Sync(from, into, "gomeet:stackId"))

	file, err := stackfile.Read(into)
	require.NoError(t, err)
	require.Equal(t, "v1:salt", file.Rest["encryptionsalt"])
	require.Equal(t, map[string]any{
		"gomeet:meetings":      2,
		"gomeet:sites":         []any{map[string]any{"name": "singapore"}},
		"gomeet:stackId":       "0123abcd",
		"gomeet:apiSigningKey": map[string]any{"secure": "v1:ours"},
	}, file.Config)
}

func TestSyncMakesTheFileAndLeavesItAloneWhenEqual(t *testing.T) {
	from := write(t, "Pulumi.dev.yaml", "config:\n  gomeet:meetings: 2\n")
	into := filepath.Join(t.TempDir(), "config", "Pulumi.dev.yaml")
	require.NoError(t, stackfile.Sync(from, into))
	before, err := os.Stat(into)
	require.NoError(t, err)
	require.NoError(t, stackfile.Sync(from, into))
	after, err := os.Stat(into)
	require.NoError(t, err)
	require.Equal(t, before.ModTime(), after.ModTime())
}

func TestSyncNamesAMissingStackFile(t *testing.T) {
	err := stackfile.Sync(filepath.Join(t.TempDir(), "Pulumi.nosuch.yaml"), filepath.Join(t.TempDir(), "x"))
	require.ErrorContains(t, err, "Pulumi.nosuch.yaml")
}

func TestMissing(t *testing.T) {
	path := write(t, "Pulumi.dev.yaml", "config:\n  a:b: {secure: x}\n")
	missing, err := stackfile.Missing(path, []string{"a:b", "a:c"})
	require.NoError(t, err)
	require.Equal(t, []string{"a:c"}, missing)

	missing, err = stackfile.Missing(filepath.Join(t.TempDir(), "none.yaml"), []string{"a:b"})
	require.NoError(t, err)
	require.Equal(t, []string{"a:b"}, missing)
}

func TestReadNamesABrokenFile(t *testing.T) {
	path := write(t, "Pulumi.dev.yaml", "config: [")
	_, err := stackfile.Read(path)
	require.ErrorContains(t, err, path)
}

func TestPlainRendersWhatTheEngineHandsOver(t *testing.T) {
	path := write(t, "Pulumi.dev.yaml", `
config:
  p:text: hello
  p:number: 3
  p:flag: true
  p:list: [{name: a}]
  p:secret: {secure: x}
`)
	file, err := stackfile.Read(path)
	require.NoError(t, err)
	plain, err := file.Plain()
	require.NoError(t, err)
	require.Equal(t, map[string]string{
		"p:text": "hello", "p:number": "3", "p:flag": "true", "p:list": `[{"name":"a"}]`,
	}, plain)
}
