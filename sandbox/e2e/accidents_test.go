package e2e_test

import (
	"encoding/json"
	"math/rand/v2"
	"time"

	"github.com/stretchr/testify/require"
)

// accident is what goes wrong while a command runs.
type accident struct {
	name   string
	happen func(c *campaign, what operation, random *rand.Rand)
}

var accidents = []accident{
	{"the engine killed", func(c *campaign, what operation, random *rand.Rand) {
		c.killed(what, random, func(run *running) { run.kill("") })
	}},
	{"the sandbox killed", func(c *campaign, what operation, random *rand.Rand) {
		// Cloud, clusters and provider are gone at once, and come back; the engine sees its
		// calls fail.
		gone := time.Duration(random.Int64N(int64(3 * time.Second)))
		c.killed(what, random, func(run *running) {
			c.w.kill()
			time.Sleep(gone)
			c.w.start()
		})
	}},
	{"requests done and answered with an error or not at all", func(c *campaign, what operation, random *rand.Rand) {
		c.faulty(what, random, "error-after-commit", "drop-after-commit")
	}},
	{"requests refused", func(c *campaign, what operation, random *rand.Rand) {
		c.faulty(what, random, "429", "500", "503", "timeout")
	}},
	{"the Kubernetes provider killed", func(c *campaign, what operation, random *rand.Rand) {
		c.killed(what, random, func(run *running) { run.kill("pulumi-resource-kubernetes") })
	}},
	{"two runs at once in a slow cloud", func(c *campaign, what operation, random *rand.Rand) {
		c.control("delays", `{"cluster":"3s","node":"1s","load_balancer":"2s"}`)
		first := c.start(what)
		time.Sleep(time.Duration(random.Int64N(int64(4 * time.Second))))
		second := c.start(what)
		c.output, _ = second.wait()
		output, err := first.wait()
		if err != nil {
			c.output = output
		}
	}},
}

// giveUp is how long an operator looks at a run after the accident: the Kubernetes
// provider waits ten minutes for an object that never comes. Then the run is killed too.
const giveUp = 2 * time.Minute

// killed starts a command and kills something at a random moment of it.
func (c *campaign) killed(what operation, random *rand.Rand, kill func(*running)) {
	run := c.start(what)
	moment := time.Duration(random.Int64N(int64(c.took[what])))
	select {
	case <-run.done:
	case <-time.After(moment):
	}
	kill(run)
	select {
	case <-run.done:
	case <-time.After(giveUp):
		run.kill("")
	}
	c.output, _ = run.wait()
}

// faulty runs a command while some requests that change something fail.
func (c *campaign) faulty(what operation, random *rand.Rand, kinds ...string) {
	type rule struct {
		Method      string  `json:"method"`
		Kind        string  `json:"kind"`
		Probability float64 `json:"probability"`
		Count       int     `json:"count"`
		Hold        string  `json:"hold,omitempty"`
	}
	var rules []rule
	for _, method := range []string{"POST", "PUT", "DELETE"} {
		rules = append(rules, rule{
			Method: method, Kind: kinds[random.IntN(len(kinds))], Probability: 0.05 + 0.4*random.Float64(),
			Count: 1 + random.IntN(12), Hold: "2s",
		})
	}
	text, err := json.Marshal(map[string]any{"seed": random.Uint64(), "rules": rules})
	require.NoError(c.t, err)
	c.control("faults", string(text))
	c.output, _ = c.command(what)
}
