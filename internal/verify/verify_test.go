package verify

import (
	"context"
	"fmt"
	"math"
	"net/http"
	"testing"
	"time"

	"github.com/livekit/protocol/livekit"
	"github.com/stretchr/testify/require"

	"github.com/gomeet/infra/internal/media"
	"github.com/gomeet/infra/manifests"
)

// withoutMedia are the checks that need no real LiveKit.
var withoutMedia = []string{"dns", "tls", "redirect", "health", "api-latency", "api", "websocket", "signalling", "metrics", "database", "redis", "backups", "drill"}

func TestEverythingIsWell(t *testing.T) {
	w := newWorld(t)
	for id, result := range w.run(t, withoutMedia...) {
		require.Equal(t, Pass, result.State, "%s: %s", id, result.Reason)
		require.NotEmpty(t, result.Measured, id)
		require.NotEmpty(t, result.Limit, id)
	}
	require.EqualValues(t, 1, w.made.Load())
	require.EqualValues(t, 1, w.deleted.Load(), "the room is deleted")
}

// Each check is shown to fail, and to say why and what to do.
func TestEachCheckFails(t *testing.T) {
	status := func(code int) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(code) }
	}
	for name, c := range map[string]struct {
		check, reason string
		spoil         func(*testing.T, *world)
	}{
		"a name leads elsewhere": {"dns", "api.one.gomeet.test leads to 192.0.2.9, not to the load balancer 192.0.2.1",
			func(_ *testing.T, w *world) { w.lookups[apiHost] = []string{"192.0.2.9"} }},
		"a name is missing": {"dns", "no such host", func(_ *testing.T, w *world) { delete(w.lookups, liveKitHost) }},
		"the zone is not delegated": {"dns", "gomeet.test is delegated to ns1.other.test, not to ns1.cloud.test, ns2.cloud.test", func(_ *testing.T, w *world) {
			w.Options.NameServers = func(context.Context, string) ([]string, error) { return []string{"ns1.other.test."}, nil }
		}},
		"an authority nobody knows": {"tls", "certificate signed by unknown authority", func(t *testing.T, w *world) {
			w.show(t, newAuthority(t).sign(t, 900*time.Hour, apiHost, webSocketHost, liveKitHost))
		}},
		"a certificate of another name": {"tls", "not " + webSocketHost, func(t *testing.T, w *world) {
			a := newAuthority(t)
			w.Via.TLS.RootCAs.AddCert(a.certificate)
			w.show(t, a.sign(t, 900*time.Hour, apiHost))
		}},
		"a certificate that ends soon": {"tls", "the certificate of api.one.gomeet.test ends in 13 days", func(t *testing.T, w *world) {
			a := newAuthority(t)
			w.Via.TLS.RootCAs.AddCert(a.certificate)
			w.show(t, a.sign(t, 13*24*time.Hour+time.Minute, apiHost, webSocketHost, liveKitHost))
		}},
		"no redirect": {"redirect", `answers 200 OK to ""`, func(_ *testing.T, w *world) { w.plain = status(200) }},
		"a wrong redirect": {"redirect", "https://elsewhere.test/", func(_ *testing.T, w *world) {
			w.plain = http.RedirectHandler("https://elsewhere.test/", http.StatusMovedPermanently).ServeHTTP
		}},
		"an API that is ill": {"health", "https://api.one.gomeet.test/health answers 500", func(_ *testing.T, w *world) { w.health = status(500) }},
		"a slow API": {"api-latency", "is not below 200 ms", func(_ *testing.T, w *world) {
			w.Requests = 10
			w.health = func(http.ResponseWriter, *http.Request) { time.Sleep(201 * time.Millisecond) }
		}},
		"an API that fails at times": {"api-latency", "1 × 503 Service Unavailable", func(_ *testing.T, w *world) {
			n := 0
			w.health = func(rw http.ResponseWriter, _ *http.Request) {
				if n++; n == 50 {
					rw.WriteHeader(503)
				}
			}
		}},
		"no WebSockets":                     {"websocket", "200 × the upgrade is answered with 502 Bad Gateway", func(_ *testing.T, w *world) { w.signalling = status(502) }},
		"no upgrade arrives, says 400":      {"websocket", "answered with 400 Bad Request", func(_ *testing.T, w *world) { w.APIToken, w.signalling = "", status(400) }},
		"no upgrade arrives, says 426":      {"websocket", "answered with 426 Upgrade Required", func(_ *testing.T, w *world) { w.APIToken, w.signalling = "", status(426) }},
		"no WebSockets, seen by a stranger": {"websocket", "404 Not Found", func(_ *testing.T, w *world) { w.APIToken, w.signalling = "", status(404) }},
		"one WebSocket of 200": {"signalling", "1 × the upgrade is answered with 503", func(_ *testing.T, w *world) {
			good, first := w.rtc, true
			w.rtc = func(rw http.ResponseWriter, r *http.Request) {
				if first {
					first = false
					rw.WriteHeader(503)
					return
				}
				good(rw, r)
			}
		}},
		"LiveKit lets nobody in": {"signalling", "LiveKit did not let the participant in", func(_ *testing.T, w *world) {
			w.Connections = 5
			w.rtc = func(rw http.ResponseWriter, r *http.Request) { accept(rw, r, &livekit.SignalResponse{}) }
		}},
		"LiveKit makes no room":  {"signalling", "creating room", func(_ *testing.T, w *world) { w.inside.ports["media/livekit:7880"] = "127.0.0.1:1" }},
		"no LiveKit pod":         {"media-udp", "no pod of media/livekit", func(_ *testing.T, w *world) { w.inside.err = notReady{} }},
		"a target is down":       {"metrics", "node  is down", func(_ *testing.T, w *world) { w.metrics[upQuery][1].value = 0 }},
		"a job without a target": {"metrics", "no target of livekit", func(_ *testing.T, w *world) { w.Sites[0].Jobs = []string{"api", "node", "livekit"} }},
		"Prometheus scrapes itself": {"metrics", "no target of api; no target of node; the rule gomeet:expected_job says nothing", func(_ *testing.T, w *world) {
			w.metrics = map[string][]sample{upQuery: {{map[string]string{"job": "prometheus"}, 1}}}
		}},
		"a job without a rule":     {"metrics", "no rule expects node, so that JobHasNoTargets cannot fire", func(_ *testing.T, w *world) { w.metrics[jobQuery] = w.metrics[jobQuery][:1] }},
		"backups without rules":    {"backups", "the rule gomeet:backup_age_limit_seconds says nothing", func(_ *testing.T, w *world) { delete(w.metrics, limitQuery) }},
		"a backup without a rule":  {"backups", "no rule knows of postgresql full, so that BackupTooOld cannot fire", func(_ *testing.T, w *world) { w.metrics[limitQuery][0].labels = map[string]string{"system": "redis"} }},
		"a Prometheus that is new": {"backups", "postgresql full was never made", func(_ *testing.T, w *world) { w.metrics = map[string][]sample{} }},
		"requests are slow":        {"api", "200 ms is not below 200 ms", func(_ *testing.T, w *world) { w.metrics[requestQuery][0].value = 0.2 }},
		"a slow database":          {"database", "100 ms is not below 100 ms", func(_ *testing.T, w *world) { w.metrics[databaseQuery][0].value = 0.1 }},
		"a slow Redis":             {"redis", "5.0 ms is not below 5.0 ms", func(_ *testing.T, w *world) { w.metrics[redisQuery][0].value = 0.005 }},
		"a stale backup":           {"backups", "postgresql full is 27 h old, at most 26 h", func(_ *testing.T, w *world) { w.metrics[ageQuery][0].value = 27 * 3600 }},
		"a missing backup":         {"backups", "postgresql incr was never made", func(_ *testing.T, w *world) { w.Sites[0].Backups = manifests.PostgresBackups }},
		"a failed drill":           {"drill", "the last restore drill failed", func(_ *testing.T, w *world) { w.metrics[outcomeQuery][0].value = 0 }},
		"an old drill":             {"drill", "too old", func(_ *testing.T, w *world) { w.metrics[drillAgeQuery][0].value = 8*86400 + 1 }},
		"never any drill":          {"drill", "there never was", func(_ *testing.T, w *world) { delete(w.metrics, drillAgeQuery) }},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			c.spoil(t, w)
			result := w.run(t, c.check)[c.check]
			require.Equal(t, Fail, result.State, "%+v", result)
			require.Contains(t, result.Reason, c.reason)
			require.NotEmpty(t, result.Fix)
			require.NotContains(t, fmt.Sprint(result), token)
			require.NotContains(t, fmt.Sprint(result), secret)
			require.Equal(t, w.made.Load(), w.deleted.Load(), "rooms are deleted")
		})
	}
}

