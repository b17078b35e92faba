package api_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"math/big"
	"testing"
	"time"

	"github.com/digitalocean/godo"
	"github.com/stretchr/testify/require"
)

// refused requires an API error with a status and a part of the message.
func refused(t *testing.T, err error, status int, message string) {
	t.Helper()
	var answer *godo.ErrorResponse
	require.True(t, errors.As(err, &answer), "error: %v", err)
	require.Equal(t, status, answer.Response.StatusCode, answer.Message)
	require.Contains(t, answer.Message, message)
}

func rule() godo.ForwardingRule {
	return godo.ForwardingRule{EntryProtocol: "tcp", EntryPort: 443, TargetProtocol: "tcp", TargetPort: 30443}
}

func TestLoadBalancer(t *testing.T) {
	s := start(t)
	vpc := s.vpc("net", "10.64.0.0/20")
	req := &godo.LoadBalancerRequest{
		Name: "web", Region: "sgp1", VPCUUID: vpc.ID, SizeUnit: 6, ForwardingRules: []godo.ForwardingRule{rule()},
		EnableProxyProtocol: true, Tags: []string{"gomeet"},
	}
	lb, _, err := s.client.LoadBalancers.Create(ctx, req)
	require.NoError(t, err)
	require.Equal(t, "new", lb.Status)
	s.eventually("the load balancer is active", func() bool {
		now, _, err := s.client.LoadBalancers.Get(ctx, lb.ID)
		require.NoError(t, err)
		return now.Status == "active" && now.IP != ""
	})
	before, _, err := s.client.LoadBalancers.Get(ctx, lb.ID)
	require.NoError(t, err)
	require.Equal(t, "round_robin", before.Algorithm)
	require.EqualValues(t, 60, *before.HTTPIdleTimeoutSeconds)
	require.Equal(t, "none", before.StickySessions.Type)

	_, _, err = s.client.LoadBalancers.Create(ctx, req)
	refused(t, err, 422, "already in use")
	_, err = s.client.VPCs.Delete(ctx, vpc.ID)
	refused(t, err, 409, "")

	more := *req
	more.SizeUnit = 7
	updated, _, err := s.client.LoadBalancers.Update(ctx, lb.ID, &more)
	require.NoError(t, err)
	require.EqualValues(t, 7, updated.SizeUnit)
	require.Equal(t, before.IP, updated.IP, "an update keeps the address")

	_, err = s.client.LoadBalancers.AddDroplets(ctx, lb.ID, 1, 2)
	require.NoError(t, err)
	_, err = s.client.LoadBalancers.RemoveDroplets(ctx, lb.ID, 1)
	require.NoError(t, err)
	second := rule()
	second.EntryPort = 80
	_, err = s.client.LoadBalancers.AddForwardingRules(ctx, lb.ID, second)
	require.NoError(t, err)
	_, err = s.client.LoadBalancers.RemoveForwardingRules(ctx, lb.ID, second)
	require.NoError(t, err)
	_, err = s.client.LoadBalancers.RemoveForwardingRules(ctx, lb.ID, rule())
	refused(t, err, 422, "at least one")

	s.restart()
	after, _, err := s.client.LoadBalancers.Get(ctx, lb.ID)
	require.NoError(t, err)
	require.Equal(t, []int{2}, after.DropletIDs)
	require.Len(t, after.ForwardingRules, 1)
	require.Equal(t, 1, s.inventory().Kinds["load_balancers"].Count)
	_, err = s.client.LoadBalancers.Delete(ctx, lb.ID)
	require.NoError(t, err)
	_, err = s.client.VPCs.Delete(ctx, vpc.ID)
	require.NoError(t, err)
}

