package e2e_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// buildProgram compiles the program. The engine does so for every run, which is most of the
// time of a run.
func buildProgram(t *testing.T) string {
	t.Helper()
	program := filepath.Join(t.TempDir(), "program")
	build := exec.Command("go", "build", "-o", program, ".")
	build.Dir = "../.."
	output, err := build.CombinedOutput()
	require.NoError(t, err, "%s", output)
	return program
}

// useProgram lets the language host find the compiled program.
func (w *world) useProgram(program string) {
	w.t.Helper()
	shim := filepath.Join(w.dir, "shim")
	require.NoError(w.t, os.MkdirAll(shim, 0o700))
	compiler, err := exec.LookPath("go")
	require.NoError(w.t, err)
	script := fmt.Sprintf(`#!/bin/bash
if [[ $1 == build && $3 == */pulumi-go.* ]]; then ln -sf %q "$3"; else exec %q "$@"; fi
`, program, compiler)
	require.NoError(w.t, os.WriteFile(filepath.Join(shim, "go"), []byte(script), 0o700))
	w.env = append(w.env, "PATH="+shim+":"+os.Getenv("PATH"))
}

// compiled lets all runs of a test use the program as it is now.
func (w *world) compiled() *world {
	w.t.Helper()
	w.useProgram(buildProgram(w.t))
	return w
}
