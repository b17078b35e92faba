package e2e_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"sigs.k8s.io/yaml"
)

// verdict is kube-score's, of one object (its output format json, version v2).
type verdict struct {
	Name     string `json:"object_name"`
	TypeMeta struct {
		Kind string `json:"kind"`
	} `json:"type_meta"`
	ObjectMeta struct {
		Name      string `json:"name"`
		Namespace string `json:"namespace"`
	} `json:"object_meta"`
	Checks []struct {
		Check struct {
			ID string `json:"id"`
		} `json:"check"`
		Grade    int  `json:"grade"`
		Skipped  bool `json:"skipped"`
		Comments []struct {
			Path        string `json:"path"`
			Summary     string `json:"summary"`
			Description string `json:"description"`
		} `json:"comments"`
	} `json:"checks"`
}

// critical is kube-score's worst grade; 5 is a warning, 7 almost, 10 all is well.
const critical = 1

// exception is a critical finding that stays, with the reason why.
type exception struct {
	// Object is a pattern of Kind/namespace/name; Check is the check's id.
	Object, Check, Reason string
	// Says is a part of the comment, where an object has several of one check.
	Says string
}

// proveScore lets kube-score judge every object of the clusters. Nothing is critical but
// what testdata/kube-score-exceptions.yaml gives a reason for, and each of those is there.
func (w *world) proveScore(t *testing.T, clusters []*cluster) {
	exceptions := readExceptions(t)
	used := make([]bool, len(exceptions))
	for _, c := range clusters {
		var findings []string
		objects := c.objects(t)
		checks := 0
		for _, v := range w.score(t, inYAML(t, objects)) {
			object := fmt.Sprintf("%s/%s/%s", v.TypeMeta.Kind, v.ObjectMeta.Namespace, v.ObjectMeta.Name)
			for _, check := range v.Checks {
				if !check.Skipped {
					checks++
				}
				if check.Skipped || check.Grade != critical {
					continue
				}
				for _, comment := range check.Comments {
					says := strings.TrimSpace(comment.Path + " " + comment.Summary)
					i := slices.IndexFunc(exceptions, func(e exception) bool {
						ok, err := path.Match(e.Object, object)
						return err == nil && ok && e.Check == check.Check.ID && strings.Contains(says, e.Says)
					})
					if i < 0 {
						findings = append(findings, fmt.Sprintf("%s %s: %s", object, check.Check.ID, says))
					} else {
						used[i] = true
					}
				}
			}
		}
		require.NotZero(t, checks, "kube-score judged nothing")
		require.Empty(t, findings, "%s: critical to kube-score:\n%s", c.site, strings.Join(findings, "\n"))
		t.Logf("%s: %d checks of %d objects, none critical but %d documented exceptions", c.site, checks, len(objects), len(exceptions))
	}
	for i, e := range exceptions {
		require.NotEmpty(t, e.Reason, "%s %s", e.Object, e.Check)
		require.True(t, used[i], "the exception of %s for %s is not needed any more", e.Check, e.Object)
	}
}

func readExceptions(t *testing.T) []exception {
	t.Helper()
	text, err := os.ReadFile("testdata/kube-score-exceptions.yaml")
	require.NoError(t, err)
	var exceptions []exception
	require.NoError(t, yaml.UnmarshalStrict(text, &exceptions))
	return exceptions
}

// score runs kube-score, which exits with 1 when it finds something critical.
func (w *world) score(t *testing.T, objects []byte) []verdict {
	t.Helper()
	require.FileExists(t, w.tool("kube-score"), `run "tools/build lint" first`)
	cmd := exec.Command(w.tool("kube-score"), "score", "--output-format", "json", "--output-version", "v2", "-")
	cmd.Stdin = bytes.NewReader(objects)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	output, err := cmd.Output()
	if cmd.ProcessState == nil || cmd.ProcessState.ExitCode() > 1 {
		require.NoError(t, err, stderr.String())
	}
	var verdicts []verdict
	require.NoError(t, json.Unmarshal(output, &verdicts), "%s%s", output, stderr.String())
	return verdicts
}
