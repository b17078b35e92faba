package e2e_test

import (
	"maps"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/digitalocean/godo"
	"github.com/stretchr/testify/require"
)

var yes, two = true, 2

// cloudTampers are changes to the account.
var cloudTampers = []tamper{
	{"Vpc", "singapore", "description", func(h *hands) {
		v, r, err := h.VPCs.Set(h.ctx, h.network(), godo.VPCSetDescription("mine"))
		did(h, v, r, err)
	}},
	{"KubernetesCluster", "singapore", "autoUpgrade", func(h *hands) {
		c := h.cluster()
		v, r, err := h.Kubernetes.Update(h.ctx, c.ID, &godo.KubernetesClusterUpdateRequest{
			Name: c.Name, Tags: c.Tags, MaintenancePolicy: c.MaintenancePolicy, SurgeUpgrade: c.SurgeUpgrade, AutoUpgrade: &yes,
		})
		did(h, v, r, err)
	}},
	{"KubernetesCluster", "singapore", "maintenancePolicy", func(h *hands) {
		c := h.cluster()
		day, err := godo.KubernetesMaintenanceToDay("friday")
		require.NoError(h.t, err)
		v, r, err := h.Kubernetes.Update(h.ctx, c.ID, &godo.KubernetesClusterUpdateRequest{
			Name: c.Name, Tags: c.Tags, MaintenancePolicy: &godo.KubernetesMaintenancePolicy{Day: day, StartTime: "12:00"}, SurgeUpgrade: c.SurgeUpgrade,
		})
		did(h, v, r, err)
	}},
	{"KubernetesCluster", "singapore", "tags", func(h *hands) {
		c := h.cluster()
		v, r, err := h.Kubernetes.Update(h.ctx, c.ID, &godo.KubernetesClusterUpdateRequest{
			Name: c.Name, Tags: append(slices.Clone(c.Tags), "mine"), MaintenancePolicy: c.MaintenancePolicy, SurgeUpgrade: c.SurgeUpgrade,
		})
		did(h, v, r, err)
	}},
	{"KubernetesNodePool", "singapore-minio", "tags", func(h *hands) {
		h.pool("minio", func(p *godo.KubernetesNodePool) *godo.KubernetesNodePoolUpdateRequest {
			return &godo.KubernetesNodePoolUpdateRequest{Name: p.Name, Tags: append(slices.Clone(p.Tags), "mine"), Labels: p.Labels, Taints: &p.Taints}
		})
	}},
	{"KubernetesNodePool", "singapore-api", "nodeCount", func(h *hands) {
		h.pool("api", func(p *godo.KubernetesNodePool) *godo.KubernetesNodePoolUpdateRequest {
			return &godo.KubernetesNodePoolUpdateRequest{Name: p.Name, Tags: p.Tags, Labels: p.Labels, Count: &two}
		})
	}},
	{"KubernetesNodePool", "singapore-redis", "labels", func(h *hands) {
		h.pool("redis", func(p *godo.KubernetesNodePool) *godo.KubernetesNodePoolUpdateRequest {
			labels := maps.Clone(p.Labels)
			labels["by"] = "hand"
			return &godo.KubernetesNodePoolUpdateRequest{Name: p.Name, Tags: p.Tags, Labels: labels, Taints: &p.Taints}
		})
	}},
	{"KubernetesNodePool", "singapore-pg", "taints", func(h *hands) {
		h.pool("pg", func(p *godo.KubernetesNodePool) *godo.KubernetesNodePoolUpdateRequest {
			return &godo.KubernetesNodePoolUpdateRequest{Name: p.Name, Tags: p.Tags, Labels: p.Labels, Taints: &[]godo.Taint{}}
		})
	}},
	{"LoadBalancer", "singapore-web", "sizeUnit", func(h *hands) {
		h.balancer("gomeet-dev-singapore-web", func(r *godo.LoadBalancerRequest) { r.SizeUnit = 5 })
	}},
	{"LoadBalancer", "singapore-websocket", "healthcheck", func(h *hands) {
		h.balancer("gomeet-dev-singapore-websocket", func(r *godo.LoadBalancerRequest) { r.HealthCheck.Path = "/mine" })
	}},
	{"LoadBalancer", "singapore-web", "redirectHttpToHttps", func(h *hands) {
		h.balancer("gomeet-dev-singapore-web", func(r *godo.LoadBalancerRequest) { r.RedirectHttpToHttps = !r.RedirectHttpToHttps })
	}},
	{"LoadBalancer", "singapore-web", "enableProxyProtocol", func(h *hands) {
		h.balancer("gomeet-dev-singapore-web", func(r *godo.LoadBalancerRequest) { r.EnableProxyProtocol = !r.EnableProxyProtocol })
	}},
	{"LoadBalancer", "singapore-websocket", "httpIdleTimeoutSeconds", func(h *hands) {
		idle := uint64(45)
		h.balancer("gomeet-dev-singapore-websocket", func(r *godo.LoadBalancerRequest) { r.HTTPIdleTimeoutSeconds = &idle })
	}},
	{"LoadBalancer", "singapore-websocket", "forwardingRules", func(h *hands) {
		h.balancer("gomeet-dev-singapore-websocket", func(r *godo.LoadBalancerRequest) {
			r.ForwardingRules = append(slices.Clone(r.ForwardingRules),
				godo.ForwardingRule{EntryProtocol: "tcp", EntryPort: 2222, TargetProtocol: "tcp", TargetPort: 22})
		})
	}},
	{"Firewall", "singapore-redis", "outboundRules", func(h *hands) {
		_, err := h.Firewalls.AddRules(h.ctx, h.firewall("gomeet-dev-singapore-redis"), &godo.FirewallRulesRequest{OutboundRules: []godo.OutboundRule{{
			Protocol: "tcp", PortRange: "25", Destinations: &godo.Destinations{Addresses: []string{"0.0.0.0/0"}},
		}}})
		require.NoError(h.t, err)
	}},
	{"Firewall", "singapore-monitoring", "tags", func(h *hands) {
		_, err := h.Firewalls.RemoveTags(h.ctx, h.firewall("gomeet-dev-singapore-monitoring"), "gomeet-dev-singapore-monitoring")
		require.NoError(h.t, err)
	}},
	{"Firewall", "singapore-pg", "inboundRules", func(h *hands) {
		_, err := h.Firewalls.AddRules(h.ctx, h.firewall("gomeet-dev-singapore-pg"), &godo.FirewallRulesRequest{InboundRules: []godo.InboundRule{{
			Protocol: "tcp", PortRange: "22", Sources: &godo.Sources{Addresses: []string{"0.0.0.0/0"}},
		}}})
		require.NoError(h.t, err)
	}},
	{"DnsRecord", "ws-dev-gomeet-example", "ttl", func(h *hands) {
		all, response, err := h.Domains.Records(h.ctx, "dev.gomeet.example", everything)
		record := only(h, did(h, all, response, err), func(r godo.DomainRecord) bool { return r.Name == "ws" })
		v, response, err := h.Domains.EditRecord(h.ctx, "dev.gomeet.example", record.ID,
			&godo.DomainRecordEditRequest{Type: record.Type, Name: record.Name, Data: record.Data, TTL: 3600})
		did(h, v, response, err)
	}},
	{"UptimeCheck", "singapore-web", "enabled", func(h *hands) {
		all, response, err := h.UptimeChecks.List(h.ctx, everything)
		check := only(h, did(h, all, response, err), func(u godo.UptimeCheck) bool { return u.Name == "gomeet-dev-singapore-web" })
		v, response, err := h.UptimeChecks.Update(h.ctx, check.ID, &godo.UpdateUptimeCheckRequest{
			Name: check.Name, Type: check.Type, Target: check.Target, Regions: check.Regions, Enabled: false,
		})
		did(h, v, response, err)
	}},
	{"UptimeCheck", "singapore-websocket", "target", func(h *hands) {
		all, response, err := h.UptimeChecks.List(h.ctx, everything)
		check := only(h, did(h, all, response, err), func(u godo.UptimeCheck) bool { return u.Name == "gomeet-dev-singapore-websocket" })
		v, response, err := h.UptimeChecks.Update(h.ctx, check.ID, &godo.UpdateUptimeCheckRequest{
			Name: check.Name, Type: check.Type, Target: "https://elsewhere.example/", Regions: check.Regions, Enabled: check.Enabled,
		})
		did(h, v, response, err)
	}},
	{"SpacesBucket", "storage-backups", "versioning", func(h *hands) {
		_, err := h.objects().PutBucketVersioning(h.ctx, &s3.PutBucketVersioningInput{
			Bucket: h.bucket("backups"), VersioningConfiguration: &types.VersioningConfiguration{Status: types.BucketVersioningStatusSuspended},
		})
		require.NoError(h.t, err)
	}},
	{"SpacesBucket", "storage-recordings", "acl", func(h *hands) {
		_, err := h.objects().PutBucketAcl(h.ctx, &s3.PutBucketAclInput{Bucket: h.bucket("recordings"), ACL: types.BucketCannedACLPublicRead})
		require.NoError(h.t, err)
	}},
	{"SpacesBucket", "storage-state", "lifecycleRules", func(h *hands) {
		_, err := h.objects().DeleteBucketLifecycle(h.ctx, &s3.DeleteBucketLifecycleInput{Bucket: h.bucket("state")})
		require.NoError(h.t, err)
	}},
	{"Project", "project", "purpose", func(h *hands) {
		all, response, err := h.Projects.List(h.ctx, everything)
		project := only(h, did(h, all, response, err), func(p godo.Project) bool { return p.Name == "gomeet-dev" })
		v, response, err := h.Projects.Update(h.ctx, project.ID, &godo.UpdateProjectRequest{Purpose: "Just trying out DigitalOcean"})
		did(h, v, response, err)
	}},
	{"SpacesKey", "storage-backups", "grants", func(h *hands) {
		all, response, err := h.SpacesKeys.List(h.ctx, everything)
		key := only(h, did(h, all, response, err), func(k *godo.SpacesKey) bool { return k.Name == "gomeet-dev-backups" })
		v, response, err := h.SpacesKeys.Update(h.ctx, key.AccessKey, &godo.SpacesKeyUpdateRequest{
			Name: key.Name, Grants: []*godo.Grant{{Bucket: key.Grants[0].Bucket, Permission: godo.SpacesKeyRead}},
		})
		did(h, v, response, err)
	}},
	{"Cdn", "delivery", "ttl", func(h *hands) {
		all, response, err := h.CDNs.List(h.ctx, everything)
		require.Len(h.t, did(h, all, response, err), 1)
		v, response, err := h.CDNs.UpdateTTL(h.ctx, all[0].ID, &godo.CDNUpdateTTLRequest{TTL: 60})
		did(h, v, response, err)
	}},
}