func TestLoadBalancerValidation(t *testing.T) {
	s := start(t)
	tooLong := uint64(601)
	for name, c := range map[string]struct {
		change  func(*godo.LoadBalancerRequest)
		message string
	}{
		"no name":             {func(r *godo.LoadBalancerRequest) { r.Name = "" }, "name is empty"},
		"no rules":            {func(r *godo.LoadBalancerRequest) { r.ForwardingRules = nil }, "forwarding_rules is empty"},
		"unknown region":      {func(r *godo.LoadBalancerRequest) { r.Region = "jkt1" }, "jkt1"},
		"too many units":      {func(r *godo.LoadBalancerRequest) { r.SizeUnit = 201 }, "201"},
		"idle too long":       {func(r *godo.LoadBalancerRequest) { r.HTTPIdleTimeoutSeconds = &tooLong }, "601"},
		"bad protocol":        {func(r *godo.LoadBalancerRequest) { r.ForwardingRules[0].EntryProtocol = "smtp" }, "smtp"},
		"bad port":            {func(r *godo.LoadBalancerRequest) { r.ForwardingRules[0].TargetPort = 70000 }, "70000"},
		"https without a way": {func(r *godo.LoadBalancerRequest) { r.ForwardingRules[0].EntryProtocol = "https" }, "certificate_id"},
		"unknown certificate": {func(r *godo.LoadBalancerRequest) {
			r.ForwardingRules[0].EntryProtocol, r.ForwardingRules[0].CertificateID = "https", "nope"
		}, "nope"},
	} {
		t.Run(name, func(t *testing.T) {
			req := &godo.LoadBalancerRequest{Name: "x", Region: "sgp1", ForwardingRules: []godo.ForwardingRule{rule()}}
			c.change(req)
			_, _, err := s.client.LoadBalancers.Create(ctx, req)
			refused(t, err, 422, c.message)
		})
	}
}

func TestFirewall(t *testing.T) {
	s := start(t)
	in := godo.InboundRule{Protocol: "udp", PortRange: "50000-60000", Sources: &godo.Sources{Addresses: []string{"0.0.0.0/0"}}}
	req := &godo.FirewallRequest{Name: "media", InboundRules: []godo.InboundRule{in}, Tags: []string{"role:sfu"}}
	fw, _, err := s.client.Firewalls.Create(ctx, req)
	require.NoError(t, err)
	_, _, err = s.client.Firewalls.Create(ctx, req)
	refused(t, err, 422, "already in use")
	tcp := godo.InboundRule{Protocol: "tcp", PortRange: "7881", Sources: in.Sources}
	_, err = s.client.Firewalls.AddRules(ctx, fw.ID, &godo.FirewallRulesRequest{InboundRules: []godo.InboundRule{tcp}})
	require.NoError(t, err)
	_, err = s.client.Firewalls.AddTags(ctx, fw.ID, "stack:dev")
	require.NoError(t, err)
	_, err = s.client.Firewalls.AddDroplets(ctx, fw.ID, 5)
	require.NoError(t, err)
	got, _, err := s.client.Firewalls.Get(ctx, fw.ID)
	require.NoError(t, err)
	require.Len(t, got.InboundRules, 2)
	require.Equal(t, []string{"role:sfu", "stack:dev"}, got.Tags)
	require.Equal(t, []int{5}, got.DropletIDs)
	_, err = s.client.Firewalls.RemoveRules(ctx, fw.ID, &godo.FirewallRulesRequest{InboundRules: []godo.InboundRule{tcp}})
	require.NoError(t, err)
	req.Name = "renamed"
	updated, _, err := s.client.Firewalls.Update(ctx, fw.ID, req)
	require.NoError(t, err)
	require.Equal(t, "renamed", updated.Name)
	req.InboundRules[0].Protocol = "sctp"
	_, _, err = s.client.Firewalls.Update(ctx, fw.ID, req)
	refused(t, err, 422, "sctp")
	_, err = s.client.Firewalls.Delete(ctx, fw.ID)
	require.NoError(t, err)
	_, _, err = s.client.Firewalls.Get(ctx, fw.ID)
	refused(t, err, 404, "")
}

