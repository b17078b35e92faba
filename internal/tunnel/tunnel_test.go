package tunnel_test

import (
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomeet/infra/internal/tunnel"
	"github.com/gomeet/infra/internal/tunnel/tunneltest"
)

func open(t *testing.T, c *tunneltest.Cluster) *tunnel.Cluster {
	t.Helper()
	cluster, err := tunnel.New(c.Start(t))
	require.NoError(t, err)
	t.Cleanup(cluster.Close)
	return cluster
}

func TestForward(t *testing.T) {
	pod := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		// What a program says of itself reaches it, as it would not by the service proxy.
		_, _ = io.WriteString(w, "hello "+r.Header.Get("Authorization"))
	}))
	defer pod.Close()
	cluster := open(t, &tunneltest.Cluster{Ports: map[string]string{"media/livekit:7880": pod.Listener.Addr().String()}})
	address, err := cluster.Forward(t.Context(), "media", "livekit", 7880)
	require.NoError(t, err)
	host, _, err := net.SplitHostPort(address)
	require.NoError(t, err)
	require.Equal(t, "127.0.0.1", host)
	for range 3 {
		request, err := http.NewRequest(http.MethodGet, "http://"+address, nil)
		require.NoError(t, err)
		request.Header.Set("Authorization", "me")
		response, err := http.DefaultClient.Do(request)
		require.NoError(t, err)
		text, err := io.ReadAll(response.Body)
		require.NoError(t, err)
		require.NoError(t, response.Body.Close())
		require.Equal(t, "hello me", string(text))
	}
	http.DefaultClient.CloseIdleConnections()
	cluster.Close()
	_, err = net.DialTimeout("tcp", address, time.Second)
	require.Error(t, err, "nothing listens after the end")
}

func TestForwardSaysWhy(t *testing.T) {
	cluster := open(t, &tunneltest.Cluster{Ports: map[string]string{"media/livekit:7880": "127.0.0.1:1"}, Unready: map[string]bool{"media/livekit": true}})
	_, err := cluster.Forward(t.Context(), "media", "livekit", 7880)
	require.EqualError(t, err, "no pod of media/livekit is ready (1 exist)")
	_, err = cluster.Forward(t.Context(), "monitoring", "prometheus", 9090)
	require.EqualError(t, err, "no pod of monitoring/prometheus is ready (0 exist)")
	_, err = tunnel.New([]byte("users: [{secret}]"))
	require.ErrorContains(t, err, "cannot be read")
	require.NotContains(t, err.Error(), "secret")
}

func TestSecret(t *testing.T) {
	cluster := open(t, &tunneltest.Cluster{Secrets: map[string]map[string][]byte{"media/livekit": {"keys.yaml": []byte("a: b")}}})
	data, err := cluster.Secret(t.Context(), "media", "livekit")
	require.NoError(t, err)
	require.Equal(t, "a: b", string(data["keys.yaml"]))
	_, err = cluster.Secret(t.Context(), "media", "other")
	require.ErrorContains(t, err, "reading Secret media/other")
}
