package kube_test

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"strconv"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/gomeet/infra/sandbox/kube"
)

// BenchmarkFiftyFiveNodes measures what a cluster of the production size costs:
// the seconds until its API server is ready, until its nodes are, and the memory
// (resident set, MB) of its five programs then.
func BenchmarkFiftyFiveNodes(b *testing.B) {
	if _, err := os.Stat(tools()); err != nil {
		b.Skipf("no control plane programs in %q: build them with `make tools` or set GOMEET_TOOLS", tools())
	}
	for range b.N {
		dir := b.TempDir()
		m, err := kube.New(kube.Config{Dir: dir, BinDir: tools()})
		require.NoError(b, err)
		ctx := context.Background()
		began := time.Now()
		id := uuid.NewString()
		_, err = m.Up(ctx, kube.Spec{ID: id, Name: "bench", Region: "sgp1", Token: "token"})
		require.NoError(b, err)
		b.ReportMetric(time.Since(began).Seconds(), "s-up")
		began = time.Now()
		require.NoError(b, m.SetNodes(ctx, id, append(pool("sfu", 0, 50), pool("app", 0, 5)...)))
		b.ReportMetric(time.Since(began).Seconds(), "s-set")
		for {
			ready, err := m.Ready(ctx, id)
			require.NoError(b, err)
			if len(ready) == 55 {
				break
			}
			time.Sleep(20 * time.Millisecond)
		}
		b.ReportMetric(time.Since(began).Seconds(), "s-ready")
		time.Sleep(10 * time.Second) // let it settle before weighing
		b.ReportMetric(resident(b, dir), "MB")
		began = time.Now()
		require.NoError(b, m.SetNodes(ctx, id, pool("sfu", 0, 2)))
		b.ReportMetric(time.Since(began).Seconds(), "s-shrink")
		began = time.Now()
		require.NoError(b, m.Close())
		b.ReportMetric(time.Since(began).Seconds(), "s-close")
	}
}

// resident sums the resident memory of the processes that name dir, in MB.
func resident(b *testing.B, dir string) float64 {
	out, err := exec.Command("ps", "-axww", "-o", "rss=,command=").Output()
	require.NoError(b, err)
	total := 0
	for line := range bytes.Lines(out) {
		if !bytes.Contains(line, []byte(dir+"/")) {
			continue
		}
		kib, err := strconv.Atoi(string(bytes.Fields(line)[0]))
		require.NoError(b, err)
		b.Logf("%d MB %s", kib>>10, bytes.Fields(line)[1])
		total += kib
	}
	return float64(total) * 1024 / 1e6
}
