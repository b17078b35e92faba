package e2e_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TestFaults deploys, changes and destroys a small stack while processes are killed and
// the cloud misbehaves. After every accident the operator's two commands, "gomeet
// recover" and the same command again, must bring everything in order. A seed makes the
// same case again; only the moment of a kill is as exact as the machine's speed.
func TestFaults(t *testing.T) {
	if os.Getenv("GOMEET_FAULT_SEEDS") == "" {
		t.Skip("it takes minutes for each case: make faults SEEDS=1-200")
	}
	w := newWorld(t)
	c := newCampaign(w)
	first, last := seedRange(t)
	for seed := first; seed <= last; seed++ {
		if !t.Run(fmt.Sprintf("seed=%d", seed), func(t *testing.T) { c.run(t, uint64(seed)) }) {
			// What a failed case leaves must not spoil the next.
			require.NoError(t, c.startOver(), "after seed %d", seed)
		}
	}
}

func seedRange(t *testing.T) (first, last int) {
	text := os.Getenv("GOMEET_FAULT_SEEDS")
	from, to, ranged := strings.Cut(text, "-")
	if !ranged {
		to = from
	}
	first, err := strconv.Atoi(from)
	require.NoError(t, err, "GOMEET_FAULT_SEEDS is %q, want a seed or a range such as 1-200", text)
	last, err = strconv.Atoi(to)
	require.NoError(t, err, "GOMEET_FAULT_SEEDS is %q, want a seed or a range such as 1-200", text)
	return first, last
}

// run is one case: a state to start from, a command, an accident in the middle of it, and
// the repair.
func (c *campaign) run(t *testing.T, seed uint64) {
	random := rand.New(rand.NewPCG(seed, 9))
	accident := accidents[seed%uint64(len(accidents))]
	what := []operation{create, change, destroy}[random.IntN(3)]
	c.t = t
	c.begin(what)
	kept := c.durable()

	started := time.Now()
	accident.happen(c, what, random)
	t.Logf("%s during %s, after %s: %s", accident.name, what, time.Since(started).Round(time.Millisecond), lastLine(c.output))

	c.calm()
	c.mustRecover()
	output, err := c.command(what)
	require.NoError(t, err, "the same command again:\n%s", output)
	c.settled(what)
	if what == change {
		require.Subset(t, c.durable(), kept, "what holds data was replaced")
	}
	c.noSecrets()
}

func lastLine(text string) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	for _, line := range lines {
		if strings.Contains(line, "error:") {
			return strings.TrimSpace(line)
		}
	}
	return strings.TrimSpace(lines[len(lines)-1])
}
