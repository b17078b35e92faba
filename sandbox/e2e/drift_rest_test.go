package e2e_test

import (
	"slices"
	"strings"

	"github.com/digitalocean/godo"
	"github.com/stretchr/testify/require"
)

// balancer changes the web load balancer, which the rest of the rows are about.
func balancer(property string, change func(*godo.LoadBalancerRequest)) tamper {
	return tamper{"LoadBalancer", "singapore-web", property, func(h *hands) { h.balancer("gomeet-dev-singapore-web", change) }}
}

func health(property string, change func(*godo.HealthCheck)) tamper {
	return balancer("healthcheck."+property, func(r *godo.LoadBalancerRequest) { change(r.HealthCheck) })
}

func ofCluster(property string, change func(*godo.KubernetesClusterUpdateRequest)) tamper {
	return tamper{"KubernetesCluster", "singapore", property, func(h *hands) { h.reconfigure(change) }}
}

func defaultPool(property string, change func(*godo.KubernetesNodePoolUpdateRequest)) tamper {
	return tamper{"KubernetesCluster", "singapore", "nodePool." + property, func(h *hands) { h.repool("default", change) }}
}

// alert changes an alert policy, the one whose text begins so.
func alert(name, text, property string, change func(*godo.AlertPolicyUpdateRequest)) tamper {
	return tamper{"MonitorAlert", name, property, func(h *hands) {
		all, response, err := h.Monitoring.ListAlertPolicies(h.ctx, everything)
		policy := only(h, did(h, all, response, err), func(a godo.AlertPolicy) bool {
			return a.UUID == h.remember(name, a.UUID, strings.HasPrefix(a.Description, text))
		})
		request := &godo.AlertPolicyUpdateRequest{
			Type: policy.Type, Description: policy.Description, Compare: policy.Compare, Value: policy.Value, Window: policy.Window,
			Entities: policy.Entities, Tags: policy.Tags, Alerts: policy.Alerts, Enabled: &policy.Enabled,
		}
		change(request)
		v, response, err := h.Monitoring.UpdateAlertPolicy(h.ctx, policy.UUID, request)
		did(h, v, response, err)
	}}
}

func connections(property string, change func(*godo.AlertPolicyUpdateRequest)) tamper {
	return alert("singapore-web-connections", "gomeet-dev-singapore-web:", property, change)
}

func uptime(property string, change func(*godo.UpdateUptimeCheckRequest)) tamper {
	return tamper{"UptimeCheck", "singapore-web", property, func(h *hands) {
		check := h.check()
		request := &godo.UpdateUptimeCheckRequest{
			Name: check.Name, Type: check.Type, Target: check.Target, Regions: check.Regions, Enabled: check.Enabled,
		}
		change(request)
		v, response, err := h.UptimeChecks.Update(h.ctx, check.ID, request)
		did(h, v, response, err)
	}}
}

// uptimeAlert changes the alert of a kind, which is of this name.
func uptimeAlert(kind, name, property string, change func(*godo.UpdateUptimeAlertRequest)) tamper {
	return tamper{"UptimeAlert", name, property, func(h *hands) {
		check := h.check()
		all, response, err := h.UptimeChecks.ListAlerts(h.ctx, check.ID, everything)
		a := only(h, did(h, all, response, err), func(a godo.UptimeAlert) bool { return a.ID == h.remember(kind+" alert", a.ID, a.Type == kind) })
		request := &godo.UpdateUptimeAlertRequest{
			Name: a.Name, Type: a.Type, Threshold: a.Threshold, Comparison: a.Comparison, Notifications: a.Notifications, Period: a.Period,
		}
		change(request)
		v, response, err := h.UptimeChecks.UpdateAlert(h.ctx, check.ID, a.ID, request)
		did(h, v, response, err)
	}}
}

func project(property string, request godo.UpdateProjectRequest) tamper {
	return tamper{"Project", "project", property, func(h *hands) {
		all, response, err := h.Projects.List(h.ctx, everything)
		found := only(h, did(h, all, response, err), func(p godo.Project) bool { return p.ID == h.remember("project", p.ID, p.Name == "gomeet-dev") })
		v, response, err := h.Projects.Update(h.ctx, found.ID, &request)
		did(h, v, response, err)
	}}
}

