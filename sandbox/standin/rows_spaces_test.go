package standin

import (
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/digitalocean/godo"
	"github.com/pulumi/pulumi/sdk/v3/go/property"
)

// spacesRows are the rows of buckets, their keys and their CDN endpoints.
func spacesRows() map[string]row {
	rule := func(days float64) []any {
		return []any{map[string]any{"prefix": "tmp/", "enabled": true, "expiration": map[string]any{"days": days},
			"noncurrentVersionExpiration": map[string]any{"days": 1.0}, "abortIncompleteMultipartUploadDays": 2.0}}
	}
	return map[string]row{
		"bucket": {
			clears: []string{"region", "lifecycleRules"},
			token:  bucketToken,
			inputs: fixed("name", "recordings", "region", "sgp1", "acl", "private", "forceDestroy", false,
				"versioning", map[string]any{"enabled": false}, "lifecycleRules", rule(7)),
			outputs:  []string{"bucketDomainName", "endpoint", "bucketUrn"},
			imported: func(id string) string { return "sgp1," + id },
			edits:    map[string]any{"acl": "public-read", "forceDestroy": true, "lifecycleRules": rule(9)},
			replaces: map[string]any{"region": "blr1"},
			behind: func(e engine, id string) (string, error) {
				b, err := e.behind().buckets("sgp1")
				if err != nil {
					return "", err
				}
				_, err = b.PutBucketVersioning(e.t.Context(), &s3.PutBucketVersioningInput{
					Bucket: &id, VersioningConfiguration: &types.VersioningConfiguration{Status: types.BucketVersioningStatusEnabled},
				})
				return "versioning.enabled", err
			},
		},
		"access key": {
			clears:  []string{"grants"},
			token:   keyToken,
			inputs:  fixed("name", "egress", "grants", []any{map[string]any{"bucket": "recordings", "permission": "read"}}),
			outputs: []string{"accessKey", "secretKey", "createdAt"}, secret: "secretKey",
			edits: map[string]any{"name": "other", "grants": []any{map[string]any{"bucket": "", "permission": "fullaccess"}}},
			behind: func(e engine, id string) (string, error) {
				_, _, err := e.behind().SpacesKeys.Update(e.t.Context(), id, &godo.SpacesKeyUpdateRequest{Name: "other", Grants: []*godo.Grant{}})
				return "grants", err
			},
		},
		"CDN endpoint": {
			clears: []string{"customDomain"},
			token:  cdnToken,
			inputs: func(e engine) property.Map {
				e.create(certificateToken, object("name", "meet", "type", "lets_encrypt", "domains", []any{"cdn.example"}))
				e.create(certificateToken, object("name", "other", "type", "lets_encrypt", "domains", []any{"cdn2.example"}))
				return object("origin", "recordings.sgp1.digitaloceanspaces.com", "ttl", 600.0,
					"certificateName", "meet", "customDomain", "cdn.example")
			},
			outputs:  []string{"endpoint", "createdAt", "certificateId"},
			edits:    map[string]any{"ttl": 3600.0, "certificateName": "other", "customDomain": "cdn2.example"},
			replaces: map[string]any{"origin": "x.sgp1.digitaloceanspaces.com"},
			behind: func(e engine, id string) (string, error) {
				other, err := findCertificate(e.t.Context(), e.behind(), "other")
				if err != nil {
					return "", err
				}
				_, _, err = e.behind().CDNs.UpdateCustomDomain(e.t.Context(), id,
					&godo.CDNUpdateCustomDomainRequest{CertificateID: other.ID, CustomDomain: "evil.example"})
				return "customDomain", err
			},
		},
	}
}
