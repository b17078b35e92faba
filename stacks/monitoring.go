package stacks

import (
	"crypto/x509"
	"encoding/pem"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/gomeet/infra/components"
	"github.com/gomeet/infra/manifests"
	"github.com/gomeet/infra/sizing"
)

// monitoring declares what watches the site, if it has nodes for it.
func (w *workloads) monitoring(ctx *pulumi.Context, opts ...pulumi.ResourceOption) error {
	layout := w.plan.Monitoring(w.site.Name)
	if layout.Replicas == 0 {
		return nil
	}
	dashboards, err := manifests.Dashboards(w.limits())
	if err != nil {
		return err
	}
	alerts := manifests.NewAlertmanager()
	alerts.PagerDuty, alerts.Slack, alerts.SlackChannel = w.cfg.Alerting.PagerDuty, w.cfg.Alerting.Slack, w.cfg.Alerting.SlackChannel
	args := &components.MonitoringArgs{
		Environment: w.env, Layout: layout,
		Prometheus: manifests.NewPrometheus(w.cfg.Stack, w.site.Name), Alertmanager: alerts,
		Rules: manifests.Rules(w.limits()), Dashboards: dashboards,
		NodeRanges: []string{w.site.VPCRange.String()}, Receivers: w.receivers(), Authority: w.redisAuthority(),
	}
	if remote := w.cfg.RemoteWrite; remote != nil {
		args.Prometheus.RemoteWrite = &manifests.RemoteWrite{URL: remote.URL, User: remote.User}
		if remote.User != "" {
			args.RemoteWritePassword = secret(w.cfg.Secrets.RemoteWritePassword)
		}
	}
	if poolOf(w.pools, sizing.RoleRedis).Count > 0 {
		args.RedisPassword = secret(w.cfg.Secrets.redisPasswords().Exporter)
	}
	if poolOf(w.pools, sizing.RolePG).Count > 0 {
		text := ""
		if w.cfg.SecretStore == nil {
			if text, err = manifests.PostgresExporter(w.cfg.Secrets.databasePassword(manifests.PostgresExporterUser),
				manifests.DataAuthorityDir+"/ca.crt"); err != nil {
				return err
			}
		}
		args.PostgresExporter = secret(text)
	}
	_, err = components.NewMonitoring(ctx, w.site.Name, args, opts...)
	return err
}

// receivers are the secrets of the ways that alerts take.
func (w *workloads) receivers() pulumi.StringMap {
	files := pulumi.StringMap{}
	for _, way := range []struct {
		on          bool
		path, value string
	}{
		{w.cfg.Alerting.PagerDuty, manifests.PagerDutyKeyFile, w.cfg.Secrets.PagerDutyKey},
		{w.cfg.Alerting.Slack, manifests.SlackWebhookFile, w.cfg.Secrets.SlackWebhook},
	} {
		if way.on {
			files[way.path[len(manifests.AlertmanagerSecretDir)+1:]] = secret(way.value)
		}
	}
	return files
}

// limits are the plan's numbers that the site's alerts compare with.
func (w *workloads) limits() manifests.Limits {
	pg, redis, sfu := poolOf(w.pools, sizing.RolePG), poolOf(w.pools, sizing.RoleRedis), poolOf(w.pools, sizing.RoleSFU)
	l := manifests.Limits{
		WebSocketsPerPod:    sizing.WebSocketsPerAPIInstance,
		PostgresMembers:     pg.Count,
		EgressBytesPerMonth: w.plan.EgressBytesPerMonth(w.site.Name),
		Autoscaled:          map[string]int{}, EdgeConnections: map[string]int{}, RemoteWrite: w.cfg.RemoteWrite != nil,
	}
	watched := w.cfg.Watched(w.site.Name, w.planned)
	l.Jobs, l.Backups, l.Drill = watched.Jobs, watched.Backups, watched.Drill
	for _, s := range w.services() {
		if s.Service.WebSocket {
			l.WebSockets += s.Max * sizing.WebSocketsPerAPIInstance
		}
	}
	for _, balancer := range w.plan.Daemons.LoadBalancers {
		// That of the databases leads past the edge.
		if balancer.Site == w.site.Name && balancer.Edge != sizing.EdgeData {
			entry := "websecure"
			if balancer.Edge == sizing.EdgeWebSocket {
				entry = "websocket"
			}
			l.EdgeConnections[entry] = balancer.SizeUnit * sizing.LoadBalancerNodeConnections
		}
	}
	for _, pool := range w.pools {
		if pool.Max > pool.Min {
			l.Autoscaled[string(pool.Role)] = pool.Max
		}
	}
	if sfu.Count > 0 {
		l.SFUNodes = sfu.Count
		if sfu.Max > 0 {
			l.SFUNodes = sfu.Min
		}
		l.SFUParticipants, l.LargestMeeting = w.plan.Daemons.LiveKit.Participants, w.plan.LargestMeeting()
		l.SFUBytesPerSecond = w.plan.SFUNodeBytesPerSecond()
	}
	if redis.Count > 0 {
		layout := w.plan.RedisLayout()
		l.RedisNodes, l.RedisReplicas = layout.Pods, layout.Replicas > 0
	}
	if w.site.Name == w.cfg.Sites[0].Name && w.ownStore() {
		l.MinIOServers = poolOf(w.pools, sizing.RoleMinIO).Count
	}
	if pg.Count > 0 {
		l.PoolerClients = w.plan.Daemons.PgBouncer.MaxClientConnections
	}
	l.Certificates = map[string]time.Time{}
	for _, c := range []struct {
		name, text string
		used       bool
	}{
		{"data", w.cfg.Secrets.DataCertificate, true},
		// What autoscalers ask presents it.
		{"metrics", w.cfg.Secrets.MetricsCertificate, w.cfg.Autoscale},
	} {
		if ends, ok := notAfter(c.text); ok && c.used {
			l.Certificates[c.name] = ends
		}
	}
	return l
}

// notAfter is the end of a certificate's validity; there is none where the certificate is in
// a store alone, which then watches over it.
func notAfter(text string) (time.Time, bool) {
	block, _ := pem.Decode([]byte(text))
	if block == nil {
		return time.Time{}, false
	}
	certificate, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		return time.Time{}, false
	}
	return certificate.NotAfter, true
}