// pair makes a self-signed certificate and its key as PEM.
func pair(t *testing.T, until time.Time) (leaf, key string) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "gomeet.example"},
		DNSNames: []string{"gomeet.example"}, NotBefore: until.Add(-48 * time.Hour), NotAfter: until,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &private.PublicKey, private)
	require.NoError(t, err)
	raw, err := x509.MarshalECPrivateKey(private)
	require.NoError(t, err)
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})),
		string(pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: raw}))
}

func TestCertificates(t *testing.T) {
	s := start(t)
	leaf, key := pair(t, time.Now().Add(time.Hour))
	cert, _, err := s.client.Certificates.Create(ctx, &godo.CertificateRequest{Name: "own", Type: "custom", LeafCertificate: leaf, PrivateKey: key})
	require.NoError(t, err)
	require.Equal(t, "verified", cert.State)
	require.Equal(t, []string{"gomeet.example"}, cert.DNSNames)
	require.Len(t, cert.SHA1Fingerprint, 40)

	other, otherKey := pair(t, time.Now().Add(-time.Hour))
	_, _, err = s.client.Certificates.Create(ctx, &godo.CertificateRequest{Name: "old", Type: "custom", LeafCertificate: other, PrivateKey: otherKey})
	refused(t, err, 422, "expired")
	_, _, err = s.client.Certificates.Create(ctx, &godo.CertificateRequest{Name: "mixed", Type: "custom", LeafCertificate: leaf, PrivateKey: otherKey})
	refused(t, err, 422, "no pair")

	auto, _, err := s.client.Certificates.Create(ctx, &godo.CertificateRequest{Name: "auto", Type: "lets_encrypt", DNSNames: []string{"a.example"}})
	require.NoError(t, err)
	require.Equal(t, "pending", auto.State)
	byName, _, err := s.client.Certificates.ListByName(ctx, "auto", nil)
	require.NoError(t, err)
	require.Len(t, byName, 1)
	require.Equal(t, auto.ID, byName[0].ID)
	s.eventually("it is verified", func() bool {
		now, _, err := s.client.Certificates.Get(ctx, auto.ID)
		require.NoError(t, err)
		return now.State == "verified"
	})

	https := godo.ForwardingRule{EntryProtocol: "https", EntryPort: 443, TargetProtocol: "http", TargetPort: 80, CertificateID: cert.ID}
	lb, _, err := s.client.LoadBalancers.Create(ctx, &godo.LoadBalancerRequest{Name: "web", Region: "sgp1", ForwardingRules: []godo.ForwardingRule{https}})
	require.NoError(t, err)
	_, err = s.client.Certificates.Delete(ctx, cert.ID)
	refused(t, err, 403, "in use by load balancer")
	_, err = s.client.LoadBalancers.Delete(ctx, lb.ID)
	require.NoError(t, err)
	_, err = s.client.Certificates.Delete(ctx, cert.ID)
	require.NoError(t, err)
}

