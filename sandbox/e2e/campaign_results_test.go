package e2e_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// result is a line of the results' file.
type result struct {
	Seed      uint64    `json:"seed"`
	Accident  string    `json:"accident"`
	Operation operation `json:"operation"`
	Seconds   int       `json:"seconds"`
	Passed    bool      `json:"passed"`
	// Struck says that the accident happened while the command ran, Build what was tried
	// (campaign.build).
	Struck *bool  `json:"struck,omitempty"`
	Build  string `json:"build,omitempty"`
	Said   string `json:"said,omitempty"`
}

// results are those of all cases, also of earlier runs with the same file.
type results struct {
	mutex sync.Mutex
	file  *os.File
	last  map[uint64]result
}

func openResults(t *testing.T, path string) *results {
	t.Helper()
	r := &results{last: map[uint64]result{}}
	if path == "" {
		return r
	}
	var err error
	r.file, err = os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_APPEND, 0o600)
	require.NoError(t, err)
	t.Cleanup(func() { r.file.Close() })
	lines := bufio.NewScanner(r.file)
	for lines.Scan() {
		var one result
		// A line that was cut off is that of a case that was cut off.
		if json.Unmarshal(lines.Bytes(), &one) == nil {
			r.last[one.Seed] = one
		}
	}
	require.NoError(t, lines.Err())
	return r
}

// baseline is what happens without an accident, kept beside the results. It is that of one
// build of the program and the sandbox: another one may make, or count, other things.
type baseline struct {
	Build string                       `json:"build"`
	Took  map[operation]time.Duration  `json:"took"`
	Asked map[operation]int            `json:"asked"`
	Want  map[operation]map[string]int `json:"want"`
}

func (r *results) remember(c *campaign) {
	if r.file == nil {
		return
	}
	text, err := json.Marshal(baseline{c.build, c.took, c.asked, c.want})
	require.NoError(c.t, err)
	require.NoError(c.t, os.WriteFile(r.file.Name()+".baseline", text, 0o600))
}

// recall tells a campaign what it has been without an accident, if that is known.
func (r *results) recall(c *campaign) bool {
	var b baseline
	if r.file == nil {
		return false
	}
	text, err := os.ReadFile(r.file.Name() + ".baseline")
	if err != nil || json.Unmarshal(text, &b) != nil || b.Build != c.build {
		return false
	}
	c.took, c.asked, c.want = b.Took, b.Asked, b.Want
	return true
}

// missing leaves out the seeds that have passed.
func (r *results) missing(seeds []uint64) []uint64 {
	return slices.DeleteFunc(slices.Clone(seeds), func(seed uint64) bool { return r.last[seed].Passed })
}

func (r *results) add(t *testing.T, k faultCase, c *campaign, took time.Duration, passed bool) {
	t.Helper()
	struck := c.struck
	one := result{
		Seed: k.seed, Accident: k.accident.name, Operation: k.what, Seconds: int(took.Seconds()), Passed: passed, Struck: &struck, Build: c.build,
	}
	said := c.said()
	if !passed {
		one.Said = lastLine(said)
	}
	r.mutex.Lock()
	defer r.mutex.Unlock()
	r.last[k.seed] = one
	if r.file == nil {
		return
	}
	if !passed {
		require.NoError(t, os.WriteFile(fmt.Sprintf("%s.seed-%d", r.file.Name(), k.seed), []byte(said), 0o600))
	}
	line, err := json.Marshal(one)
	require.NoError(t, err)
	_, err = r.file.Write(append(line, '\n'))
	require.NoError(t, err)
}

// summary is a table for docs/reliability.md: the cases by accident and operation.
func (r *results) summary() string {
	var b strings.Builder
	fmt.Fprintf(&b, "| accident |")
	for _, what := range operations {
		fmt.Fprintf(&b, " %s |", what)
	}
	fmt.Fprintf(&b, "\n| --- |%s\n", strings.Repeat(" ---: |", len(operations)))
	total, seconds, failed := 0, 0, []uint64{}
	for _, a := range accidents {
		fmt.Fprintf(&b, "| %s |", a.name)
		for _, what := range operations {
			n := 0
			for _, one := range r.last {
				if one.Accident == a.name && one.Operation == what {
					n++
					total++
					seconds += one.Seconds
					if !one.Passed {
						failed = append(failed, one.Seed)
					}
				}
			}
			fmt.Fprintf(&b, " %d |", n)
		}
		fmt.Fprintln(&b)
	}
	slices.Sort(failed)
	fmt.Fprintf(&b, "\n%d cases on %d builds, %d failed %v, %d accidents came after the run, seeds %s, %d s each on average\n",
		total, r.builds(), len(failed), failed, r.missed(slices.Collect(maps.Keys(r.last))), r.seeds(), seconds/max(1, total))
	return b.String()
}

// missed is how many of the seeds' accidents came too late, as far as that was noted.
func (r *results) missed(seeds []uint64) (n int) {
	for _, seed := range seeds {
		if one, tried := r.last[seed]; tried && one.Struck != nil && !*one.Struck {
			n++
		}
	}
	return n
}

// builds is how many different builds the cases ran on.
func (r *results) builds() int {
	all := map[string]bool{}
	for _, one := range r.last {
		all[one.Build] = true
	}
	return len(all)
}

// seeds writes the seeds as ranges.
func (r *results) seeds() string {
	var all []uint64
	for seed := range r.last {
		all = append(all, seed)
	}
	slices.Sort(all)
	var parts []string
	for i := 0; i < len(all); {
		j := i
		for j+1 < len(all) && all[j+1] == all[j]+1 {
			j++
		}
		part := fmt.Sprint(all[i])
		if j > i {
			part += fmt.Sprintf("-%d", all[j])
		}
		parts, i = append(parts, part), j+1
	}
	return strings.Join(parts, ",")
}
