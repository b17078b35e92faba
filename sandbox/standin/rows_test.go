package standin

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"maps"
	"math/big"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/digitalocean/godo"
	p "github.com/pulumi/pulumi-go-provider"
	"github.com/pulumi/pulumi/sdk/v3/go/property"
	"github.com/stretchr/testify/require"
)

// row is what a resource of the table has to do.
type row struct {
	token string
	// inputs makes what the resource needs and says how it is made.
	inputs func(e engine) property.Map
	// outputs are the properties only the cloud knows, secret those among them.
	outputs []string
	secret  string
	// edits are new values of properties that change in place, replaces of those
	// that replace.
	edits, replaces map[string]any
	// behind changes the property that it names behind the engine's back.
	behind func(e engine, id string) (property string, err error)
}

func with(inputs property.Map, changes map[string]any) property.Map {
	for name, value := range changes {
		inputs = inputs.Set(name, valueOf(value))
	}
	return inputs
}

// fixed is for a resource that needs no other.
func fixed(pairs ...any) func(engine) property.Map {
	return func(engine) property.Map { return object(pairs...) }
}

// TestRows takes every row through its life.
func TestRows(t *testing.T) {
	for name, r := range rows(t) {
		t.Run(name, func(t *testing.T) {
			ctx, e := t.Context(), start(t)
			inputs := r.inputs(e)
			id, state := e.create(r.token, inputs)
			require.NotEmpty(t, id)
			require.Empty(t, e.changes(r.token, id, state, inputs))
			for _, output := range r.outputs {
				require.False(t, empty(state.Get(output)), output)
			}
			if r.secret != "" {
				require.True(t, state.Get(r.secret).Secret())
			}

			kinds := map[string]p.DiffKind{}
			for name, value := range r.replaces {
				require.Equal(t, map[string]p.DiffKind{name: kindOf(changeOf(inputs, name), true)},
					e.changes(r.token, id, state, with(inputs, map[string]any{name: value})))
			}
			for name := range r.edits {
				kinds[name] = changeOf(state, name)
			}
			if len(r.edits) > 0 {
				changed := with(inputs, r.edits)
				require.Equal(t, kinds, e.changes(r.token, id, state, changed))
				updated, err := e.Update(ctx, p.UpdateRequest{ID: id, Urn: urn(r.token), State: state, Inputs: changed})
				require.NoError(t, err)
				state, inputs = updated.Properties, changed
				require.Empty(t, e.changes(r.token, id, state, inputs))
				e.unchanged(r.token, id, state, inputs)
			} else {
				_, err := e.Update(ctx, p.UpdateRequest{ID: id, Urn: urn(r.token), State: state, Inputs: inputs})
				require.ErrorContains(t, err, "replaces")
			}

			if r.behind != nil {
				property, err := r.behind(e, id)
				require.NoError(t, err)
				read, err := e.Read(ctx, p.ReadRequest{ID: id, Urn: urn(r.token), Properties: state, Inputs: inputs})
				require.NoError(t, err)
				drift := slices.Collect(maps.Keys(e.changes(r.token, id, read.Properties, inputs)))
				require.Equal(t, []string{property}, drift, "a refresh finds what changed")
			}
			e.deleteTwice(r.token, id, state)
		})
	}
}

// changeOf says whether giving a property a value changes it or adds it.
func changeOf(state property.Map, name string) p.DiffKind {
	if _, had := state.GetOk(name); had {
		return p.Update
	}
	return p.Add
}

func (e engine) unchanged(token, id string, state, inputs property.Map) {
	e.t.Helper()
	read, err := e.Read(context.Background(), p.ReadRequest{ID: id, Urn: urn(token), Properties: state, Inputs: inputs})
	require.NoError(e.t, err)
	require.Equal(e.t, plainMap(state), plainMap(read.Properties))
	require.Equal(e.t, plainMap(inputs), plainMap(read.Inputs))
}