func TestDomains(t *testing.T) {
	s := start(t)
	_, _, err := s.client.Domains.Create(ctx, &godo.DomainCreateRequest{Name: "gomeet.example", IPAddress: "198.51.100.7"})
	require.NoError(t, err)
	_, _, err = s.client.Domains.Create(ctx, &godo.DomainCreateRequest{Name: "gomeet.example"})
	refused(t, err, 422, "already in use")
	records, _, err := s.client.Domains.Records(ctx, "gomeet.example", nil)
	require.NoError(t, err)
	require.Len(t, records, 4, "three name servers and the address")

	r, _, err := s.client.Domains.CreateRecord(ctx, "gomeet.example", &godo.DomainRecordEditRequest{Type: "CNAME", Name: "api", Data: "lb.example.", TTL: 60})
	require.NoError(t, err)
	byName, _, err := s.client.Domains.RecordsByName(ctx, "gomeet.example", "api.gomeet.example", nil)
	require.NoError(t, err)
	require.Equal(t, []godo.DomainRecord{*r}, byName)
	changed, _, err := s.client.Domains.EditRecord(ctx, "gomeet.example", r.ID, &godo.DomainRecordEditRequest{Type: "CNAME", Name: "api", Data: "other.example.", TTL: 60})
	require.NoError(t, err)
	require.Equal(t, "other.example", changed.Data, "the dot is wanted and not told")
	_, _, err = s.client.Domains.CreateRecord(ctx, "gomeet.example", &godo.DomainRecordEditRequest{Type: "PTR", Name: "x", Data: "y"})
	refused(t, err, 422, "PTR")
	_, _, err = s.client.Domains.Record(ctx, "other.example", r.ID)
	refused(t, err, 404, "")
	_, err = s.client.Domains.Delete(ctx, "gomeet.example")
	require.NoError(t, err)
	_, _, err = s.client.Domains.Record(ctx, "gomeet.example", r.ID)
	refused(t, err, 404, "")
}

func TestVolumes(t *testing.T) {
	s := start(t)
	req := &godo.VolumeCreateRequest{Region: "sgp1", Name: "pg-0", SizeGigaBytes: 100, FilesystemType: "ext4", Tags: []string{"gomeet"}}
	v, _, err := s.client.Storage.CreateVolume(ctx, req)
	require.NoError(t, err)
	_, _, err = s.client.Storage.CreateVolume(ctx, req)
	refused(t, err, 409, "already in use")
	_, _, err = s.client.Storage.CreateVolume(ctx, &godo.VolumeCreateRequest{Region: "sgp1", Name: "big", SizeGigaBytes: 1 << 20})
	refused(t, err, 422, "size_gigabytes")
	_, _, err = s.client.StorageActions.Attach(ctx, v.ID, 12345)
	refused(t, err, 422, "12345")
	action, _, err := s.client.StorageActions.Resize(ctx, v.ID, 200, "sgp1")
	require.NoError(t, err)
	require.Equal(t, godo.ActionCompleted, action.Status)
	_, _, err = s.client.StorageActions.Resize(ctx, v.ID, 100, "sgp1")
	refused(t, err, 422, "want more than 200")
	same, _, err := s.client.StorageActions.Get(ctx, v.ID, action.ID)
	require.NoError(t, err)
	require.Equal(t, action.ID, same.ID)
	_, err = s.client.Storage.DeleteVolume(ctx, v.ID)
	require.NoError(t, err)
}

// A volume on a worker node can be attached, and not be deleted before it is detached.
func TestAttachedVolume(t *testing.T) {
	s := start(t)
	s.cluster(&godo.KubernetesClusterCreateRequest{
		Name: "c", RegionSlug: "sgp1", VersionSlug: "1.35.4-do.0",
		NodePools: []*godo.KubernetesNodePoolCreateRequest{{Name: "p", Size: "s-2vcpu-4gb", Count: 1}},
	})
	nodes, _, err := s.client.Droplets.List(ctx, nil)
	require.NoError(t, err)
	require.Len(t, nodes, 1)
	v, _, err := s.client.Storage.CreateVolume(ctx, &godo.VolumeCreateRequest{Region: "sgp1", Name: "data", SizeGigaBytes: 1})
	require.NoError(t, err)
	_, _, err = s.client.StorageActions.Attach(ctx, v.ID, nodes[0].ID)
	require.NoError(t, err)
	_, err = s.client.Storage.DeleteVolume(ctx, v.ID)
	refused(t, err, 409, "attached")
	_, _, err = s.client.StorageActions.DetachByDropletID(ctx, v.ID, nodes[0].ID)
	require.NoError(t, err)
	_, err = s.client.Storage.DeleteVolume(ctx, v.ID)
	require.NoError(t, err)

	ip, _, err := s.client.ReservedIPs.Create(ctx, &godo.ReservedIPCreateRequest{Region: "sgp1"})
	require.NoError(t, err)
	_, _, err = s.client.ReservedIPActions.Assign(ctx, ip.IP, nodes[0].ID)
	refused(t, err, 422, "worker node")
	_, err = s.client.ReservedIPs.Delete(ctx, ip.IP)
	require.NoError(t, err)
}

