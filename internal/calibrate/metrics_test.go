package calibrate

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomeet/infra/sizing/calibration"
)

// serve serves a text as metrics.
func serve(t *testing.T, text *string) Endpoint {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, *text) }))
	t.Cleanup(server.Close)
	return Endpoint{server.URL}
}

const liveKitText = `livekit_room_total{node_id="ND_a",node_type="SERVER"} 2
livekit_packet_total{node_id="ND_a",direction="incoming",transmission="initial",country=""} 100
livekit_packet_total{node_id="ND_a",direction="outgoing",transmission="initial",country=""} 900
livekit_packet_total{node_id="ND_a",direction="outgoing",transmission="retransmit",country=""} 7
livekit_packet_bytes{node_id="ND_a",direction="outgoing",transmission="initial",country=""} 1000
process_cpu_seconds_total 12.5
go_sched_gomaxprocs_threads 16
`

func TestCounters(t *testing.T) {
	text := liveKitText
	e := serve(t, &text)
	c, err := e.counters(t.Context())
	require.NoError(t, err)
	c.at = time.Time{}
	require.Equal(t, counters{packetsOut: 907, packetsIn: 100, bitsOut: 8000, rooms: 2, node: "ND_a"}, c)

	for want, wrong := range map[string]string{
		"it is not LiveKit's metrics port": "up 1\n",
		"not in Prometheus' text format":   "<html>",
	} {
		text = wrong
		_, err = e.counters(t.Context())
		require.ErrorContains(t, err, want)
	}
	_, err = Endpoint{"http://127.0.0.1:1/metrics"}.counters(t.Context())
	require.ErrorContains(t, err, "connection refused")
}

func TestCPUSources(t *testing.T) {
	const nodeText = `node_cpu_seconds_total{cpu="0",mode="idle"} 1000
node_cpu_seconds_total{cpu="0",mode="user"} 5
node_cpu_seconds_total{cpu="0",mode="softirq"} 2
node_cpu_seconds_total{cpu="1",mode="system"} 1
node_cpu_seconds_total{cpu="1",mode="steal"} 50
node_cpu_seconds_total{cpu="1",mode="iowait"} 60
node_cpu_info{cpu="0",model_name="AMD EPYC"} 1
`
	const containers = `container_cpu_usage_seconds_total{container="livekit",pod="livekit-1"} 30 1700000000000
container_cpu_usage_seconds_total{container="redis",pod="redis-1"} 40 1700000000000
`
	own := liveKitText
	liveKit := serve(t, &own)
	for name, c := range map[string]struct {
		text, kind, model string
		vCPUs             int
		seconds           float64
	}{
		"node_exporter": {nodeText, "node", "AMD EPYC", 2, 8},
		"cAdvisor":      {containers, "container", "", 0, 30},
		"its own":       {"", "process", "", 16, 12.5},
	} {
		t.Run(name, func(t *testing.T) {
			flag := ""
			if c.text != "" {
				flag = serve(t, &c.text).URL
			}
			cpu, err := NewCPU(t.Context(), flag, map[string]string{"container": "livekit"}, liveKit)
			require.NoError(t, err)
			require.Equal(t, []any{c.kind, c.model, c.vCPUs}, []any{cpu.Kind, cpu.Model, cpu.VCPUs})
			r, err := cpu.read(t.Context())
			require.NoError(t, err)
			require.InDelta(t, c.seconds, r.seconds, 1e-9)
			if name == "cAdvisor" {
				require.Equal(t, time.UnixMilli(1700000000000), r.at, "when it counted")
			}
		})
	}
	t.Run("process", func(t *testing.T) {
		cpu, err := NewCPU(t.Context(), fmt.Sprintf("pid:%d", os.Getpid()), nil, liveKit)
		require.NoError(t, err)
		require.True(t, cpu.Local)
		_, err = cpu.read(t.Context())
		require.NoError(t, err)
	})
	t.Run("refused", func(t *testing.T) {
		text := containers
		for flag, want := range map[string]string{
			"pid:one": `--cpu "pid:one": must be pid:N`, "pid:0": "--cpu pid:0",
			serve(t, &text).URL: "2 containers", serve(t, &own).URL: "has neither node_cpu_seconds_total",
		} {
			_, err := NewCPU(t.Context(), flag, nil, liveKit)
			require.ErrorContains(t, err, want)
		}
	})
}