func (e engine) deleteTwice(token, id string, state property.Map) {
	e.t.Helper()
	request := p.DeleteRequest{ID: id, Urn: urn(token), Properties: state}
	require.NoError(e.t, e.Delete(context.Background(), request))
	require.NoError(e.t, e.Delete(context.Background(), request), "deleting twice is deleting once")
	if token == projectResourcesToken {
		return // it is as long as its project is
	}
	read, err := e.Read(context.Background(), p.ReadRequest{ID: id, Urn: urn(token), Properties: state})
	require.NoError(e.t, err)
	require.Empty(e.t, read.ID, "what is gone has no id")
}

const (
	domainToken           = "digitalocean:index/domain:Domain"
	recordToken           = "digitalocean:index/dnsRecord:DnsRecord"
	certificateToken      = "digitalocean:index/certificate:Certificate"
	projectToken          = "digitalocean:index/project:Project"
	projectResourcesToken = "digitalocean:index/projectResources:ProjectResources"
	bucketToken           = "digitalocean:index/spacesBucket:SpacesBucket"
	keyToken              = "digitalocean:index/spacesKey:SpacesKey"
	cdnToken              = "digitalocean:index/cdn:Cdn"
	monitorAlertToken     = "digitalocean:index/monitorAlert:MonitorAlert"
	uptimeCheckToken      = "digitalocean:index/uptimeCheck:UptimeCheck"
	uptimeAlertToken      = "digitalocean:index/uptimeAlert:UptimeAlert"
)