func TestAlertsAndUptime(t *testing.T) {
	s := start(t)
	req := &godo.AlertPolicyCreateRequest{
		Type: godo.DropletCPUUtilizationPercent, Description: "cpu", Compare: godo.GreaterThan, Value: 80, Window: "5m",
		Tags: []string{"role:sfu"}, Alerts: godo.Alerts{Email: []string{"ops@gomeet.example"}},
	}
	policy, _, err := s.client.Monitoring.CreateAlertPolicy(ctx, req)
	require.NoError(t, err)
	require.True(t, policy.Enabled)
	got, _, err := s.client.Monitoring.GetAlertPolicy(ctx, policy.UUID)
	require.NoError(t, err)
	require.Equal(t, policy, got)
	req.Window = "7m"
	_, _, err = s.client.Monitoring.CreateAlertPolicy(ctx, req)
	refused(t, err, 422, "7m")
	_, err = s.client.Monitoring.DeleteAlertPolicy(ctx, policy.UUID)
	require.NoError(t, err)

	check, _, err := s.client.UptimeChecks.Create(ctx, &godo.CreateUptimeCheckRequest{Name: "api", Type: "https", Target: "https://api.gomeet.example/health", Regions: []string{"se_asia"}, Enabled: true})
	require.NoError(t, err)
	_, _, err = s.client.UptimeChecks.Create(ctx, &godo.CreateUptimeCheckRequest{Name: "api", Type: "https", Target: "api"})
	refused(t, err, 422, "no URL")
	state, _, err := s.client.UptimeChecks.GetState(ctx, check.ID)
	require.NoError(t, err)
	require.Equal(t, "UP", state.Regions["se_asia"].Status)
	alert, _, err := s.client.UptimeChecks.CreateAlert(ctx, check.ID, &godo.CreateUptimeAlertRequest{Name: "down", Type: "down", Period: "2m"})
	require.NoError(t, err)
	changed, _, err := s.client.UptimeChecks.UpdateAlert(ctx, check.ID, alert.ID, &godo.UpdateUptimeAlertRequest{Name: "gone", Type: "down_global", Period: "2m"})
	require.NoError(t, err)
	require.Equal(t, "gone", changed.Name)
	_, err = s.client.UptimeChecks.Delete(ctx, check.ID)
	require.NoError(t, err)
	_, _, err = s.client.UptimeChecks.GetAlert(ctx, check.ID, alert.ID)
	refused(t, err, 404, "")
}

func TestSpacesKeys(t *testing.T) {
	s := start(t)
	key, _, err := s.client.SpacesKeys.Create(ctx, &godo.SpacesKeyCreateRequest{
		Name: "backups", Grants: []*godo.Grant{{Bucket: "b", Permission: godo.SpacesKeyReadWrite}},
	})
	require.NoError(t, err)
	require.NotEmpty(t, key.SecretKey)
	secret, grants, found := s.server.SpacesKey(key.AccessKey)
	require.True(t, found)
	require.Equal(t, key.SecretKey, secret)
	require.Equal(t, key.Grants, grants)
	again, _, err := s.client.SpacesKeys.Get(ctx, key.AccessKey)
	require.NoError(t, err)
	require.Empty(t, again.SecretKey, "the secret is shown once")
	_, _, err = s.client.SpacesKeys.Update(ctx, key.AccessKey, &godo.SpacesKeyUpdateRequest{Name: "renamed", Grants: key.Grants})
	require.NoError(t, err)
	secret, _, _ = s.server.SpacesKey(key.AccessKey)
	require.Equal(t, key.SecretKey, secret, "an update keeps the secret")
	_, _, err = s.client.SpacesKeys.Create(ctx, &godo.SpacesKeyCreateRequest{Name: "x", Grants: []*godo.Grant{{Permission: "write"}}})
	refused(t, err, 422, "write")
	_, err = s.client.SpacesKeys.Delete(ctx, key.AccessKey)
	require.NoError(t, err)
	_, _, found = s.server.SpacesKey(key.AccessKey)
	require.False(t, found)
}

