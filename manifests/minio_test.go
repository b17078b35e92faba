package manifests_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomeet/infra/manifests"
)

func TestMinIODesign(t *testing.T) {
	m := manifests.DefaultMinIO(4)
	args, err := m.Args()
	require.NoError(t, err)
	require.Equal(t, []string{
		"minio", "server", "--certs-dir", "/run/secrets/minio", "--address", ":9000",
		"https://minio-{0...3}.data.svc.cluster.local:9000/data",
	}, args)
	require.Equal(t, "EC:2", m.Env()["MINIO_STORAGE_CLASS_STANDARD"])
	require.NotContains(t, m.Env(), manifests.MinIORootPasswordEnv)
}

// One server is enough for a developer, and has nothing to code over.
func TestMinIOAlone(t *testing.T) {
	m := manifests.DefaultMinIO(1)
	args, err := m.Args()
	require.NoError(t, err)
	require.Equal(t, "/data", args[len(args)-1])
	require.NotContains(t, m.Env(), "MINIO_STORAGE_CLASS_STANDARD")
}

func TestMinIOParity(t *testing.T) {
	for nodes, parity := range map[int]int{1: 0, 4: 2, 5: 2, 6: 3, 8: 4, 16: 4} {
		require.Equal(t, parity, manifests.DefaultMinIO(nodes).Parity(), "%d nodes", nodes)
	}
}

// As MinIO counts it: no two halves may write apart.
func TestMinIOWriteQuorum(t *testing.T) {
	for nodes, quorum := range map[int]int{1: 1, 4: 3, 5: 3, 6: 4, 8: 5, 16: 12} {
		require.Equal(t, quorum, manifests.DefaultMinIO(nodes).WriteQuorum(), "%d nodes", nodes)
	}
}

func TestMinIORefuses(t *testing.T) {
	for _, nodes := range []int{0, 2, 3, 17} {
		_, err := manifests.DefaultMinIO(nodes).Args()
		require.ErrorContains(t, err, "pools.minio.count is ")
		require.ErrorContains(t, err, "it must be 1, or 4 to 16")
	}
	m := manifests.DefaultMinIO(4)
	m.DataDir, m.CertsDir = "data", ""
	_, err := m.Args()
	require.ErrorContains(t, err, `data directory is "data"`)
	require.ErrorContains(t, err, `certs-dir is ""`)
}
