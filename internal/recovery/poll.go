package recovery

import (
	"context"
	"errors"
	"time"

	"github.com/cenkalti/backoff/v5"
)

const (
	// patience is how long the official provider waits for a cluster
	// (resource_kubernetes_cluster.go, Timeouts), the slowest thing there is.
	patience = 30 * time.Minute
	// lookEvery is the time between two looks: minutes pass, and the account's limit is
	// 5000 requests an hour (docs.digitalocean.com/reference/api, "Rate Limit").
	lookEvery = time.Second
)

// errUnready is what is left to say when patience ends.
var errUnready = errors.New("it is not ready after half an hour; run the same command again later")

// poll asks until there is an answer or an error.
func poll(ctx context.Context, ask func() (bool, error)) error {
	_, err := backoff.Retry(ctx, func() (struct{}, error) {
		done, err := ask()
		switch {
		case err != nil:
			return struct{}{}, backoff.Permanent(err)
		case !done:
			return struct{}{}, errUnready
		}
		return struct{}{}, nil
	}, backoff.WithBackOff(backoff.NewConstantBackOff(lookEvery)), backoff.WithMaxElapsedTime(patience))
	return err
}
