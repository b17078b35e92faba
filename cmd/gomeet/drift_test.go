package main

import (
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomeet/infra/internal/golden"
)

const savedDrift = "cmd/gomeet/testdata/drift.json"

// What the nightly workflow publishes and keeps.
func TestDriftFormats(t *testing.T) {
	out, err := run(t, "drift", "--report-file", savedDrift, "-o", "markdown")
	require.NoError(t, err)
	golden.Equal(t, "drift.md", out)
	out, err = run(t, "drift", "--report-file", savedDrift, "-o", "json")
	require.NoError(t, err)
	saved, err := os.ReadFile(filepath.Join("testdata", "drift.json"))
	require.NoError(t, err)
	require.JSONEq(t, string(saved), out)

	_, err = run(t, "drift", "--report-file", savedDrift, "-o", "poem")
	require.ErrorContains(t, err, `--output "poem"`)
	_, err = run(t, "drift", "--report-file", "README.md")
	require.ErrorContains(t, err, `it is not what "gomeet drift -o json" prints`)
}

// No request of drift can change the account, whatever a library would send.
func TestDriftOnlyReads(t *testing.T) {
	var sent []string
	transport := readOnly{roundTripper(func(request *http.Request) (*http.Response, error) {
		sent = append(sent, request.Method)
		return &http.Response{StatusCode: http.StatusOK}, nil
	})}
	for _, method := range []string{http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete} {
		request, err := http.NewRequest(method, "https://api.digitalocean.com/v2/vpcs", nil)
		require.NoError(t, err)
		_, err = transport.RoundTrip(request)
		require.Equal(t, method == http.MethodGet || method == http.MethodHead, err == nil, "%s: %v", method, err)
	}
	require.Equal(t, []string{http.MethodGet, http.MethodHead}, sent)
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(request *http.Request) (*http.Response, error) { return f(request) }
