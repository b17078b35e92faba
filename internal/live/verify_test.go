//go:build live

package live_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"flag"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"github.com/livekit/protocol/livekit"
	lksdk "github.com/livekit/server-sdk-go/v2"
	"github.com/stretchr/testify/require"
	"gopkg.in/yaml.v3"

	"github.com/gomeet/infra/internal/live"
	"github.com/gomeet/infra/internal/tunnel"
	"github.com/gomeet/infra/internal/tunnel/tunneltest"
	"github.com/gomeet/infra/internal/verify"
	"github.com/gomeet/infra/manifests"
)

var rewriteReport = flag.Bool("rewrite-report", false, "write the report that docs/verify.md shows")

// deployment is a site of real daemons on their rendered configuration, with stand-ins for
// what cannot run here: the API, a recorder, the Kubernetes API that tunnels go through.
type deployment struct {
	verify.Deployment
	options  verify.Options
	liveKit  *live.Process
	recorder *recorder
	roomAPI  string
	// health is the API's answer, backup the moment of the newest backup.
	health, backup atomic.Int64
}

type records map[string]string

func (r records) LookupHost(_ context.Context, host string) ([]string, error) {
	return []string{r[host]}, nil
}

func startDeployment(t *testing.T) *deployment {
	t.Helper()
	d := &deployment{}
	d.health.Store(http.StatusOK)
	d.backup.Store(time.Now().Unix())
	store := live.StartRedis(t)
	l := liveKitConfig(t, store)
	d.liveKit = startLiveKit(t, store, render(t, l))
	untilHealthy(d.liveKit, l)
	d.recorder = startRecorder(t, store)
	api := httptest.NewServer(http.HandlerFunc(d.api))
	t.Cleanup(api.CloseClientConnections)

	config := edgeConfig(t)
	for i, route := range config.Routes {
		switch route.Name {
		case "livekit":
			config.Routes[i].Backend = "http://" + live.Address(l.Port)
		case "health", "health-websocket", "signalling":
			config.Routes[i].Backend = api.URL
		}
	}
	e := startEdge(t, config)
	prometheus := d.startPrometheus(t, map[string]string{
		"api": api.Listener.Addr().String(), "livekit": live.Address(l.Prometheus.Port), "traefik": live.Address(e.Ports.Metrics),
	})

	cluster, err := tunnel.New((&tunneltest.Cluster{
		Ports:   map[string]string{"media/livekit:7880": live.Address(l.Port), "monitoring/prometheus:9090": prometheus},
		Secrets: map[string]map[string][]byte{"media/livekit": {"keys.yaml": []byte(liveKitKey + ": " + liveKitSecret)}},
	}).Start(t))
	require.NoError(t, err)
	t.Cleanup(cluster.Close)
	d.roomAPI = "http://" + live.Address(l.Port)

	names := records{apiHost: "203.0.113.20", webSocketHost: "203.0.113.21", liveKitHost: "203.0.113.21"}
	d.Deployment = verify.Deployment{
		Stack: "live", Zone: "gomeet.example", NameServers: []string{"ns1.digitalocean.com"}, MeetingSize: 500,
		LiveKitKey: liveKitKey, Bucket: d.recorder.bucket,
		Sites: []verify.Site{{
			Name: "here", Names: names, API: []string{apiHost}, WebSocket: []string{webSocketHost}, LiveKit: []string{liveKitHost},
			SFU: true, Recorders: true, Monitoring: true, Inside: cluster,
			// As many as run here.
			Jobs: []string{"api", "livekit", "traefik"}, Backups: slices.Concat(manifests.PostgresBackups, manifests.RedisBackups), Drill: true,
		}},
	}
	o := verify.DefaultOptions()
	o.Resolver = names
	o.NameServers = func(context.Context, string) ([]string, error) { return []string{"ns1.digitalocean.com."}, nil }
	o.Via.TLS = &tls.Config{RootCAs: e.trust}
	o.Via.Dial = asBalancer(e)
	o.APIToken = "token-of-a-participant"
	o.RecordTime = time.Second
	d.options = o
	return d
}

// asBalancer connects to names as their load balancers do for a client.
func asBalancer(e *edge) func(context.Context, string, string) (net.Conn, error) {
	to := map[string]string{}
	for host, port := range map[string]int{apiHost: e.Ports.WebSecure, webSocketHost: e.Ports.WebSocket, liveKitHost: e.Ports.WebSocket} {
		to[host+":443"], to[host+":80"] = live.Address(port), live.Address(e.Ports.Web)
	}
	dial := verify.Redirect(to)
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := dial(ctx, network, address)
		if err == nil && to[address] != "" {
			_, err = fmt.Fprintf(conn, "PROXY TCP4 %s 10.10.0.2 40000 443\r\n", client)
		}
		return conn, err
	}
}

