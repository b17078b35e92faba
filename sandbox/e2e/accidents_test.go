package e2e_test

import (
	"encoding/json"
	"math/rand/v2"
	"net/http"
	"strings"
	"time"

	"github.com/stretchr/testify/require"
)

// accident is what goes wrong while a command runs.
type accident struct {
	name string
	// happen says whether it struck while the command ran.
	happen func(c *campaign, what operation, random *rand.Rand) (struck bool)
	// only are the operations it can happen in; nil means all.
	only map[operation]bool
}

var accidents = []accident{
	{name: "the engine killed", happen: func(c *campaign, what operation, random *rand.Rand) bool {
		return c.killed(what, random, (*running).killAll)
	}},
	{name: "the engine killed in a slow cloud", happen: func(c *campaign, what operation, random *rand.Rand) bool {
		c.slow(random)
		return c.killed(what, random, (*running).killAll)
	}},
	{name: "the program or its language host killed", happen: func(c *campaign, what operation, random *rand.Rand) bool {
		victim := []string{"pulumi-go.", "pulumi-language-go"}[random.IntN(2)]
		return c.killed(what, random, func(run *running) bool { return run.kill(victim) > 0 })
	}},
	{name: "the DigitalOcean provider killed", happen: func(c *campaign, what operation, random *rand.Rand) bool {
		return c.killed(what, random, func(*running) bool {
			c.wire.cut()
			return true
		})
	}},
	{name: "the Kubernetes provider killed", happen: func(c *campaign, what operation, random *rand.Rand) bool {
		return c.killed(what, random, func(run *running) bool { return run.kill("pulumi-resource-kubernetes") > 0 })
	}},
	{name: "the sandbox killed", happen: func(c *campaign, what operation, random *rand.Rand) bool {
		// Cloud, clusters and provider are gone at once, and come back; the engine sees its
		// calls fail.
		gone := time.Duration(random.Int64N(int64(3 * time.Second)))
		return c.killed(what, random, func(*running) bool {
			c.w.kill()
			time.Sleep(gone)
			c.w.start()
			return true
		})
	}},
	{name: "requests done, and answered with an error or not at all", happen: func(c *campaign, what operation, random *rand.Rand) bool {
		return c.faulty(what, random, []string{"POST", "PUT", "DELETE"}, "error-after-commit", "drop-after-commit")
	}},
	{name: "requests refused: 429, 500, 503, timeouts", happen: func(c *campaign, what operation, random *rand.Rand) bool {
		return c.faulty(what, random, []string{"GET", "POST", "PUT", "DELETE"}, "429", "500", "503", "timeout")
	}},
	{name: "half-created and half-deleted", happen: halfDone},
	{name: "deletes refused, late and in the wrong order", happen: wrongOrder, only: map[operation]bool{change: true, destroy: true}},
	{name: "two runs at once in a slow cloud", happen: func(c *campaign, what operation, random *rand.Rand) bool {
		c.control("delays", `{"cluster":"3s","node":"1s","load_balancer":"2s","cluster_delete":"2s","node_delete":"1s"}`)
		first := c.start(what)
		time.Sleep(time.Duration(random.Int64N(int64(4 * time.Second))))
		second := c.start(what)
		// Recovery must keep its hands off a run that is alive.
		if output, err := c.shell(c.recovery()); !first.ended() {
			require.Error(c.t, err, output)
			require.Contains(c.t, output, "the stack is in use")
		}
		late, failed := second.wait()
		alone := first.ended()
		early, refused := first.wait()
		const locked = "the stack is currently locked"
		struck := failed != nil && strings.Contains(late, locked) || refused != nil && strings.Contains(early, locked)
		require.True(c.t, alone || struck, "two runs went on beside each other:\n%s\n%s", early, late)
		return struck
	}},
}

// giveUp is how long an operator looks at a run after the accident: the Kubernetes
// provider waits ten minutes for an object that never comes. Then the run is killed too.
const giveUp = time.Minute

// killed starts a command and kills something at a random moment of it: after one of its
// requests to the cloud, which is where an answer can be lost, or at any time.
func (c *campaign) killed(what operation, random *rand.Rand, kill func(*running) bool) (struck bool) {
	byRequest := random.IntN(5) < 3
	request := 1 + random.IntN(max(1, c.asked[what]))
	late := time.Duration(random.Int64N(int64(300 * time.Millisecond)))
	moment := time.Duration(random.Int64N(int64(c.took[what])))
	requests := c.counter()
	run := c.start(what)
	started := time.Now()
	for !run.ended() {
		if byRequest && requests.more() >= request {
			time.Sleep(late)
			break
		}
		if !byRequest && time.Since(started) >= moment {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	alive := !run.ended()
	struck = kill(run) && alive
	select {
	case <-run.done:
	case <-time.After(giveUp):
		c.t.Logf("the run went on for %s after the accident and was killed", giveUp)
		run.killAll()
		<-run.done
	}
	return struck
}

// slow lets everything that DigitalOcean does in the background take seconds.
func (c *campaign) slow(random *rand.Rand) {
	delays := map[string]string{}
	for _, kind := range []string{"cluster", "cluster_delete", "node", "node_delete", "load_balancer", "certificate"} {
		delays[kind] = time.Duration(random.Int64N(int64(6 * time.Second))).String()
	}
	text, err := json.Marshal(delays)
	require.NoError(c.t, err)
	c.control("delays", string(text))
}

// rule is a fault of the sandbox.
type rule struct {
	Method      string  `json:"method,omitempty"`
	Path        string  `json:"path,omitempty"`
	Kind        string  `json:"kind"`
	Probability float64 `json:"probability"`
	Count       int     `json:"count"`
	Hold        string  `json:"hold,omitempty"`
}

func (c *campaign) faults(random *rand.Rand, rules ...rule) {
	text, err := json.Marshal(map[string]any{"seed": random.Uint64(), "rules": rules})
	require.NoError(c.t, err)
	c.control("faults", string(text))
}

// fired is how many requests failed.
func (c *campaign) fired() (n int) {
	c.t.Helper()
	answer, err := http.Get(c.cloud.BaseURL.String() + "sandbox/faults")
	require.NoError(c.t, err)
	defer answer.Body.Close()
	var faults struct {
		Rules []struct{ Fired int }
	}
	require.NoError(c.t, json.NewDecoder(answer.Body).Decode(&faults))
	for _, rule := range faults.Rules {
		n += rule.Fired
	}
	return n
}

// faulty runs a command while some requests fail, those to the buckets among them.
func (c *campaign) faulty(what operation, random *rand.Rand, methods []string, faults ...string) (struck bool) {
	var rules []rule
	for _, method := range methods {
		often := 0.05 + 0.4*random.Float64()
		if method == "GET" {
			often /= 8 // there are many more of them, and a run that reads nothing does nothing
		}
		rules = append(rules, rule{
			Method: method, Kind: faults[random.IntN(len(faults))], Probability: often, Count: 1 + random.IntN(12), Hold: "2s",
		})
	}
	c.faults(random, rules...)
	_, _ = c.command(what)
	return c.fired() > 0
}