type notReady struct{}

func (notReady) Error() string  { return "no pod of media/livekit is ready" }
func (notReady) NotReady() bool { return true }

// What cannot be measured is no success.
func TestUnknown(t *testing.T) {
	for name, c := range map[string]struct {
		check, reason string
		spoil         func(*world)
	}{
		"no way into the cluster":      {"metrics", "connection refused", func(w *world) { w.inside.err = errNoWay }},
		"no way to LiveKit":            {"media-udp", "connection refused", func(w *world) { w.inside.err = errNoWay }},
		"no kubeconfig":                {"signalling", "no kubeconfig of site one", func(w *world) { w.Sites[0].Inside = nil }},
		"nothing counted":              {"database", "nothing was counted in gomeet_api_db_query_duration_seconds", func(w *world) { delete(w.metrics, databaseQuery) }},
		"only health is asked for":     {"api", `nothing was counted in gomeet_api_request_duration_seconds{route!="/health"}`, func(w *world) { delete(w.metrics, requestQuery) }},
		"a stack that expects nothing": {"metrics", "the stack says of no job", func(w *world) { w.Sites[0].Jobs = nil }},
		"a quiet hour":                 {"redis", "nothing was counted", func(w *world) { w.metrics[redisQuery][0].value = math.NaN() }},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			c.spoil(w)
			result := w.run(t, c.check)[c.check]
			require.Equal(t, Unknown, result.State, "%+v", result)
			require.Contains(t, result.Reason, c.reason)
			require.Nil(t, result.Value)
		})
	}
}