// api stands in for the API, its metrics, and those that jobs push.
func (d *deployment) api(w http.ResponseWriter, r *http.Request) {
	switch {
	case r.URL.Path == manifests.HealthPath:
		w.WriteHeader(int(d.health.Load()))
	case r.URL.Path == "/metrics":
		n := time.Now().Unix()
		fmt.Fprintf(w, "gomeet_api_request_duration_seconds_bucket{route=\"/v1/meetings\",le=\"0.05\"} %d\ngomeet_api_request_duration_seconds_bucket{route=\"/v1/meetings\",le=\"+Inf\"} %[1]d\n", n)
		for name, le := range map[string]string{"gomeet_api_db_query_duration_seconds": "0.01", "gomeet_api_redis_command_duration_seconds": "0.001"} {
			fmt.Fprintf(w, "%s_bucket{le=%q} %d\n%[1]s_bucket{le=\"+Inf\"} %[3]d\n%[1]s_count %[3]d\n", name, le, n)
		}
		for _, b := range slices.Concat(manifests.PostgresBackups, manifests.RedisBackups) {
			fmt.Fprintf(w, "gomeet_backup_success_timestamp_seconds{system=%q,kind=%q} %d\n", b.System, b.Kind, d.backup.Load())
		}
		fmt.Fprintf(w, "gomeet_restore_drill_success{system=\"postgresql\"} 1\ngomeet_restore_drill_timestamp_seconds{system=\"postgresql\"} %d\n", n)
	case websocket.IsWebSocketUpgrade(r) && strings.HasPrefix(r.Header.Get("Authorization"), "Bearer "):
		conn, err := (&websocket.Upgrader{}).Upgrade(w, r, nil)
		if err != nil {
			return
		}
		defer conn.Close()
		_, _, _ = conn.ReadMessage()
	default:
		w.WriteHeader(http.StatusUnauthorized)
	}
}

// startPrometheus starts the real one on the rendered rules, with targets of this machine.
func (d *deployment) startPrometheus(t *testing.T, targets map[string]string) (address string) {
	t.Helper()
	folder := t.TempDir()
	limits := manifests.Limits{Drill: true, Backups: slices.Concat(manifests.PostgresBackups, manifests.RedisBackups)}
	var scrapes []any
	for job, target := range targets {
		limits.Jobs = append(limits.Jobs, job)
		scrapes = append(scrapes, map[string]any{"job_name": job, "static_configs": []any{map[string]any{"targets": []string{target}}}})
	}
	for _, file := range manifests.Rules(limits) {
		text, err := file.Render()
		require.NoError(t, err)
		live.Write(t, filepath.Join(folder, file.File()), text)
	}
	text, err := yaml.Marshal(map[string]any{
		"global":     map[string]any{"scrape_interval": "1s", "scrape_timeout": "1s", "evaluation_interval": "1s"},
		"rule_files": []string{folder + "/*.yml"}, "scrape_configs": scrapes,
	})
	require.NoError(t, err)
	config := filepath.Join(folder, "prometheus.yaml")
	live.Write(t, config, string(text))
	address = live.Address(live.Ports(t, 1)[0])
	server := live.Start(t, nil, live.Tool(t, "prometheus"), "--config.file="+config, "--storage.tsdb.path="+filepath.Join(folder, "data"), "--web.listen-address="+address)
	server.Until("having rates and limits", func() error {
		text, err := live.Get("http://" + address + "/api/v1/query?query=count(rate(gomeet_api_db_query_duration_seconds_count[1m]))*count(gomeet:backup_age_limit_seconds)*count(gomeet:expected_job)")
		if err == nil && strings.Contains(text, `"result":[]`) {
			err = fmt.Errorf("nothing yet: %s", text)
		}
		return err
	})
	return address
}

// verify runs it and returns the report with what failed and what could not be measured.
func (d *deployment) verify(t *testing.T, o verify.Options) (r *verify.Report, failed, unknown []string) {
	t.Helper()
	r, err := verify.Run(t.Context(), d.Deployment, o)
	require.NoError(t, err)
	for _, result := range r.Results {
		t.Logf("%-12s %-8s %s %s", result.Check, result.State, result.Measured, result.Reason)
		switch result.State {
		case verify.Fail:
			failed = append(failed, result.Check)
		case verify.Unknown:
			unknown = append(unknown, result.Check)
		}
	}
	text, err := json.Marshal(r)
	require.NoError(t, err)
	require.NotContains(t, string(text), liveKitSecret)
	require.NotContains(t, string(text), o.APIToken)
	return r, failed, unknown
}

