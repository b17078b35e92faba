package verify

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"

	"github.com/gorilla/websocket"
	"github.com/livekit/protocol/livekit"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/proto"

	"github.com/gomeet/infra/manifests"
)

const (
	apiHost, webSocketHost, liveKitHost = "api.one.gomeet.test", "ws.one.gomeet.test", "rtc.one.gomeet.test"
	token                               = "token-of-a-participant"
	secret                              = "a-secret-of-a-test-of-32-characters-or-more"
)

// world is a deployment of one site, on this machine's loopback address, of which a test
// can break one thing.
type world struct {
	Deployment
	Options
	// The answers of its parts.
	health, plain, signalling, rtc http.HandlerFunc
	// metrics maps the beginning of a query to what Prometheus answers: labels and value.
	metrics map[string][]sample
	// made and deleted count rooms.
	made, deleted atomic.Int64
	// lookups are what DNS answers.
	lookups map[string][]string
	inside  *inside
}

type sample struct {
	labels map[string]string
	value  float64
}

type inside struct {
	ports map[string]string
	err   error
	data  map[string][]byte
}

func (i *inside) Forward(_ context.Context, namespace, app string, port int) (string, error) {
	if i.err != nil {
		return "", i.err
	}
	return i.ports[fmt.Sprintf("%s/%s:%d", namespace, app, port)], nil
}

func (i *inside) Secret(context.Context, string, string) (map[string][]byte, error) {
	return i.data, i.err
}

func (w *world) LookupHost(_ context.Context, host string) ([]string, error) {
	addresses, ok := w.lookups[host]
	if !ok {
		return nil, &net.DNSError{Err: "no such host", Name: host, IsNotFound: true}
	}
	return addresses, nil
}

// authority signs certificates of names.
type authority struct {
	certificate *x509.Certificate
	key         *ecdsa.PrivateKey
}

func newAuthority(t *testing.T) *authority {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(1000 * time.Hour),
		IsCA: true, BasicConstraintsValid: true}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	require.NoError(t, err)
	certificate, err := x509.ParseCertificate(der)
	require.NoError(t, err)
	return &authority{certificate, key}
}

func (a *authority) sign(t *testing.T, valid time.Duration, names ...string) tls.Certificate {
	t.Helper()
	template := &x509.Certificate{SerialNumber: big.NewInt(2), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(valid), DNSNames: names}
	der, err := x509.CreateCertificate(rand.Reader, template, a.certificate, a.key.Public(), a.key)
	require.NoError(t, err)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: a.key}
}

// newWorld is one in which everything is as it should be.
func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{lookups: map[string][]string{}, metrics: goodMetrics()}
	w.health = func(http.ResponseWriter, *http.Request) {}
	w.plain = func(rw http.ResponseWriter, r *http.Request) {
		http.Redirect(rw, r, "https://"+r.Host+r.URL.Path, http.StatusMovedPermanently)
	}
	w.signalling = func(rw http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer "+token {
			http.Error(rw, "who are you?", http.StatusUnauthorized)
			return
		}
		accept(rw, r, nil)
	}
	w.rtc = func(rw http.ResponseWriter, r *http.Request) {
		accept(rw, r, &livekit.SignalResponse{Message: &livekit.SignalResponse_Join{Join: &livekit.JoinResponse{}}})
	}
	trust := newAuthority(t)
	mux := http.NewServeMux()
	mux.HandleFunc("/health", func(rw http.ResponseWriter, r *http.Request) { w.health(rw, r) })
	mux.HandleFunc(webSocketHost+"/v1/signalling", func(rw http.ResponseWriter, r *http.Request) { w.signalling(rw, r) })
	mux.HandleFunc(liveKitHost+"/rtc", func(rw http.ResponseWriter, r *http.Request) { w.rtc(rw, r) })
	secure := httptest.NewUnstartedServer(mux)
	secure.TLS = &tls.Config{Certificates: []tls.Certificate{trust.sign(t, 900*time.Hour, apiHost, webSocketHost, liveKitHost)}}
	secure.EnableHTTP2 = true // As the edge does.
	secure.StartTLS()
	t.Cleanup(secure.Close)
	plain := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) { w.plain(rw, r) }))
	t.Cleanup(plain.Close)
	rooms := httptest.NewServer(http.HandlerFunc(w.roomAPI))
	t.Cleanup(rooms.Close)
	prometheus := httptest.NewServer(http.HandlerFunc(w.query))
	t.Cleanup(prometheus.Close)

	w.inside = &inside{ports: map[string]string{
		"media/livekit:7880": rooms.Listener.Addr().String(), "monitoring/prometheus:9090": prometheus.Listener.Addr().String(),
	}}
	w.Deployment = Deployment{
		Stack: "test", Zone: "gomeet.test", NameServers: []string{"ns1.cloud.test", "ns2.cloud.test"}, MeetingSize: 500,
		LiveKitKey: "gomeet", LiveKitSecret: secret,
		Sites: []Site{{
			Name: "one", Names: map[string]string{apiHost: "192.0.2.1", webSocketHost: "192.0.2.2", liveKitHost: "192.0.2.2"},
			API: []string{apiHost}, WebSocket: []string{webSocketHost}, LiveKit: []string{liveKitHost},
			SFU: true, Monitoring: true, Inside: w.inside,
			Jobs: []string{"api", "node"}, Backups: manifests.PostgresBackups[:1], Drill: true,
		}},
	}
	for name, address := range w.Sites[0].Names {
		w.lookups[name] = []string{address}
	}
	w.Options = DefaultOptions()
	w.Resolver = w
	w.Options.NameServers = func(context.Context, string) ([]string, error) {
		return []string{"NS2.cloud.test.", "ns1.cloud.test."}, nil
	}
	addresses := map[string]string{}
	for _, host := range []string{apiHost, webSocketHost, liveKitHost} {
		addresses[host+":443"], addresses[host+":80"] = secure.Listener.Addr().String(), plain.Listener.Addr().String()
	}
	roots := x509.NewCertPool()
	roots.AddCert(trust.certificate)
	w.Via.Dial, w.Via.TLS = Redirect(addresses), &tls.Config{RootCAs: roots}
	w.APIToken = token
	return w
}

