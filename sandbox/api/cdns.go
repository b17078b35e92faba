package api

import (
	"cmp"
	"regexp"
	"slices"

	"github.com/digitalocean/godo"
	"github.com/google/uuid"

	"github.com/gomeet/infra/sandbox/store"
)

var cdns = store.NewCollection[godo.CDN]("cdn_endpoints")

// cdnOrigin is a bucket's address; cdnTTLs are the times in seconds that are offered
// (cdn_endpoint.yml of the OpenAPI document).
var (
	cdnOrigin = regexp.MustCompile(`^([a-z0-9.-]+)\.([a-z0-9]+)\.digitaloceanspaces\.com$`)
	cdnTTLs   = []uint32{60, 600, 3600, 86400, 604800}
)

const defaultCDNTTL = 3600

// cdnRequest is what a request gives; a PUT leaves the rest as it is.
type cdnRequest struct {
	Origin        string  `json:"origin"`
	TTL           uint32  `json:"ttl"`
	CustomDomain  *string `json:"custom_domain"`
	CertificateID *string `json:"certificate_id"`
}

func (s *Server) registerCDNs() {
	register(s, simple[godo.CDN, cdnRequest]{
		path: "/v2/cdn/endpoints", one: "endpoint", many: "endpoints", inventory: "cdn_endpoints",
		items: cdns, id: func(e godo.CDN) string { return e.ID },
		describe: func(e godo.CDN) item { return item{id: e.ID, name: e.Endpoint, created: e.CreatedAt} },
		make: func(c *call, req cdnRequest) (godo.CDN, error) {
			parts := cdnOrigin.FindStringSubmatch(req.Origin)
			if parts == nil {
				return godo.CDN{}, invalid("origin %q is invalid, want BUCKET.REGION.digitaloceanspaces.com", req.Origin)
			}
			all, err := cdns.List(c.tx)
			if err != nil {
				return godo.CDN{}, err
			}
			if slices.ContainsFunc(all, func(o godo.CDN) bool { return o.Origin == req.Origin }) {
				return godo.CDN{}, conflict("origin %q has a CDN endpoint already", req.Origin)
			}
			e := godo.CDN{
				ID: uuid.NewString(), Origin: req.Origin, CreatedAt: c.now,
				Endpoint: parts[1] + "." + parts[2] + ".cdn.digitaloceanspaces.com",
			}
			return fillCDN(c, e, req)
		},
		edit: fillCDN,
	})
	s.delete("/v2/cdn/endpoints/{id}/cache", func(c *call) (reply, error) {
		if _, err := find(c, cdns, c.param("id")); err != nil {
			return reply{}, err
		}
		return noContent()
	})
}

func fillCDN(c *call, e godo.CDN, req cdnRequest) (godo.CDN, error) {
	if e.TTL = cmp.Or(req.TTL, e.TTL, defaultCDNTTL); !slices.Contains(cdnTTLs, e.TTL) {
		return e, invalid("ttl is %d, want one of %d", e.TTL, cdnTTLs)
	}
	if req.CustomDomain != nil {
		e.CustomDomain = *req.CustomDomain
	}
	if req.CertificateID != nil {
		e.CertificateID = *req.CertificateID
	}
	if e.CertificateID != "" {
		if _, err := find(c, certificates, e.CertificateID); err != nil {
			return e, invalid("certificate %q does not exist", e.CertificateID)
		}
	}
	if (e.CustomDomain == "") != (e.CertificateID == "") {
		return e, invalid("custom_domain and certificate_id go together")
	}
	return e, nil
}
