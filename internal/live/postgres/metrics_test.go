//go:build live

package postgres_test

import (
	"fmt"
	"io"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomeet/infra/internal/live/metrics"
)

// What rules ask of Patroni is what its members serve, the primary and the others.
func TestPatronisListOfMetricsIsTrue(t *testing.T) {
	c := newCluster(t, 2)
	client := http.Client{Timeout: 5 * time.Second, Transport: &http.Transport{TLSClientConfig: c.tls(c.host)}}
	for _, m := range c.members {
		response, err := client.Get(fmt.Sprintf("https://%s:%d/metrics", c.host, m.rest))
		require.NoError(t, err)
		text, err := io.ReadAll(response.Body)
		require.NoError(t, err)
		require.NoError(t, response.Body.Close())
		metrics.Compare(t, "patroni", string(text))
	}
}