// record changes a DNS record of a kind and name.
func record(kind, name, logical, property string, change func(*godo.DomainRecordEditRequest)) tamper {
	return tamper{"DnsRecord", logical, property, func(h *hands) {
		all, response, err := h.Domains.Records(h.ctx, "dev.gomeet.example", everything)
		r := only(h, did(h, all, response, err), func(r godo.DomainRecord) bool { return r.Type == kind && (name == "" || r.Name == name) })
		request := &godo.DomainRecordEditRequest{Type: r.Type, Name: r.Name, Data: r.Data, TTL: r.TTL, Flags: r.Flags, Tag: r.Tag}
		change(request)
		v, response, err := h.Domains.EditRecord(h.ctx, "dev.gomeet.example", r.ID, request)
		did(h, v, response, err)
	}}
}

// restTampers are the rest of what can be changed in the account. Some of it no deployment
// changes back: a name that the program finds its network by, a high availability that
// cannot be switched off. So it comes last.
var restTampers = []tamper{
	ofCluster("surgeUpgrade", func(r *godo.KubernetesClusterUpdateRequest) { r.SurgeUpgrade = false }),
	ofCluster("maintenancePolicy.startTime", func(r *godo.KubernetesClusterUpdateRequest) { r.MaintenancePolicy.StartTime = "13:00" }),
	ofCluster("maintenancePolicy.day", func(r *godo.KubernetesClusterUpdateRequest) {
		r.MaintenancePolicy.Day = godo.KubernetesMaintenanceDayFriday
	}),
	ofCluster("controlPlaneFirewall.allowedAddresses", func(r *godo.KubernetesClusterUpdateRequest) {
		r.ControlPlaneFirewall.AllowedAddresses = []string{"198.51.100.0/24"}
	}),
	ofCluster("controlPlaneFirewall.enabled", func(r *godo.KubernetesClusterUpdateRequest) {
		r.ControlPlaneFirewall.Enabled = godo.PtrTo(!*r.ControlPlaneFirewall.Enabled)
	}),
	ofCluster("ha", func(r *godo.KubernetesClusterUpdateRequest) { r.HA = &yes }),
	ofCluster("name", func(r *godo.KubernetesClusterUpdateRequest) { r.Name = "mine" }),
	{"KubernetesCluster", "singapore", "registryIntegration", func(h *hands) {
		_, err := h.Kubernetes.AddRegistry(h.ctx, &godo.KubernetesClusterRegistryRequest{ClusterUUIDs: []string{h.cluster().ID}})
		require.NoError(h.t, err)
	}},
	defaultPool("nodeCount", func(r *godo.KubernetesNodePoolUpdateRequest) { r.Count = &two }),
	defaultPool("labels", func(r *godo.KubernetesNodePoolUpdateRequest) { r.Labels["by"] = "hand" }),
	defaultPool("tags", func(r *godo.KubernetesNodePoolUpdateRequest) { r.Tags = append(r.Tags, "mine") }),
	defaultPool("name", func(r *godo.KubernetesNodePoolUpdateRequest) { r.Name = "mine-default" }),
	{"KubernetesNodePool", "singapore-api", "name", func(h *hands) {
		h.repool("api", func(r *godo.KubernetesNodePoolUpdateRequest) { r.Name = "mine-api" })
	}},

	balancer("dropletTag", func(r *godo.LoadBalancerRequest) { r.Tag = "gomeet-dev-singapore-pg" }),
	balancer("tlsCipherPolicy", func(r *godo.LoadBalancerRequest) { r.TLSCipherPolicy = "DEFAULT" }),
	balancer("disableLetsEncryptDnsRecords", func(r *godo.LoadBalancerRequest) {
		r.DisableLetsEncryptDNSRecords = godo.PtrTo(false)
	}),
	health("protocol", func(c *godo.HealthCheck) { c.Protocol = "https" }),
	health("port", func(c *godo.HealthCheck) { c.Port++ }),
	health("path", func(c *godo.HealthCheck) { c.Path = "/mine" }),
	health("checkIntervalSeconds", func(c *godo.HealthCheck) { c.CheckIntervalSeconds++ }),
	health("responseTimeoutSeconds", func(c *godo.HealthCheck) { c.ResponseTimeoutSeconds++ }),
	health("unhealthyThreshold", func(c *godo.HealthCheck) { c.UnhealthyThreshold++ }),
	health("healthyThreshold", func(c *godo.HealthCheck) { c.HealthyThreshold++ }),
	balancer("name", func(r *godo.LoadBalancerRequest) { r.Name = "mine-web" }),

	connections("type", func(r *godo.AlertPolicyUpdateRequest) { r.Type = "v1/insights/lbaas/avg_cpu_utilization_percent" }),
	connections("value", func(r *godo.AlertPolicyUpdateRequest) { r.Value = 99 }),
	connections("compare", func(r *godo.AlertPolicyUpdateRequest) { r.Compare = godo.LessThan }),
	connections("window", func(r *godo.AlertPolicyUpdateRequest) { r.Window = "1h" }),
	connections("entities", func(r *godo.AlertPolicyUpdateRequest) { r.Entities = nil }),
	connections("alerts.emails", func(r *godo.AlertPolicyUpdateRequest) { r.Alerts.Email = []string{"mine@gomeet.example"} }),
	connections("enabled", func(r *godo.AlertPolicyUpdateRequest) { r.Enabled = godo.PtrTo(false) }),
	connections("description", func(r *godo.AlertPolicyUpdateRequest) { r.Description = "mine" }),

	alert("singapore-api-cpu", "gomeet-dev-singapore-api: CPU", "tags", func(r *godo.AlertPolicyUpdateRequest) { r.Tags = []string{"gomeet-dev-singapore-pg"} }),

	uptime("regions", func(r *godo.UpdateUptimeCheckRequest) { r.Regions = []string{"us_east"} }),
	uptime("target", func(r *godo.UpdateUptimeCheckRequest) { r.Target = "https://elsewhere.example/" }),
	uptime("type", func(r *godo.UpdateUptimeCheckRequest) { r.Type, r.Target = "http", "http://elsewhere.example/" }),
	uptime("name", func(r *godo.UpdateUptimeCheckRequest) { r.Name = "mine" }),
	uptimeAlert("down_global", "singapore-web-down", "period", func(r *godo.UpdateUptimeAlertRequest) { r.Period = "5m" }),
	uptimeAlert("down_global", "singapore-web-down", "name", func(r *godo.UpdateUptimeAlertRequest) { r.Name = "mine" }),
	uptimeAlert("down_global", "singapore-web-down", "notifications", func(r *godo.UpdateUptimeAlertRequest) {
		r.Notifications = &godo.Notifications{Email: []string{"mine@gomeet.example"}, Slack: []godo.SlackDetails{}}
	}),
	uptimeAlert("ssl_expiry", "singapore-web-certificate", "threshold", func(r *godo.UpdateUptimeAlertRequest) { r.Threshold++ }),
	uptimeAlert("ssl_expiry", "singapore-web-certificate", "comparison", func(r *godo.UpdateUptimeAlertRequest) { r.Comparison = godo.UptimeAlertGreaterThan }),
	uptimeAlert("ssl_expiry", "singapore-web-certificate", "type", func(r *godo.UpdateUptimeAlertRequest) { r.Type = "latency" }),

	project("name", godo.UpdateProjectRequest{Name: "mine"}),
	project("description", godo.UpdateProjectRequest{Description: "mine"}),
	project("purpose", godo.UpdateProjectRequest{Purpose: "Just trying out DigitalOcean"}),
	project("environment", godo.UpdateProjectRequest{Environment: "Production"}),
	{"ProjectResources", "project", "resources", func(h *hands) {
		v, response, err := h.Projects.AssignResources(h.ctx, "default", h.cluster().URN())
		did(h, v, response, err)
	}},

	{"Vpc", "singapore", "name", func(h *hands) {
		v, r, err := h.VPCs.Set(h.ctx, h.network(), godo.VPCSetName("mine"))
		did(h, v, r, err)
	}},
	{"Firewall", "singapore-sfu", "name", func(h *hands) {
		f, response, err := h.Firewalls.Get(h.ctx, h.firewall("gomeet-dev-singapore-sfu"))
		did(h, f, response, err)
		v, response, err := h.Firewalls.Update(h.ctx, f.ID, &godo.FirewallRequest{
			Name: "mine", Tags: f.Tags, InboundRules: f.InboundRules, OutboundRules: f.OutboundRules,
		})
		did(h, v, response, err)
	}},
	record("A", "ws", "ws-dev-gomeet-example", "value", func(r *godo.DomainRecordEditRequest) { r.Data = "192.0.2.66" }),
	record("A", "ws", "ws-dev-gomeet-example", "name", func(r *godo.DomainRecordEditRequest) { r.Name = "mine" }),
	record("CAA", "", "zone-caa", "flags", func(r *godo.DomainRecordEditRequest) { r.Flags = 128 }),
	record("CAA", "", "zone-caa", "tag", func(r *godo.DomainRecordEditRequest) { r.Tag = "issuewild" }),
	{"SpacesKey", "storage-backups", "name", func(h *hands) {
		all, response, err := h.SpacesKeys.List(h.ctx, everything)
		key := only(h, did(h, all, response, err), func(k *godo.SpacesKey) bool { return k.Name == "gomeet-dev-backups" })
		v, response, err := h.SpacesKeys.Update(h.ctx, key.AccessKey, &godo.SpacesKeyUpdateRequest{Name: "mine", Grants: key.Grants})
		did(h, v, response, err)
	}},
	{"Cdn", "delivery", "customDomain", func(h *hands) { h.plainDelivery() }},
	{"Cdn", "delivery", "certificateName", func(h *hands) { h.plainDelivery() }},
}

