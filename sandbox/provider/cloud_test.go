package provider_test

import (
	"net/http/httptest"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomeet/infra/sandbox/api"
	"github.com/gomeet/infra/sandbox/kube/kubetest"
	"github.com/gomeet/infra/sandbox/provider"
	"github.com/gomeet/infra/sandbox/spaces"
	"github.com/gomeet/infra/sandbox/store"
)

const (
	token          = "sandbox-token"
	accessID       = "SANDBOXKEY"
	spacesSecret   = "sandbox-secret"
	pollForTesting = 10 * time.Millisecond
)

// cloud is a sandbox without real control planes.
type cloud struct {
	planes        *kubetest.Fake
	api, spaces   string // endpoints
	apiConfig     provider.Config
	configuration object
}

func newCloud(t *testing.T) cloud {
	t.Helper()
	dir := t.TempDir()
	st, err := store.Open(filepath.Join(dir, "cloud.db"))
	require.NoError(t, err)
	c := cloud{planes: &kubetest.Fake{}}
	do, err := api.New(api.Config{Store: st, Planes: c.planes, Poll: pollForTesting})
	require.NoError(t, err)
	require.NoError(t, do.Start())
	buckets, closer, err := spaces.New(spaces.Config{Dir: dir, Keys: spaces.FullAccess(accessID, spacesSecret)})
	require.NoError(t, err)
	front, bucketFront := httptest.NewServer(do), httptest.NewServer(buckets)
	t.Cleanup(func() {
		front.Close()
		bucketFront.Close()
		require.NoError(t, do.Close())
		require.NoError(t, closer.Close())
		require.NoError(t, st.Close())
	})
	c.api, c.spaces = front.URL, bucketFront.URL
	c.apiConfig = provider.Config{DefaultEndpoint: c.api, Token: token}
	c.configuration = object{
		"token": token, "apiEndpoint": c.api,
		"spacesEndpoint": c.spaces, "spacesAccessId": accessID, "spacesSecretKey": spacesSecret,
	}
	return c
}