func TestReadings(t *testing.T) {
	at := time.Unix(1_800_000_000, 0)
	vCPUs, err := reading{15, at.Add(10 * time.Second)}.since(reading{10, at})
	require.NoError(t, err)
	require.InDelta(t, 0.5, vCPUs, 1e-9)
	_, err = reading{10, at}.since(reading{10, at})
	require.ErrorContains(t, err, "longer --step-time")
	_, err = reading{1, at.Add(time.Second)}.since(reading{10, at})
	require.ErrorContains(t, err, "restarted")

	before := driver{at: at, known: true}
	_, saturated := driver{at: at.Add(time.Second), own: 0.1, busy: 1, machine: 2, known: true}.since(before)
	require.False(t, saturated)
	_, saturated = driver{at: at.Add(time.Second), own: 0.1, busy: 1.9, machine: 2, known: true}.since(before)
	require.True(t, saturated, "the machine is full")
	require.True(t, readDriver().known)
	require.True(t, OnThisMachine("ws://127.0.0.1:7880"))
	require.False(t, OnThisMachine("::"))
}

// What was measured survives the run, and is not mistaken for another measurement.
func TestLog(t *testing.T) {
	path := filepath.Join(t.TempDir(), "samples")
	of := Identity{URL: "ws://a", Node: "ND_a", Size: "c-16-intel", Load: Load{Steps: 8}}
	l, err := OpenLog(path, of)
	require.NoError(t, err)
	require.False(t, l.Resumed())
	require.NoError(t, l.Add(calibration.Sample{VCPUs: 0.1}, ""))
	require.NoError(t, l.Add(calibration.Sample{Tracks: 49, VCPUs: 0.2}, "1.13.11"))

	text, err := os.ReadFile(path)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(path, append(text, `{"sample":{"Tra`...), 0o600), "cut off in the middle of a line")
	l, err = OpenLog(path, of)
	require.NoError(t, err)
	require.True(t, l.Resumed())
	require.Len(t, l.Samples(), 2)
	require.Equal(t, 49, l.Samples()[1].Tracks)
	require.Equal(t, "1.13.11", l.LiveKit())

	// Another machine would be fitted as the same one.
	for want, change := range map[string]func(*Identity){
		"LiveKit node was ND_a and is ND_b":                 func(i *Identity) { i.Node = "ND_b" },
		"--size was c-16-intel and is c-32-intel":           func(i *Identity) { i.Size = "c-32-intel" },
		"--size was c-16-intel and is unknown":              func(i *Identity) { i.Size = "" },
		"load was {Participants:0 Publishers:0 BitsPerSeco": func(i *Identity) { i.Load.Steps = 9 },
	} {
		other := of
		change(&other)
		_, err = OpenLog(path, other)
		require.ErrorContains(t, err, "samples of another measurement: "+want)
	}
	err = l.Add(calibration.Sample{Tracks: 98, VCPUs: 0.3}, "1.14.0")
	require.ErrorContains(t, err, "the server is LiveKit 1.14.0, and the samples before it in "+path+" are of 1.13.11")
	l, err = OpenLog(path, of)
	require.NoError(t, err)
	require.Len(t, l.Samples(), 2, "it was not kept")
	require.NoError(t, l.Remove())
	require.NoFileExists(t, path)
}

// People who meet on a node are not disturbed.
func TestRefusesANodeThatIsUsed(t *testing.T) {
	text := liveKitText
	r := &Run{Metrics: serve(t, &text)}
	_, err := r.Do(t.Context())
	require.ErrorContains(t, err, "has 2 rooms: people meet there")
	require.ErrorContains(t, err, "--force")
	node, err := r.Metrics.Node(t.Context())
	require.NoError(t, err)
	require.Equal(t, "ND_a", node)
}
