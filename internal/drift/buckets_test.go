package drift_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/stretchr/testify/require"

	"github.com/gomeet/infra/internal/drift"
	"github.com/gomeet/infra/internal/engine"
)

func TestOpenBuckets(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		require.Empty(t, r.Header.Get("Authorization"), "a key would be let in anywhere")
		w.WriteHeader(map[string]int{
			"/open": http.StatusOK, "/meant": http.StatusOK, "/closed": http.StatusForbidden, "/gone": http.StatusNotFound,
		}[r.URL.Path])
	}))
	defer server.Close()
	bucket := func(name, acl string) *engine.Resource {
		return &engine.Resource{
			Type: "digitalocean:index/spacesBucket:SpacesBucket", Name: "logical-" + name, ID: name,
			Outputs: resource.PropertyMap{"region": resource.NewProperty("sgp1"), "acl": resource.NewProperty(acl)},
		}
	}
	state := []*engine.Resource{bucket("closed", "private"), bucket("open", "private"), bucket("meant", "public-read"), bucket("gone", "private"), {ID: "x"}}
	found, err := drift.OpenBuckets(t.Context(), server.Client(), server.URL, state)
	require.NoError(t, err)
	require.Len(t, found, 1)
	require.Equal(t, "logical-open", found[0].Name)
	require.Equal(t, drift.World, found[0].Class)
	require.Equal(t, []drift.Change{{Path: "acl", Before: "private", After: "public-read"}}, found[0].Changes)
	require.Contains(t, found[0].Fix, "setacl --acl-private s3://open")

	ill := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadGateway) }))
	defer ill.Close()
	_, err = drift.OpenBuckets(t.Context(), ill.Client(), ill.URL, state)
	require.ErrorContains(t, err, "looking whether bucket closed is private: it answered 502")
}