// prodTampers are changes to what dev has none of.
var prodTampers = []tamper{
	{"VpcPeering", "peerings-singapore-jakarta", "name", func(h *hands) {
		all, response, err := h.VPCs.ListVPCPeerings(h.ctx, everything)
		require.Len(h.t, did(h, all, response, err), 1)
		v, response, err := h.VPCs.UpdateVPCPeering(h.ctx, all[0].ID, &godo.VPCPeeringUpdateRequest{Name: "mine"})
		did(h, v, response, err)
	}},
	scaled("minNodes", func(r *godo.KubernetesNodePoolUpdateRequest) { *r.MinNodes++ }),
	scaled("maxNodes", func(r *godo.KubernetesNodePoolUpdateRequest) { *r.MaxNodes++ }),
	{"KubernetesNodePool", "jakarta-sfu", "autoScale", func(h *hands) {
		h.at("jakarta").repool("sfu", func(r *godo.KubernetesNodePoolUpdateRequest) { r.AutoScale = godo.PtrTo(false) })
	}},
	{"KubernetesNodePool", "jakarta-sfu", "minNodes", func(*hands) {}}, // a pool that does not scale
	{"KubernetesNodePool", "jakarta-sfu", "maxNodes", func(*hands) {}}, // has no limits either
}

func scaled(property string, change func(*godo.KubernetesNodePoolUpdateRequest)) tamper {
	return tamper{"KubernetesNodePool", "singapore-sfu", property, func(h *hands) { h.repool("sfu", change) }}
}

