package drift

import (
	"context"
	"fmt"
	"net/http"

	"github.com/gomeet/infra/internal/account"
	"github.com/gomeet/infra/internal/engine"
)

const bucketType = "digitalocean:index/spacesBucket:SpacesBucket"

// OpenBuckets finds private buckets of the state that somebody opened to the world. The
// provider never reads an ACL back, so a refresh does not see it, and a deployment does
// not mend it. Asking for a list without a signature tells, and takes no key. Endpoint is
// that of all regions, "" for DigitalOcean's.
func OpenBuckets(ctx context.Context, client *http.Client, endpoint string, state []*engine.Resource) ([]Finding, error) {
	var found []Finding
	for _, r := range state {
		region, acl := r.Outputs["region"], r.Outputs["acl"]
		if r.Type != bucketType || !region.IsString() || !acl.IsString() || acl.StringValue() != "private" {
			continue
		}
		open, err := lists(ctx, client, account.BucketURL(endpoint, region.StringValue(), r.ID))
		if err != nil {
			return nil, fmt.Errorf("looking whether bucket %s is private: %w", r.ID, err)
		}
		if open {
			found = append(found, Finding{
				Class: World, What: "changed", Type: r.Type, Name: r.Name, URN: string(r.URN), ID: r.ID,
				Changes: []Change{{Path: "acl", Before: "private", After: "public-read"}},
				Fix: fmt.Sprintf("s3cmd --host=%s.digitaloceanspaces.com setacl --acl-private s3://%s (no deployment sees it); then find out what was read",
					region.StringValue(), r.ID),
			})
		}
	}
	return found, nil
}

// lists reports whether a bucket lists its objects to anybody.
func lists(ctx context.Context, client *http.Client, address string) (bool, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address+"?max-keys=1", nil)
	if err != nil {
		return false, err
	}
	response, err := client.Do(request)
	if err != nil {
		return false, err
	}
	defer response.Body.Close()
	switch response.StatusCode {
	case http.StatusOK:
		return true, nil
	case http.StatusForbidden, http.StatusNotFound: // One that is gone is another finding.
		return false, nil
	default:
		return false, fmt.Errorf("it answered %s", response.Status)
	}
}
