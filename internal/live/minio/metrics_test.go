//go:build live

package minio_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomeet/infra/internal/live/metrics"
	"github.com/gomeet/infra/manifests"
)

// What rules and panels ask of the store is what its servers serve, and counts the servers
// that are lost. A server counts anew once a minute.
func TestStoreCountsItsDrives(t *testing.T) {
	s := newStore(t)
	s.setup()
	online := func(drives int) {
		t.Helper()
		require.Eventually(t, func() bool {
			scrape := s.scrape(0)
			return strings.Contains(scrape, fmt.Sprintf("\nminio_cluster_health_drives_online_count %d\n", drives)) &&
				strings.Contains(scrape, fmt.Sprintf("\nminio_cluster_erasure_set_online_drives_count{pool_id=\"0\",set_id=\"0\"} %d\n", drives))
		}, wait, tick, "%d drives are online", drives)
	}
	online(nodes)
	scrape := s.scrape(0)
	metrics.Compare(t, "minio", scrape)
	require.Contains(t, scrape, fmt.Sprintf("\nminio_cluster_erasure_set_overall_write_quorum %d\n", s.config.WriteQuorum()))

	s.server[3].Kill()
	online(nodes - 1)
	s.server[2].Kill()
	online(nodes - 2)
	require.NotContains(t, s.scrape(0), "minio_cluster_erasure_set_write_health", "what is zero is left out: no rule may wait for it")
}

// scrape is what Prometheus gets of a server.
func (s *store) scrape(server int) string {
	s.t.Helper()
	resp, err := s.prober().Get(fmt.Sprintf("https://%s:%d%s", s.host(server), manifests.MinIOPort, manifests.MinIOMetricsPath))
	if err != nil {
		return err.Error()
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	require.NoError(s.t, err)
	require.Equal(s.t, http.StatusOK, resp.StatusCode, string(text))
	return string(text)
}
