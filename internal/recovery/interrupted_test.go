package recovery_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomeet/infra/internal/recovery"
)

// saying puts a pulumi on PATH that answers with a state and a history.
func saying(t *testing.T, state, history string, code int) *recovery.CLI {
	t.Helper()
	folder := t.TempDir()
	for name, text := range map[string]string{
		"state": state, "history": history,
		"pulumi": fmt.Sprintf("#!/bin/sh\ncase \"$*\" in\n*export*) cat %[1]s/state; exit %[2]d;;\n*history*) cat %[1]s/history;;\n*) exit 9;;\nesac\n", folder, code),
	} {
		require.NoError(t, os.WriteFile(filepath.Join(folder, name), []byte(text), 0o700))
	}
	t.Setenv("PATH", folder+string(os.PathListSeparator)+os.Getenv("PATH"))
	return &recovery.CLI{Backend: "file://" + folder, Project: "gomeet", Name: "dev"}
}

// "make up" and "make down" recover first where the last run left a sign, and only there.
func TestInterrupted(t *testing.T) {
	const (
		pool      = `"urn":"urn:pulumi:dev::gomeet::digitalocean:index/kubernetesNodePool:KubernetesNodePool::pool"`
		finished  = `[{"result":"succeeded"}]`
		resources = `{"deployment":{"resources":[%s]%s}}`
	)
	for name, c := range map[string]struct {
		state, history string
		want           bool
	}{
		"never deployed":               {`{"deployment":{}}`, `[]`, false},
		"finished":                     {fmt.Sprintf(resources, "{"+pool+"}", ""), finished, false},
		"the replaced is still there":  {fmt.Sprintf(resources, "{"+pool+`},{"delete":true,`+pool+"}", ""), finished, false},
		"an operation is not finished": {fmt.Sprintf(resources, "{"+pool+"}", `,"pending_operations":[{}]`), finished, true},
		"a replacement is missing":     {fmt.Sprintf(resources, `{"delete":true,`+pool+"}", ""), finished, true},
		"the last run failed":          {fmt.Sprintf(resources, "{"+pool+"}", ""), `[{"result":"failed"}]`, true},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := saying(t, c.state, c.history, 0).Interrupted(t.Context())
			require.NoError(t, err)
			require.Equal(t, c.want, got)
		})
	}
}

// What pulumi said may be a state with its secrets, and is no part of the error then.
func TestErrorsQuoteNoState(t *testing.T) {
	_, err := saying(t, `{"password":"hunter2"}`, `[]`, 3).Interrupted(t.Context())
	require.ErrorContains(t, err, "pulumi stack export --stack dev")
	require.NotContains(t, err.Error(), "hunter2")
}
