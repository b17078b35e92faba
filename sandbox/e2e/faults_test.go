package e2e_test

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// shortSeeds are what "make test" has time for: four accidents in a row, one of each
// operation, each beginning with what the one before it left.
const shortSeeds = "1,22,31,36"

// TestFaults deploys, changes and destroys a small stack while processes are killed and
// the cloud misbehaves. After every accident the operator's two commands, "gomeet
// recover" and the same command again, must bring everything in order. A seed makes the
// same case again; the moment of a kill is only as exact as the machine's speed.
//
// GOMEET_FAULT_SEEDS are the cases, such as 17 or 1-200 or 1-9,17; GOMEET_FAULT_WORKERS is
// how many sandboxes work at the same time; GOMEET_FAULT_RESULTS is a file that results are
// appended to, and whose passed cases are not run again; GOMEET_FAULT_STACK is dev or prod.
func TestFaults(t *testing.T) {
	seeds, err := parseSeeds(cmp.Or(os.Getenv("GOMEET_FAULT_SEEDS"), shortSeeds))
	require.NoError(t, err, "GOMEET_FAULT_SEEDS")
	workers := 1
	if text := os.Getenv("GOMEET_FAULT_WORKERS"); text != "" {
		workers, err = strconv.Atoi(text)
		require.NoError(t, err, "GOMEET_FAULT_WORKERS")
	}
	of, known := shapes[cmp.Or(os.Getenv("GOMEET_FAULT_STACK"), "dev")]
	require.True(t, known, "GOMEET_FAULT_STACK is %q, want dev or prod", os.Getenv("GOMEET_FAULT_STACK"))
	results := openResults(t, os.Getenv("GOMEET_FAULT_RESULTS"))
	groups := make(chan []uint64, len(seeds))
	for _, group := range chains(results.missing(seeds)) {
		groups <- group
	}
	close(groups)
	program := buildProgram(t)
	t.Run("workers", func(t *testing.T) {
		for n := range workers {
			t.Run(fmt.Sprintf("worker=%d", n+1), func(t *testing.T) {
				t.Parallel()
				work(t, of, program, groups, results)
			})
		}
	})
	t.Log("\n" + results.summary())
	if len(seeds) >= len(operations) { // A case alone may be one of those.
		require.LessOrEqual(t, 2*results.missed(seeds), len(seeds), "accidents that came after the end of the run")
	}
}

// work makes cases until there are no more.
func work(t *testing.T, of shape, program string, groups <-chan []uint64, results *results) {
	var c *campaign
	for group := range groups {
		for _, seed := range group {
			if c == nil {
				c = newCampaign(newWorld(t), of, program, results)
			}
			k, started := newCase(seed), time.Now()
			passed := t.Run(fmt.Sprintf("seed=%d", seed), func(t *testing.T) { c.run(t, k) })
			results.add(t, k, c, time.Since(started), passed)
			if passed {
				continue
			}
			// What a failed case leaves must not spoil the next.
			if !t.Run(fmt.Sprintf("after=%d", seed), func(t *testing.T) { c.startOver(t) }) {
				c.w.t = t
				c.w.run(c.w.tool("gomeet-sandbox"), "reset", "--yes")
				c = nil
			}
		}
	}
}

// faultCase is one case: an accident in the middle of an operation.
type faultCase struct {
	seed     uint64
	accident accident
	what     operation
	random   *rand.Rand
}

// newCase is what a seed means. Seeds that follow each other go through the operations of
// one accident, so that a case begins with what the one before it left.
func newCase(seed uint64) faultCase {
	n := (seed - 1) % uint64(len(kinds))
	return faultCase{seed, kinds[n].accident, kinds[n].what, rand.New(rand.NewPCG(seed, 9))}
}

// kinds are all accidents in all operations they can happen in.
var kinds = func() (all []faultCase) {
	for _, a := range accidents {
		for _, what := range operations {
			if a.only == nil || a.only[what] {
				all = append(all, faultCase{accident: a, what: what})
			}
		}
	}
	return all
}()

// chains groups seeds that follow each other and have the same accident.
func chains(seeds []uint64) (groups [][]uint64) {
	for i, seed := range seeds {
		if i > 0 && seed == seeds[i-1]+1 && newCase(seed).accident.name == newCase(seed-1).accident.name {
			groups[len(groups)-1] = append(groups[len(groups)-1], seed)
			continue
		}
		groups = append(groups, []uint64{seed})
	}
	return groups
}

func parseSeeds(text string) (seeds []uint64, err error) {
	for part := range strings.SplitSeq(text, ",") {
		from, to, ranged := strings.Cut(strings.TrimSpace(part), "-")
		if !ranged {
			to = from
		}
		first, err := strconv.ParseUint(from, 10, 64)
		last, err2 := strconv.ParseUint(to, 10, 64)
		if err != nil || err2 != nil || first < 1 || last < first {
			return nil, fmt.Errorf("%q: want a seed from 1 or a range such as 1-200", part)
		}
		for seed := first; seed <= last; seed++ {
			seeds = append(seeds, seed)
		}
	}
	return seeds, nil
}

// run is one case: a state to start from, a command, an accident in the middle of it, and
// the repair.
func (c *campaign) run(t *testing.T, k faultCase) {
	c.t, c.w.t = t, t
	c.forget()
	c.struck = false
	c.begin(k.what)
	kept := c.mark(k.what)

	started := time.Now()
	c.struck = k.accident.happen(c, k.what, k.random)
	t.Logf("%s during %s (%t), after %s: %s", k.accident.name, k.what, c.struck, time.Since(started).Round(time.Millisecond), lastLine(c.said()))

	c.calm()
	if k.random.IntN(4) == 0 {
		c.cutOffRecovery(k.random)
	}
	c.mustRecover(k.random)
	c.state() // notes the secrets of what an abandoned creation made
	output, err := c.again(k.what)
	require.NoError(t, err, "the command after the recovery:\n%s", output)
	c.settled(k.what)
	c.unmark(kept)
	c.buryVolumes(k.what)
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
