package e2e_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/stretchr/testify/require"
)

// secret notes a text that must not be seen, as it is and in base 64.
func (c *campaign) secret(name, text string) {
	const short = 16 // a shorter text may be somewhere by accident
	if len(text) >= short {
		c.secrets[text] = name
		c.secrets[strings.TrimRight(base64.StdEncoding.EncodeToString([]byte(text)), "=")] = name + " in base 64"
	}
}

// readConfiguredSecrets notes the stack's secrets: whole, and of private keys each line.
// Certificates are public.
func (c *campaign) readConfiguredSecrets() {
	c.t.Helper()
	var config map[string]struct {
		Value  string `json:"value"`
		Secret bool   `json:"secret"`
	}
	require.NoError(c.t, json.Unmarshal([]byte(c.must("pulumi config --json --show-secrets --stack "+c.stack)), &config))
	keys := 0
	for name, v := range config {
		if !v.Secret {
			continue
		}
		if !strings.Contains(v.Value, "-----BEGIN") {
			c.secret(name, strings.TrimSpace(v.Value))
			continue
		}
		for block, rest := pem.Decode([]byte(v.Value)); block != nil; block, rest = pem.Decode(rest) {
			if !strings.Contains(block.Type, "PRIVATE KEY") {
				continue
			}
			keys++
			for line := range strings.Lines(string(pem.EncodeToMemory(block))) {
				if !strings.HasPrefix(line, "-----") {
					c.secret("a key of "+name, strings.TrimSpace(line))
				}
			}
		}
	}
	require.GreaterOrEqual(c.t, len(c.secrets), 20)
	require.GreaterOrEqual(c.t, keys, 3, "the keys of edgeTLS, dataTLS and metricsTLS")
	c.secret("the sandbox's Spaces key", "sandbox-spaces-secret")
}

// noteSecrets notes the secrets that the cloud gives: tokens of kubeconfigs and Spaces keys.
func (c *campaign) noteSecrets(r stated) {
	c.t.Helper()
	switch {
	case strings.HasSuffix(r.Type, ":KubernetesCluster"):
		for _, config := range inClear(c, r.Outputs["kubeConfigs"]).([]any) {
			token, _ := config.(map[string]any)["token"].(string)
			require.NotEmpty(c.t, token, r.URN)
			c.secret("a cluster's token", token)
		}
	case strings.HasSuffix(r.Type, ":SpacesKey"):
		key, _ := inClear(c, r.Outputs["secretKey"]).(string)
		require.NotEmpty(c.t, key, r.URN)
		c.secret("a Spaces key", key)
	}
}

// inClear returns the value of a secret in an export with --show-secrets. What is no secret
// fails the case: it is in clear in the state.
func inClear(c *campaign, value any) (plain any) {
	c.t.Helper()
	object, _ := value.(map[string]any)
	text, ok := object["plaintext"].(string)
	require.True(c.t, ok, "a secret output is not encrypted")
	require.NoError(c.t, json.Unmarshal([]byte(text), &plain))
	return plain
}

// noSecrets looks for the secrets in what was printed, logged and kept since the last look.
func (c *campaign) noSecrets() {
	c.t.Helper()
	now := time.Now()
	c.clean("the output", []byte(c.said()))
	for _, name := range []string{"sandbox.log", "requests.jsonl", "state", "tmp", "clusters"} {
		require.NoError(c.t, filepath.WalkDir(filepath.Join(c.w.dir, name), func(path string, entry fs.DirEntry, err error) error {
			if os.IsNotExist(err) {
				return nil // it went while we looked
			}
			if err != nil || !entry.Type().IsRegular() || name == "clusters" && filepath.Ext(path) != ".log" {
				return err
			}
			info, err := entry.Info()
			// The Kubernetes provider leaves each kubeconfig in a temporary file
			// (writeKubeconfigToFile), for its owner alone.
			private := name == "tmp" && err == nil && info.Mode().Perm()&0o077 == 0
			if err != nil || private || info.ModTime().Before(c.seen) {
				return nil
			}
			text, err := os.ReadFile(path)
			if err == nil {
				c.clean(path, text)
			}
			return nil
		}))
	}
	c.seen = now
}

func (c *campaign) clean(where string, text []byte) {
	c.t.Helper()
	for secret, name := range c.secrets {
		require.False(c.t, bytes.Contains(text, []byte(secret)), "%s is in %s", name, where)
	}
}
