package components

import (
	"github.com/pulumi/pulumi-digitalocean/sdk/v4/go/digitalocean"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/gomeet/infra/manifests"
	"github.com/gomeet/infra/sizing"
)

// Watch is what DigitalOcean itself watches of one site, so that somebody is told when
// the platform's own monitoring is gone too: an uptime check per load balancer from two
// parts of the world, and alerts on nodes and load balancers. An account has one check
// for nothing; alerts are free. Without e-mail addresses there are checks and no alerts.
type Watch struct {
	pulumi.ResourceState
}

// WatchArgs configures Watch.
type WatchArgs struct {
	Environment Environment
	// Targets maps each load balancer to the URL that shows it works.
	Targets map[sizing.Edge]string
	// Balancers are the site's load balancers.
	Balancers map[sizing.Edge]*digitalocean.LoadBalancer
	// NodeTags maps the roles of this site's pools to the tags of their nodes.
	NodeTags map[sizing.Role]pulumi.StringOutput
	// Emails receive the alerts. Each must be verified in the DigitalOcean team.
	Emails []string
}

// Thresholds. The platform's own alerts come first: these are set where something is
// about to break.
const (
	cpuPercent, memoryPercent, diskPercent = 90, 90, 85
	// connectionPercent of a load balancer's limit: sizing plans one spare node, so prod's
	// largest, of eight, is at 83 % at its target.
	connectionPercent = 85
)

// droplet lists the node alerts.
var dropletAlerts = []struct {
	name, metric string
	percent      float64
	// what the reader should know.
	text string
}{
	{"cpu", "v1/insights/droplet/cpu", cpuPercent, "CPU above 90 % for 10 minutes"},
	{"memory", "v1/insights/droplet/memory_utilization_percent", memoryPercent, "memory above 90 % for 10 minutes"},
	{"disk", "v1/insights/droplet/disk_utilization_percent", diskPercent, "the node's own disk above 85 %"},
}

// NewWatch creates a site's checks and alerts.
func NewWatch(ctx *pulumi.Context, name string, args *WatchArgs, opts ...pulumi.ResourceOption) (*Watch, error) {
	watch := &Watch{}
	if err := ctx.RegisterComponentResource("gomeet:monitoring:Watch", name, watch, opts...); err != nil {
		return nil, err
	}
	for _, edge := range []sizing.Edge{sizing.EdgeWeb, sizing.EdgeWebSocket, sizing.EdgeAll} {
		if balancer, ok := args.Balancers[edge]; ok {
			if err := watch.balancer(ctx, name+"-"+string(edge), args, edge, balancer); err != nil {
				return nil, err
			}
		}
	}
	for _, role := range sizing.Roles {
		tag, ok := args.NodeTags[role]
		if !ok {
			continue
		}
		for _, a := range dropletAlerts {
			if err := watch.alert(ctx, name+"-"+string(role)+"-"+a.name, args, &digitalocean.MonitorAlertArgs{
				Type: pulumi.String(a.metric), Value: pulumi.Float64(a.percent), Tags: pulumi.StringArray{tag},
				Description: pulumi.String(args.Environment.Name(string(role)) + ": " + a.text),
			}); err != nil {
				return nil, err
			}
		}
	}
	return watch, ctx.RegisterResourceOutputs(watch, pulumi.Map{})
}

func (w *Watch) balancer(
	ctx *pulumi.Context, name string, args *WatchArgs, edge sizing.Edge, balancer *digitalocean.LoadBalancer,
) error {
	physical := args.Environment.Name(string(edge))
	check, err := digitalocean.NewUptimeCheck(ctx, name, &digitalocean.UptimeCheckArgs{
		Name: pulumi.String(physical), Type: pulumi.String("https"), Target: pulumi.String(args.Targets[edge]),
		Enabled: pulumi.Bool(true),
		Regions: pulumi.ToStringArray([]string{"se_asia", "eu_west"}),
	}, pulumi.Parent(w))
	if err != nil || len(args.Emails) == 0 {
		return err
	}
	notify := digitalocean.UptimeAlertNotificationArray{
		&digitalocean.UptimeAlertNotificationArgs{Emails: pulumi.ToStringArray(args.Emails)},
	}
	if _, err := digitalocean.NewUptimeAlert(ctx, name+"-down", &digitalocean.UptimeAlertArgs{
		Name: pulumi.String(physical + "-down"), CheckId: check.ID(), Type: pulumi.String("down_global"),
		Period: pulumi.String("2m"), Notifications: notify,
	}, pulumi.Parent(w)); err != nil {
		return err
	}
	if _, err := digitalocean.NewUptimeAlert(ctx, name+"-certificate", &digitalocean.UptimeAlertArgs{
		Name: pulumi.String(physical + "-certificate"), CheckId: check.ID(), Type: pulumi.String("ssl_expiry"),
		Comparison: pulumi.String("less_than"), Threshold: pulumi.Int(manifests.PublicCertificateDays), Period: pulumi.String("1h"), Notifications: notify,
	}, pulumi.Parent(w)); err != nil {
		return err
	}
	return w.alert(ctx, name+"-connections", args, &digitalocean.MonitorAlertArgs{
		Type: pulumi.String("v1/insights/lbaas/connection_utilization_percent"), Value: pulumi.Float64(connectionPercent),
		Entities:    pulumi.StringArray{balancer.ID()},
		Description: pulumi.String(physical + ": connections above 85 % of what the load balancer carries; raise its size"),
	})
}

func (w *Watch) alert(ctx *pulumi.Context, name string, args *WatchArgs, alert *digitalocean.MonitorAlertArgs) error {
	if len(args.Emails) == 0 {
		return nil
	}
	alert.Enabled = pulumi.Bool(true)
	alert.Compare = pulumi.String("GreaterThan")
	alert.Window = pulumi.String("10m")
	alert.Alerts = &digitalocean.MonitorAlertAlertsArgs{Emails: pulumi.ToStringArray(args.Emails)}
	_, err := digitalocean.NewMonitorAlert(ctx, name, alert, pulumi.Parent(w))
	return err
}
