// Package commands is the command line of the sandbox.
package commands

import (
	"errors"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/gomeet/infra/sandbox/internal/sandboxd"
)

// errStopped is in the errors of commands that need a running sandbox.
var errStopped = errors.New("start it with \"make sandbox\"")

// stoppedCode is the exit code of "status" when no sandbox runs; it is the one init
// scripts use for "program is not running" (LSB core specification, 20.2).
const stoppedCode = 3

// ExitCode returns the exit code of an error.
func ExitCode(err error) int {
	if errors.Is(err, errStopped) {
		return stoppedCode
	}
	return 1
}

// options are the flags every command has.
type options struct{ dir, tools string }

// Root returns the command gomeet-sandbox.
func Root() *cobra.Command {
	o := &options{}
	root := &cobra.Command{
		Use:           "gomeet-sandbox",
		Short:         "A DigitalOcean that runs on this machine",
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	root.PersistentFlags().StringVar(&o.dir, "dir", fromEnv("GOMEET_SANDBOX_DIR", ".sandbox"), "directory of the sandbox's data")
	root.PersistentFlags().StringVar(&o.tools, "tools", fromEnv("GOMEET_TOOLS", filepath.Join("tools", "bin")), "directory of the built tools")
	root.AddCommand(serve(o), start(o), stop(o), status(o), env(o), inventory(o), reset(o), logs(o))
	return root
}

func fromEnv(name, fallback string) string {
	if value := os.Getenv(name); value != "" {
		return value
	}
	return fallback
}

// resolve makes the directories absolute: the sandbox outlives the shell that
// started it.
func (o *options) resolve() (dir sandboxd.Dir, tools string, err error) {
	absolute, err := filepath.Abs(o.dir)
	if err != nil {
		return "", "", err
	}
	tools, err = filepath.Abs(o.tools)
	return sandboxd.Dir(absolute), tools, err
}
