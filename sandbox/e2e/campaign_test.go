package e2e_test

import (
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
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
)

// changes are what a change changes: a count, a pool that is replaced, new alerts, and a
// rollout.
var changes = []string{
	"pools.api.count=2", "pools.sfu.size=c-4", "alertEmails[0]=oncall@gomeet.example", "apiImage=ghcr.io/gomeet/api:1.0.1",
}

// campaign is a stack and what happened to it.
type campaign struct {
	w     *world
	t     *testing.T
	cloud cloud
	// base and changed are stack files; deployed is the one the stack has, "" for none.
	base, changed, deployed string
	// took is how long an undisturbed run takes: the span in which accidents happen.
	took map[operation]time.Duration
	// output is what the disturbed command printed.
	output string
	// secrets are texts that must not be seen.
	secrets []string
}

// newCampaign brings a small stack up and down once.
func newCampaign(w *world) *campaign {
	c := &campaign{w: w, t: w.t, cloud: w.cloud(), took: map[operation]time.Duration{}}
	w.compileOnce()
	w.run("make", "--no-print-directory", "-o", "tools", "stack", "STACK=dev")
	file := filepath.Join(w.dir, "config", "Pulumi.dev.yaml")
	c.base, c.changed = file+".base", file+".changed"
	c.copy(file, c.base)
	for _, assignment := range changes {
		key, value, _ := strings.Cut(assignment, "=")
		c.must(fmt.Sprintf("pulumi config set --stack dev --path 'gomeet:%s' -- '%s'", key, value))
	}
	c.copy(file, c.changed)
	c.secrets = c.configuredSecrets()
	for _, what := range []operation{create, change, destroy} {
		c.use(what)
		started := time.Now()
		output, err := c.command(what)
		require.NoError(w.t, err, output)
		c.took[what] = time.Since(started)
		c.settled(what)
	}
	return c
}

// compileOnce lets the language host find the compiled program: compiling it anew for
// every run would be most of the campaign.
func (w *world) compileOnce() {
	w.t.Helper()
	shim := filepath.Join(w.dir, "shim")
	require.NoError(w.t, os.MkdirAll(shim, 0o700))
	program := filepath.Join(shim, "program")
	w.run("go", "build", "-o", program, ".")
	compiler, err := exec.LookPath("go")
	require.NoError(w.t, err)
	script := fmt.Sprintf(`#!/bin/bash
if [[ $1 == build && $3 == */pulumi-go.* ]]; then ln -sf %q "$3"; else exec %q "$@"; fi
`, program, compiler)
	require.NoError(w.t, os.WriteFile(filepath.Join(shim, "go"), []byte(script), 0o700))
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
	if what == change {
		file = c.changed
	}
	c.copy(file, filepath.Join(c.w.dir, "config", "Pulumi.dev.yaml"))
}

// begin makes the state in which an operation starts.
func (c *campaign) begin(what operation) {
	c.t.Helper()
	c.use(create)
	switch {
	case what == create && c.deployed != "":
		output, err := c.command(destroy)
		require.NoError(c.t, err, output)
		c.settled(destroy)
	case what != create && c.deployed != c.base:
		output, err := c.command(create)
		require.NoError(c.t, err, output)
		c.settled(create)
	}
	c.use(what)
}

// startOver gives up what the stack has: a failed case must not spoil the next one.
func (c *campaign) startOver() error {
	c.t = c.w.t
	c.control("faults", `{"rules":[]}`)
	c.control("delays", `{}`)
	c.use(create)
	if output, err := c.shell("gomeet recover --stack dev"); err != nil {
		return fmt.Errorf("%w: %s", err, output)
	}
	output, err := c.command(destroy)
	if err != nil {
		return fmt.Errorf("%w: %s", err, output)
	}
	c.deployed = ""
	return nil
}

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
	// The provider in the sandbox finishes what it was asked for.
	for size := int64(-1); ; {
		info, err := os.Stat(filepath.Join(c.w.dir, "requests.jsonl"))
		require.NoError(c.t, err)
		if info.Size() == size {
			return
		}
		size = info.Size()
		time.Sleep(1500 * time.Millisecond)
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

// mustRecover runs the command that the documentation names.
func (c *campaign) mustRecover() {
	c.t.Helper()
	c.t.Log(strings.TrimSpace(c.must("gomeet recover --stack dev")))
}