func TestSkipped(t *testing.T) {
	w := newWorld(t)
	require.Equal(t, Skipped, w.run(t, "recording")["recording"].State, "a site without recorders")
	w.Sites[0].SFU, w.Sites[0].Monitoring = false, false
	for id, result := range w.run(t, "signalling", "media-udp", "metrics", "api", "database", "backups", "drill") {
		require.Equal(t, Skipped, result.State, id)
		require.NotEmpty(t, result.Reason, id)
	}
	w.Sites[0].Monitoring = true
	// That the site has none is the stack's word. Prometheus having no rules about any is no
	// reason to skip: so it was, and a Prometheus that had lost its rules passed.
	w.Sites[0].Backups, w.Sites[0].Drill = nil, false
	for id, result := range w.run(t, "backups", "drill") {
		require.Equal(t, Skipped, result.State, "%s of a site without backups", id)
	}
	w.Overridden = func(string) bool { return true }
	require.Equal(t, Skipped, w.run(t, "dns")["dns"].State)
	w.APIToken = ""
	require.Contains(t, w.run(t, "websocket")["websocket"].Measured, "401 to a stranger")
}

// On a simulated cloud nothing is a success, and nothing is sent.
func TestSimulated(t *testing.T) {
	w := newWorld(t)
	w.Simulated = "simulated"
	w.Sites[0].Recorders = true
	w.Via.Dial = nil
	w.Options.NameServers, w.Resolver, w.Sites[0].Inside = nil, nil, nil
	r, err := Run(t.Context(), w.Deployment, w.Options)
	require.NoError(t, err)
	require.Len(t, r.Results, len(Checks()))
	for _, result := range r.Results {
		require.Equal(t, Unknown, result.State, result.Check)
		require.Equal(t, "simulated", result.Reason, result.Check)
	}
	require.Equal(t, ExitUnknown, r.ExitCode())
	require.Len(t, r.Unmeasured(), 5)
}

func TestSecretFromTheCluster(t *testing.T) {
	w := newWorld(t)
	w.LiveKitSecret, w.Connections = "", 1
	w.inside.data = map[string][]byte{"keys.yaml": []byte("gomeet: " + secret + "\n")}
	require.Equal(t, Pass, w.run(t, "signalling")["signalling"].State)
	w.inside.data = map[string][]byte{"keys.yaml": []byte("other: x\n")}
	require.Contains(t, w.run(t, "signalling")["signalling"].Reason, "has no key gomeet among other")
}

// A meeting is judged by media.Targets, whose own tests have every way to miss them.
func TestJudge(t *testing.T) {
	r := &media.Report{
		Participants: 3, Transport: media.TCP, Transports: map[media.Transport]int{media.TCP: 3}, TracksExpected: 2, TracksSeen: 2,
		Packets: 1000, Frames: 600, FramesExpected: 600,
		Delay: media.Spread{Samples: 600, P95: 20 * time.Millisecond}, Freeze: media.Spread{Samples: 2, Max: 50 * time.Millisecond},
	}
	good := judge(r)
	require.Equal(t, Pass, good.State)
	require.Equal(t, "p95 20 ms, loss 0.00 %, 600 of 600 frames, longest freeze 50 ms, 3 people in 0.0 ms", good.Measured)
	require.InDelta(t, 20, *good.Value, 0.001)
	r.Frames, r.Freeze.Max = 540, 2*time.Second
	frozen := judge(r)
	require.Equal(t, Fail, frozen.State)
	require.Equal(t, "10.00 % of the frames are missing, not below 1 %; a video stood still for 2s, not below 400ms", frozen.Reason)
	r.Frames, r.Delay = 0, media.Spread{}
	require.Nil(t, judge(r).Value)
}