func rows(t *testing.T) map[string]row {
	leaf, key := selfSigned(t)
	emails := func(address string) map[string]any { return map[string]any{"emails": []any{address}} }
	rule := func(days float64) []any {
		return []any{map[string]any{"prefix": "tmp/", "enabled": true, "expiration": map[string]any{"days": days},
			"noncurrentVersionExpiration": map[string]any{"days": 1.0}, "abortIncompleteMultipartUploadDays": 2.0}}
	}
	return map[string]row{
		"domain": {
			token: domainToken, inputs: fixed("name", "meet.example", "ipAddress", "192.0.2.1"),
			outputs: []string{"domainUrn", "ttl"}, replaces: map[string]any{"name": "x.example", "ipAddress": "192.0.2.2"},
		},
		"record": {
			token: recordToken,
			inputs: func(e engine) property.Map {
				e.create(domainToken, object("name", "meet.example"))
				return object("domain", "meet.example", "type", "CNAME", "name", "www", "value", "lb.example.com.", "ttl", 300.0)
			},
			outputs:  []string{"fqdn"},
			edits:    map[string]any{"value": "other.example.com.", "ttl": 60.0, "name": "app"},
			replaces: map[string]any{"domain": "x.example", "type": "A"},
			behind: func(e engine, id string) (string, error) {
				number, err := strconv.Atoi(id)
				if err != nil {
					return "", err
				}
				_, _, err = e.behind().Domains.EditRecord(e.t.Context(), "meet.example", number,
					&godo.DomainRecordEditRequest{Type: "CNAME", Name: "app", Data: "evil.example.com.", TTL: 60})
				return "value", err
			},
		},
		"certificate of Let's Encrypt": {
			token:    certificateToken,
			inputs:   fixed("name", "meet", "type", "lets_encrypt", "domains", []any{"b.example", "a.example"}),
			outputs:  []string{"uuid", "state", "notAfter", "sha1Fingerprint"},
			replaces: map[string]any{"name": "x", "domains": []any{"a.example"}, "type": "custom"},
		},
		"certificate of one's own": {
			token:   certificateToken,
			inputs:  fixed("name", "own", "privateKey", key, "leafCertificate", leaf, "certificateChain", leaf),
			outputs: []string{"uuid", "state", "notAfter", "sha1Fingerprint"}, secret: "privateKey",
			replaces: map[string]any{"name": "x", "privateKey": "x", "leafCertificate": "x", "certificateChain": "x"},
		},
		"project": {
			token: projectToken,
			inputs: func(e engine) property.Map {
				_, d := e.create(domainToken, object("name", "meet.example"))
				return object("name", "meet", "description", "d", "purpose", "Conferences", "environment", "production",
					"resources", []any{d.Get("domainUrn").AsString()})
			},
			outputs: []string{"ownerUuid", "ownerId", "createdAt", "updatedAt"},
			edits:   map[string]any{"name": "other", "purpose": "Website or blog", "environment": "staging", "resources": []any{}},
			behind: func(e engine, id string) (string, error) {
				_, _, err := e.behind().Projects.Update(e.t.Context(), id, &godo.UpdateProjectRequest{Description: "by hand"})
				return "description", err
			},
		},
		"project resources": {
			token: projectResourcesToken,
			inputs: func(e engine) property.Map {
				id, _ := e.create(projectToken, object("name", "meet"))
				e.create(domainToken, object("name", "b.example"))
				e.create(domainToken, object("name", "a.example"))
				return object("project", id, "resources", []any{"do:domain:a.example"})
			},
			edits:    map[string]any{"resources": []any{"do:domain:b.example"}},
			replaces: map[string]any{"project": "x"},
			behind: func(e engine, _ string) (string, error) {
				_, _, err := e.behind().Projects.AssignResources(e.t.Context(), "default", "do:domain:b.example")
				return "resources", err
			},
		},
		"bucket": {
			token: bucketToken,
			inputs: fixed("name", "recordings", "region", "sgp1", "acl", "private", "forceDestroy", false,
				"versioning", map[string]any{"enabled": false}, "lifecycleRules", rule(7)),
			outputs:  []string{"bucketDomainName", "endpoint", "bucketUrn"},
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
			token: cdnToken,
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
		"alert policy": {
			token: monitorAlertToken,
			inputs: fixed("type", godo.DropletCPUUtilizationPercent, "description", "CPU", "compare", "GreaterThan",
				"value", 80.1, "window", "5m", "tags", []any{"sfu", "gomeet"}, "alerts", map[string]any{
					"emails": []any{"ops@gomeet.example"},
					"slacks": []any{map[string]any{"channel": "ops", "url": "https://hooks.slack.com/services/T/B/x"}},
				}),
			edits: map[string]any{"description": "load", "value": 90.0, "enabled": false, "compare": "LessThan", "window": "1h"},
			behind: func(e engine, id string) (string, error) {
				a, _, err := e.behind().Monitoring.GetAlertPolicy(e.t.Context(), id)
				if err != nil {
					return "", err
				}
				_, _, err = e.behind().Monitoring.UpdateAlertPolicy(e.t.Context(), id, &godo.AlertPolicyUpdateRequest{
					Type: a.Type, Description: a.Description, Compare: a.Compare, Value: 10, Window: a.Window,
					Tags: a.Tags, Alerts: a.Alerts, Enabled: &a.Enabled,
				})
				return "value", err
			},
		},
		"uptime check": {
			token:  uptimeCheckToken,
			inputs: fixed("name", "site", "target", "https://meet.example/healthz", "regions", []any{"us_east", "eu_west"}),
			edits:  map[string]any{"target": "http://meet.example", "type": "http", "enabled": false, "regions": []any{"se_asia"}},
			behind: func(e engine, id string) (string, error) {
				_, _, err := e.behind().UptimeChecks.Update(e.t.Context(), id, &godo.UpdateUptimeCheckRequest{
					Name: "by hand", Target: "http://meet.example", Type: "http", Regions: []string{"se_asia"},
				})
				return "name", err
			},
		},
		"uptime alert": {
			token: uptimeAlertToken,
			inputs: func(e engine) property.Map {
				check, _ := e.create(uptimeCheckToken, object("name", "site", "target", "https://meet.example"))
				return object("checkId", check, "name", "down", "type", "down", "period", "2m",
					"notifications", []any{emails("ops@gomeet.example")})
			},
			edits: map[string]any{
				"type": "latency", "threshold": 300.0, "comparison": "greater_than", "period": "5m",
				"notifications": []any{emails("oncall@gomeet.example")},
			},
		},
	}
}

// selfSigned makes a certificate and its key, as PEM.
func selfSigned(t *testing.T) (leaf, key string) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), DNSNames: []string{"meet.example"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, private.Public(), private)
	require.NoError(t, err)
	secret, err := x509.MarshalPKCS8PrivateKey(private)
	require.NoError(t, err)
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})),
		string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: secret}))
}
