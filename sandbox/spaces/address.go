package spaces

import (
	"net"
	"net/http"
	"slices"
	"strings"
)

// regions are the regions with Spaces, as the Terraform provider allows them for
// digitalocean_spaces_bucket (v2.62, the list SpacesRegions).
var regions = []string{"ams3", "atl1", "blr1", "fra1", "lon1", "nyc3", "sfo2", "sfo3", "sgp1", "syd1", "tor1"}

func isRegion(name string) bool { return slices.Contains(regions, name) }

// hosts are the names under which the endpoint is reached. More labels in front
// are a region, a bucket, or a bucket and a region.
var hosts = []string{"localhost", "127.0.0.1"}

// address is what a request is about. Key is empty for a bucket, and so is bucket
// for the endpoint as a whole. Region is empty when the host names none.
type address struct {
	region, bucket, key string
}

// addressOf reads the address of a request from its host and path.
func addressOf(r *http.Request) address {
	var a address
	a.region, a.bucket = splitHost(r.Host)
	path := strings.TrimPrefix(r.URL.Path, "/")
	if a.bucket == "" {
		a.bucket, path, _ = strings.Cut(path, "/")
	}
	a.key = path
	return a
}

// splitHost returns the region and the bucket in a host name, if they are there.
func splitHost(host string) (region, bucket string) {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	for _, base := range hosts {
		labels, found := strings.CutSuffix(strings.ToLower(host), "."+base)
		if !found {
			continue
		}
		// A bucket's name may have dots; a region has none and is the last label.
		rest, last := "", labels
		if i := strings.LastIndexByte(labels, '.'); i >= 0 {
			rest, last = labels[:i], labels[i+1:]
		}
		if isRegion(last) {
			return last, rest
		}
		return "", labels
	}
	return "", ""
}

// pathStyle changes the request to one whose path names the bucket, which is the
// only style gofakes3 is asked to understand.
func (a address) pathStyle(r *http.Request) {
	r.URL.Path = "/" + a.bucket
	if a.key != "" {
		r.URL.Path += "/" + a.key
	}
	r.URL.RawPath = ""
}