// The ports that TURN relays from stay closed, and no advice opens them.
func TestFixesOpenNoRelayPorts(t *testing.T) {
	for _, transport := range media.Transports {
		require.NotEmpty(t, fixes[transport])
		require.NotContains(t, fixes[transport], fmt.Sprint(manifests.LiveKitRelayFirst))
	}
}

func TestExitCode(t *testing.T) {
	for want, states := range map[int][][]State{
		ExitPass:    {{Pass}, {Pass, Skipped}},
		ExitUnknown: {{}, {Skipped}, {Pass, Unknown}},
		ExitFail:    {{Fail}, {Pass, Unknown, Fail}},
	} {
		for _, list := range states {
			r := &Report{}
			for _, s := range list {
				r.Results = append(r.Results, Result{State: s})
			}
			require.Equal(t, want, r.ExitCode(), list)
		}
	}
}

// The five targets of the design are checks.
func TestObjectivesAreChecked(t *testing.T) {
	checked := map[string]bool{}
	for _, c := range Checks() {
		require.NotEmpty(t, c.Proves)
		require.NotEmpty(t, c.Limit)
		require.NotEmpty(t, c.Source)
		if c.Objective != nil {
			checked[c.Objective.Name] = true
		}
	}
	require.Len(t, objectives, 5)
	for _, o := range objectives {
		require.True(t, checked[o.Name], o.Name)
	}
}

func TestValidate(t *testing.T) {
	for want, change := range map[string]func(*world){
		`--only "luck": no such check, want some of dns, tls`:                                      func(w *world) { w.Only = []string{"luck"} },
		`--skip "luck": no such check`:                                                             func(w *world) { w.Skip = []string{"luck"} },
		`--participants is 501, want at most 500, which is the largest meeting of stack test`:      func(w *world) { w.Meeting.Participants = 501 },
		`--participants, --publishers and --bitrate: 9 of 6 participants publish, want at least 1`: func(w *world) { w.Meeting.Publishers = 9 },
		`--requests is 0, want 1 to 10000`:                                                         func(w *world) { w.Requests = 0 },
		`--connections is 20000, want 1 to 10000`:                                                  func(w *world) { w.Connections = 20_000 },
		`nothing is deployed`:                                                                      func(w *world) { w.Sites = nil },
	} {
		w := newWorld(t)
		change(w)
		_, err := Run(t.Context(), w.Deployment, w.Options)
		require.ErrorContains(t, err, want)
	}
}

func TestInterrupted(t *testing.T) {
	w := newWorld(t)
	ctx, cancel := context.WithCancel(t.Context())
	w.health = func(http.ResponseWriter, *http.Request) { cancel() }
	w.Skip = []string{"recording"}
	r, err := Run(ctx, w.Deployment, w.Options)
	require.NoError(t, err)
	require.Equal(t, ExitUnknown, r.ExitCode(), "%+v", r.Results)
	require.Equal(t, Pass, r.Results[0].State, "what was measured stays")
	require.Contains(t, r.Results[len(r.Results)-1].Reason, "interrupted")
}

// Connections that were never opened are no successes.
func TestInterruptedConnections(t *testing.T) {
	w := newWorld(t)
	w.Connections = 10_000
	ctx, cancel := context.WithCancel(t.Context())
	p := &probe{Deployment: w.Deployment, Options: w.Options}
	r := p.many(ctx, func(context.Context, int) error { cancel(); return nil })
	require.Equal(t, Unknown, r.State)
	require.Contains(t, r.Reason, "interrupted")
}

// The pace is below what the edge allows one address.
func TestPace(t *testing.T) {
	p := newPacer(10, 20)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	n := 0
	for p.wait(ctx, "a") == nil {
		n++
	}
	require.LessOrEqual(t, n, 20)
	require.GreaterOrEqual(t, n, 18)
	require.NoError(t, p.wait(t.Context(), "b"), "each name has its own")
}

func TestTraffic(t *testing.T) {
	// Two send, and six see those of the others: 2 + 2*5 streams of 500 kbit/s for 10 s,
	// three times.
	require.InDelta(t, 3*12*500_000/8*10, DefaultOptions().Traffic(), 1)
}
