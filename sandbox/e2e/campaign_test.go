package e2e_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// operation is what the operator wants to do when the accident happens.
type operation string

const (
	create  operation = "create"
	change  operation = "change"
	destroy operation = "destroy"
	// abandon is a creation that the operator gives up after the accident: the command
	// after the recovery is the destruction.
	abandon operation = "abandon"
)

// operations are in the order in which each begins with what the one before it left.
var operations = []operation{create, change, destroy, abandon}

// campaign is a stack and what happened to it.
type campaign struct {
	shape
	w     *world
	t     *testing.T
	cloud cloud
	wire  *wire
	// build is the checksum of what is tried.
	build string
	// base and changed are stack files; deployed is the one the stack has, "" for none.
	base, changed, deployed string
	// took is how long an undisturbed run takes, and asked how many requests it makes
	// that change something: the span in which accidents happen. want is what exists
	// after it.
	took  map[operation]time.Duration
	asked map[operation]int
	want  map[operation]map[string]int
	// struck says that a case's accident happened, and not only after the run.
	struck bool
	// output is what the commands of a case printed.
	output bytes.Buffer
	mutex  sync.Mutex
	// secrets are texts that must not be seen; seen is when files were last looked at.
	secrets map[string]string
	seen    time.Time
}

// newCampaign prepares a small stack, and brings it up, changes it and brings it down once,
// unless an earlier run with the same results did.
func newCampaign(w *world, of shape, program string, results *results) *campaign {
	c := &campaign{
		shape: of, w: w, t: w.t, wire: newWire(w), build: checksum(w.t, program, w.tool("gomeet-sandbox")),
		took: map[operation]time.Duration{}, asked: map[operation]int{}, want: map[operation]map[string]int{}, secrets: map[string]string{},
	}
	w.useProgram(program)
	// What the commands keep for a moment is looked through for secrets.
	require.NoError(w.t, os.MkdirAll(filepath.Join(w.dir, "tmp"), 0o700))
	c.cloud = newCloud(w.t, c.must(cloudVariables))
	w.run("make", "--no-print-directory", "-o", "tools", "-o", "commands", "stack", "STACK="+c.stack)
	file := filepath.Join(w.dir, "config", "Pulumi."+c.stack+".yaml")
	c.base, c.changed = file+".base", file+".changed"
	c.set(c.smaller)
	c.copy(file, c.base)
	c.set(c.changes)
	c.copy(file, c.changed)
	c.readConfiguredSecrets()
	if !results.recall(c) {
		c.undisturbed()
		results.remember(c)
	}
	c.took[abandon], c.asked[abandon], c.want[abandon] = c.took[create], c.asked[create], c.want[destroy]
	return c
}

// undisturbed measures what happens without an accident.
func (c *campaign) undisturbed() {
	c.t.Helper()
	for _, what := range []operation{create, change, destroy} {
		c.use(what)
		started, asked := time.Now(), c.w.changes()
		output, err := c.command(what)
		require.NoError(c.t, err, output)
		c.took[what], c.asked[what] = time.Since(started), c.w.changes()-asked
		c.want[what] = c.inventory()
		c.settled(what)
		c.buryVolumes(what)
		c.t.Logf("undisturbed %s: %s, %d changes", what, c.took[what].Round(time.Second), c.asked[what])
	}
}

// set changes the stack file: each assignment is KEY=VALUE.
func (c *campaign) set(assignments []string) {
	c.t.Helper()
	for _, assignment := range assignments {
		key, value, _ := strings.Cut(assignment, "=")
		c.must(fmt.Sprintf("pulumi config set --stack %s --path 'gomeet:%s' -- '%s'", c.stack, key, value))
	}
}

// checksum is that of files in a row.
func checksum(t *testing.T, files ...string) string {
	t.Helper()
	sum := sha256.New()
	for _, file := range files {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		sum.Write(text)
	}
	return hex.EncodeToString(sum.Sum(nil))
}

func (c *campaign) copy(from, to string) {
	c.t.Helper()
	text, err := os.ReadFile(from)
	require.NoError(c.t, err)
	require.NoError(c.t, os.WriteFile(to, text, 0o600))
}

// use makes the stack file the one an operation needs.
func (c *campaign) use(what operation) {
	file := c.base
	if what == change || what == destroy && c.deployed == c.changed {
		file = c.changed
	}
	c.copy(file, filepath.Join(c.w.dir, "config", "Pulumi."+c.stack+".yaml"))
}

// begin makes the state in which an operation starts.
func (c *campaign) begin(what operation) {
	c.t.Helper()
	var first operation
	switch {
	case (what == create || what == abandon) && c.deployed != "":
		first = destroy
	case what == change && c.deployed != c.base, what == destroy && c.deployed == "":
		first = create
	}
	if first != "" {
		c.use(first)
		output, err := c.command(first)
		require.NoError(c.t, err, output)
		c.buryVolumes(first)
	}
	c.use(what)
}

// startOver gives up what the stack has.
func (c *campaign) startOver(t *testing.T) {
	c.t, c.w.t = t, t
	c.calm()
	c.emptyBuckets()
	c.use(create)
	output, err := c.shell(c.recovery())
	require.NoError(t, err, output)
	output, err = c.command(destroy)
	require.NoError(t, err, output)
	c.buryVolumes(destroy)
}

// quiet is how long no request arrives when nothing acts any more.
const quiet = 1500 * time.Millisecond

// calm ends the accident: the cloud is itself again, and nothing of the run is left that
// still acts.
func (c *campaign) calm() {
	c.t.Helper()
	if _, err := http.Get(c.cloud.BaseURL.String() + "sandbox/health"); err != nil {
		c.w.start()
	}
	c.control("faults", `{"rules":[]}`)
	c.control("delays", `{}`)
	killMarked(c.w.dir, "pulumi")
	c.wire.join()
	// The provider in the sandbox finishes what it was asked for.
	for size := int64(-1); ; {
		info, err := os.Stat(filepath.Join(c.w.dir, "requests.jsonl"))
		require.NoError(c.t, err)
		if info.Size() == size {
			return
		}
		size = info.Size()
		time.Sleep(quiet)
	}
}

// control sets one of the sandbox's knobs.
func (c *campaign) control(knob, body string) {
	c.t.Helper()
	request, err := http.NewRequest(http.MethodPut, c.cloud.BaseURL.String()+"sandbox/"+knob, strings.NewReader(body))
	require.NoError(c.t, err)
	response, err := http.DefaultClient.Do(request)
	require.NoError(c.t, err)
	defer response.Body.Close()
	require.Less(c.t, response.StatusCode, 300, "%s %s", knob, body)
}

// said is what the commands of the case printed.
func (c *campaign) said() string {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	return c.output.String()
}

// forget begins a case.
func (c *campaign) forget() {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.output.Reset()
}

// Write keeps what a command prints.
func (c *campaign) Write(text []byte) (int, error) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	return c.output.Write(text)
}