func TestCDNAndRegistry(t *testing.T) {
	s := start(t)
	e, _, err := s.client.CDNs.Create(ctx, &godo.CDNCreateRequest{Origin: "recordings.sgp1.digitaloceanspaces.com"})
	require.NoError(t, err)
	require.Equal(t, "recordings.sgp1.cdn.digitaloceanspaces.com", e.Endpoint)
	require.EqualValues(t, 3600, e.TTL)
	_, _, err = s.client.CDNs.Create(ctx, &godo.CDNCreateRequest{Origin: e.Origin})
	refused(t, err, 409, "already")
	_, _, err = s.client.CDNs.Create(ctx, &godo.CDNCreateRequest{Origin: "example.com"})
	refused(t, err, 422, "example.com")
	changed, _, err := s.client.CDNs.UpdateTTL(ctx, e.ID, &godo.CDNUpdateTTLRequest{TTL: 60})
	require.NoError(t, err)
	require.EqualValues(t, 60, changed.TTL)
	cert, _, err := s.client.Certificates.Create(ctx, &godo.CertificateRequest{Name: "cdn", Type: "lets_encrypt", DNSNames: []string{"cdn.gomeet.example"}})
	require.NoError(t, err)
	_, _, err = s.client.CDNs.UpdateCustomDomain(ctx, e.ID, &godo.CDNUpdateCustomDomainRequest{CustomDomain: "cdn.gomeet.example", CertificateID: cert.ID})
	require.NoError(t, err)
	changed, _, err = s.client.CDNs.UpdateTTL(ctx, e.ID, &godo.CDNUpdateTTLRequest{TTL: 600})
	require.NoError(t, err)
	require.Equal(t, "cdn.gomeet.example", changed.CustomDomain, "what a change does not name stays")
	_, _, err = s.client.CDNs.UpdateCustomDomain(ctx, e.ID, &godo.CDNUpdateCustomDomainRequest{CustomDomain: "cdn.gomeet.example"})
	refused(t, err, 422, "go together")
	_, err = s.client.CDNs.Delete(ctx, e.ID)
	require.NoError(t, err)

	_, _, err = s.client.Registry.Get(ctx)
	refused(t, err, 404, "")
	made, _, err := s.client.Registry.Create(ctx, &godo.RegistryCreateRequest{Name: "gomeet", SubscriptionTierSlug: "basic", Region: "sgp1"})
	require.NoError(t, err)
	require.Equal(t, "sgp1", made.Region)
	_, _, err = s.client.Registry.Create(ctx, &godo.RegistryCreateRequest{Name: "second", SubscriptionTierSlug: "basic"})
	refused(t, err, 409, "already")
	_, _, err = s.client.Registry.UpdateSubscription(ctx, &godo.RegistrySubscriptionUpdateRequest{TierSlug: "professional"})
	require.NoError(t, err)
	sub, _, err := s.client.Registry.GetSubscription(ctx)
	require.NoError(t, err)
	require.Equal(t, "professional", sub.Tier.Slug)
	creds, _, err := s.client.Registry.DockerCredentials(ctx, &godo.RegistryDockerCredentialsRequest{})
	require.NoError(t, err)
	require.Contains(t, string(creds.DockerConfigJSON), "registry.digitalocean.com")
	_, err = s.client.Registry.Delete(ctx)
	require.NoError(t, err)
}
