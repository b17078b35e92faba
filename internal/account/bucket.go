package account

import "fmt"

// BucketURL returns where a bucket is. An endpoint other than "" stands for all regions,
// as that of the sandbox does.
func BucketURL(endpoint, region, bucket string) string {
	if endpoint == "" {
		endpoint = fmt.Sprintf("https://%s.digitaloceanspaces.com", region)
	}
	return endpoint + "/" + bucket
}
