// Command gomeet-sandbox is a DigitalOcean that runs on this machine: the cloud's
// API, its object storage, and a real Kubernetes control plane for every cluster
// created through that API.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/gomeet/infra/sandbox/internal/commands"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := commands.Root().ExecuteContext(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "gomeet-sandbox:", err)
		os.Exit(commands.ExitCode(err))
	}
}