// reconfigure changes the cluster, and of it only what change does.
func (h *hands) reconfigure(change func(*godo.KubernetesClusterUpdateRequest)) {
	c := h.cluster()
	request := &godo.KubernetesClusterUpdateRequest{
		Name: c.Name, Tags: c.Tags, MaintenancePolicy: c.MaintenancePolicy, SurgeUpgrade: c.SurgeUpgrade, ControlPlaneFirewall: c.ControlPlaneFirewall,
	}
	change(request)
	v, response, err := h.Kubernetes.Update(h.ctx, c.ID, request)
	did(h, v, response, err)
}

// repool changes the node pool of a role, and of it only what change does.
func (h *hands) repool(role string, change func(*godo.KubernetesNodePoolUpdateRequest)) {
	h.pool(role, func(p *godo.KubernetesNodePool) *godo.KubernetesNodePoolUpdateRequest {
		request := &godo.KubernetesNodePoolUpdateRequest{
			Name: p.Name, Count: &p.Count, Tags: slices.Clone(p.Tags), Labels: p.Labels, Taints: &p.Taints,
			AutoScale: &p.AutoScale, MinNodes: &p.MinNodes, MaxNodes: &p.MaxNodes,
		}
		change(request)
		return request
	})
}

// check is the uptime check of the web, whatever it is called by now.
func (h *hands) check() godo.UptimeCheck {
	all, response, err := h.UptimeChecks.List(h.ctx, everything)
	return only(h, did(h, all, response, err), func(u godo.UptimeCheck) bool {
		return u.ID == h.remember("check", u.ID, u.Name == "gomeet-dev-singapore-web")
	})
}

// remember returns the id of what was once meant, because the next change may have to find
// it when the one before has changed what it was known by.
func (h *hands) remember(what, id string, meant bool) string {
	if h.known[what] == "" && meant {
		h.known[what] = id
	}
	return h.known[what]
}

// plainDelivery takes the name and its certificate off the endpoint: one is not without
// the other.
func (h *hands) plainDelivery() {
	all, response, err := h.CDNs.List(h.ctx, everything)
	require.Len(h.t, did(h, all, response, err), 1)
	v, response, err := h.CDNs.UpdateCustomDomain(h.ctx, all[0].ID, &godo.CDNUpdateCustomDomainRequest{})
	did(h, v, response, err)
}