// show makes the edge show another certificate.
func (w *world) show(t *testing.T, certificate tls.Certificate) {
	t.Helper()
	server := httptest.NewUnstartedServer(http.NotFoundHandler())
	server.TLS = &tls.Config{Certificates: []tls.Certificate{certificate}}
	server.StartTLS()
	t.Cleanup(server.Close)
	w.Via.Dial = Redirect(map[string]string{apiHost: server.Listener.Addr().String(), webSocketHost: server.Listener.Addr().String(), liveKitHost: server.Listener.Addr().String()})
}

// accept upgrades, says something and waits for the end.
func accept(rw http.ResponseWriter, r *http.Request, word proto.Message) {
	conn, err := (&websocket.Upgrader{}).Upgrade(rw, r, nil)
	if err != nil {
		return
	}
	defer conn.Close()
	if word != nil {
		text, _ := proto.Marshal(word)
		_ = conn.WriteMessage(websocket.BinaryMessage, text)
	}
	for {
		if _, _, err := conn.ReadMessage(); err != nil {
			return
		}
	}
}

// roomAPI makes and deletes rooms.
func (w *world) roomAPI(rw http.ResponseWriter, r *http.Request) {
	if !strings.HasPrefix(r.Header.Get("Authorization"), "Bearer ") {
		http.Error(rw, "no token", http.StatusUnauthorized)
		return
	}
	switch r.URL.Path[strings.LastIndex(r.URL.Path, "/")+1:] {
	case "CreateRoom":
		w.made.Add(1)
	case "DeleteRoom":
		w.deleted.Add(1)
	}
	rw.Header().Set("Content-Type", "application/protobuf")
}

// query is Prometheus.
func (w *world) query(rw http.ResponseWriter, r *http.Request) {
	query, at := r.FormValue("query"), r.FormValue("time")
	result := []any{}
	for beginning, samples := range w.metrics {
		if query != beginning && (!strings.HasSuffix(beginning, "…") || !strings.HasPrefix(query, strings.TrimSuffix(beginning, "…"))) {
			continue
		}
		for _, s := range samples {
			result = append(result, map[string]any{"metric": s.labels, "value": []any{json.RawMessage(at), fmt.Sprint(s.value)}})
		}
	}
	rw.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(rw).Encode(map[string]any{"status": "success", "data": map[string]any{"resultType": "vector", "result": result}})
}

const (
	upQuery, jobQuery           = "up", "gomeet:expected_job"
	requestQuery                = `histogram_quantile(0.95, sum by (le) (rate(gomeet_api_request_duration_seconds_bucket{route!="/health"}…`
	databaseQuery               = "histogram_quantile(0.95, sum by (le) (rate(gomeet_api_db_query…"
	redisQuery                  = "histogram_quantile(0.99, sum by (le) (rate(gomeet_api_redis_command…"
	limitQuery, ageQuery        = "gomeet:backup_age_limit_seconds", "time() - max by (system, kind) (gomeet_backup…"
	drillAgeQuery, outcomeQuery = "time() - max by (system) (gomeet_restore…", "min by (system) (gomeet_restore…"
)

func goodMetrics() map[string][]sample {
	full := map[string]string{"system": "postgresql", "kind": "full"}
	return map[string][]sample{
		upQuery:       {{map[string]string{"job": "api"}, 1}, {map[string]string{"job": "node"}, 1}},
		jobQuery:      {{map[string]string{"job": "api"}, 1}, {map[string]string{"job": "node"}, 1}},
		requestQuery:  {{nil, 0.1}},
		databaseQuery: {{nil, 0.02}}, redisQuery: {{nil, 0.001}},
		limitQuery: {{full, 26 * 3600}}, ageQuery: {{full, 3600}},
		drillAgeQuery: {{nil, 86400}}, outcomeQuery: {{nil, 1}},
	}
}

// run runs some checks and returns their results by ID.
func (w *world) run(t *testing.T, ids ...string) map[string]Result {
	t.Helper()
	w.Only = ids
	r, err := Run(t.Context(), w.Deployment, w.Options)
	require.NoError(t, err)
	results := map[string]Result{}
	for _, result := range r.Results {
		if slices.Contains(ids, result.Check) {
			results[result.Check] = result
		}
	}
	require.Len(t, results, len(ids))
	return results
}

var errNoWay = errors.New("connection refused")
