// Command gomeet is the command line of GoMeet's infrastructure: what Pulumi's
// own commands leave open. Data goes to standard output, everything else to
// standard error.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	// The second signal ends the program where nothing looks at the context.
	context.AfterFunc(ctx, stop)
	if err := newRoot().ExecuteContext(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "gomeet:", err)
		os.Exit(exitCode(err))
	}
}
