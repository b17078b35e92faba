package recovery

import (
	"context"
	"fmt"
	"net/http"

	"github.com/gomeet/infra/internal/account"
	"github.com/gomeet/infra/internal/engine"
)

// findBucket asks for a bucket without a signature: one that exists is forbidden (403),
// one that does not is not found (404). The names of the program's buckets end in the
// stack's random id, so what exists under one of them is this stack's.
func findBucket(ctx context.Context, c *Cloud, want *engine.Resource) ([]Found, error) {
	name, region := text(want, "name"), text(want, "region")
	if name == "" || region == "" {
		return nil, nil
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodHead, account.BucketURL(c.Spaces, region, name), nil)
	if err != nil {
		return nil, fmt.Errorf("looking for bucket %s: %w", name, err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, fmt.Errorf("looking for bucket %s: %w", name, err)
	}
	defer response.Body.Close()
	switch response.StatusCode {
	case http.StatusNotFound:
		return nil, nil
	case http.StatusOK, http.StatusForbidden:
		return []Found{{ID: name, Import: region + "," + name}}, nil
	default:
		return nil, fmt.Errorf("looking for bucket %s: %s", name, response.Status)
	}
}