// rooms are those of LiveKit.
func (d *deployment) rooms(t *testing.T) (names []string) {
	t.Helper()
	list, err := lksdk.NewRoomServiceClient(d.roomAPI, liveKitKey, liveKitSecret).ListRooms(t.Context(), &livekit.ListRoomsRequest{})
	require.NoError(t, err)
	for _, room := range list.Rooms {
		names = append(names, room.Name)
	}
	return names
}

// Fifty people in one room over UDP, TCP and TURN, through the edge that is deployed.
func TestVerify(t *testing.T) {
	d := startDeployment(t)
	fifty := d.options
	// All fifty and the SFU are on this machine: one of them is seen, so that what is
	// measured is the way and not the machine.
	fifty.Meeting.Participants, fifty.Meeting.Publishers, fifty.Meeting.BitsPerSecond, fifty.Meeting.Duration = 50, 1, 100_000, 5*time.Second
	r, _, _ := d.verify(t, fifty)
	// Whoever else is busy on this machine delays frames or has LiveKit pause videos: then
	// that meeting is held again.
	for i, result := range r.Results {
		for range 4 {
			if result.State != verify.Fail || !strings.HasPrefix(result.Check, "media-") {
				break
			}
			fifty.Only = []string{result.Check}
			again, _, _ := d.verify(t, fifty)
			result = again.Results[i]
			r.Results[i] = result
		}
	}
	for _, result := range r.Results {
		require.Equal(t, verify.Pass, result.State, "%+v", result)
	}
	require.Equal(t, verify.ExitPass, r.ExitCode())
	require.Empty(t, r.Unmeasured(), "performance targets of the design")
	require.Empty(t, d.rooms(t))
	require.Empty(t, d.recorder.left())
	if *rewriteReport {
		r.Began = r.Began.Truncate(time.Minute)
		text, err := json.MarshalIndent(r, "", "  ")
		require.NoError(t, err)
		require.NoError(t, os.WriteFile("../../cmd/gomeet/testdata/verify.json", append(text, '\n'), 0o644))
	}
}

// One thing at a time is broken, and that is what is reported.
func TestVerifyFindsWhatIsBroken(t *testing.T) {
	d := startDeployment(t)
	quick := d.options
	quick.Requests, quick.Connections = 5, 5
	quick.Meeting.Participants, quick.Meeting.Publishers, quick.Meeting.Duration, quick.Meeting.JoinTime = 2, 1, time.Second, 20*time.Second
	fails := func(o verify.Options, want ...string) {
		t.Helper()
		r, failed, unknown := d.verify(t, o)
		require.Equal(t, want, failed)
		require.Empty(t, unknown)
		require.Equal(t, verify.ExitFail, r.ExitCode())
	}
	t.Run("ctrl-C leaves nothing behind", func(t *testing.T) {
		for _, check := range []string{"media-udp", "recording"} {
			long := quick
			long.Only, long.Meeting.Duration, long.RecordTime = []string{check}, time.Hour, time.Hour
			ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
			defer cancel()
			r, err := verify.Run(ctx, d.Deployment, long)
			require.NoError(t, err)
			require.Equal(t, verify.ExitUnknown, r.ExitCode())
			require.Empty(t, d.rooms(t), check)
			require.Empty(t, d.recorder.left(), check)
		}
	})
	t.Run("an authority nobody knows", func(t *testing.T) {
		other := quick
		other.Only = []string{"dns", "tls", "redirect", "metrics"}
		other.Via.TLS = &tls.Config{RootCAs: x509.NewCertPool()}
		fails(other, "tls")
	})
	t.Run("an API that is ill", func(t *testing.T) {
		d.health.Store(http.StatusInternalServerError)
		defer d.health.Store(http.StatusOK)
		fails(quick, "health", "api-latency")
	})
	t.Run("a stale backup", func(t *testing.T) {
		d.backup.Store(time.Now().Add(-27 * time.Hour).Unix())
		time.Sleep(3 * time.Second) // Two scrapes.
		fails(quick, "backups")
		d.backup.Store(time.Now().Unix())
		time.Sleep(3 * time.Second)
	})
	t.Run("no recorder", func(t *testing.T) {
		d.recorder.server.Kill()
		fails(quick, "recording")
	})
	t.Run("LiveKit is gone", func(t *testing.T) {
		d.liveKit.Signal(os.Kill)
		require.Error(t, d.liveKit.Ended())
		time.Sleep(3 * time.Second)
		fails(quick, "signalling", "media-udp", "media-tcp", "media-turn", "recording", "metrics")
	})
}
