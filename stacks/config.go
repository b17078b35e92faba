package stacks

import (
	"net/netip"

	"github.com/gomeet/infra/manifests"
	"github.com/gomeet/infra/sizing"
)

// Namespace is the project's configuration namespace; it equals the project's
// name in Pulumi.yaml.
const Namespace = "gomeet"

// Config is one stack's validated configuration. Load makes it; every value in
// it is known to be usable.
type Config struct {
	// Stack is the stack's name, such as "prod".
	Stack string
	// ID is eight hexadecimal digits, made once per stack. They tell this stack's
	// resources from those of another stack of the same name in the same account,
	// and make bucket names unique among all of DigitalOcean's customers.
	ID string
	// Target is the participants the platform is sized for.
	Target sizing.Target
	// Model chooses how counts follow from the target.
	Model sizing.Model
	// Calibration is what an SFU node was measured to carry; nil leaves LiveKit's published
	// benchmark.
	Calibration *sizing.Calibration
	// Pools overrides node pools by role; counts are totals over all sites.
	Pools map[sizing.Role]sizing.FixedPool
	// Sites lists the sites, the primary first.
	Sites []Site
	// KubernetesVersion is the pinned DOKS version slug, such as "1.35.4-do.0".
	KubernetesVersion string
	// HighAvailability asks for highly available control planes.
	HighAvailability bool
	// Autoscale lets the SFU and API pools grow and shrink within sizing's limits.
	Autoscale bool
	// Maintenance is when clusters may be maintained.
	Maintenance Maintenance
	// ControlPlaneAllowedAddresses are the IPv4 ranges that may reach the Kubernetes
	// API; empty means everybody.
	ControlPlaneAllowedAddresses []string
	// RegistryIntegration lets the clusters pull from the account's own container
	// registry.
	RegistryIntegration bool
	// Protect makes the engine refuse to delete what holds data, and makes buckets
	// outlive the stack.
	Protect bool
	// Domain is the DNS zone of the stack; the stack owns it.
	Domain string
	// BackupRegion is where backups and state are kept, in none of the sites' regions.
	BackupRegion string
	// AlertEmails receive DigitalOcean's own alerts; without any there are none.
	AlertEmails []string
	// APIImage is the pinned image of the API.
	APIImage string
	// PostgresImage is the pinned image of PostgreSQL with Patroni, pgBackRest and
	// PgBouncer; ToolsImage that of the backup jobs.
	PostgresImage, ToolsImage string
	// Alerting says who is told of an alert, RemoteWrite where metrics go besides; nil is
	// nowhere.
	Alerting    Alerting
	RemoteWrite *RemoteWrite
	// ObjectStore is where recordings go; MinIOImage the pinned image of the store that the
	// platform runs itself.
	ObjectStore ObjectStore
	MinIOImage  string
	// Restore is the moment that a new PostgreSQL cluster begins at; nil is an empty one.
	Restore *manifests.PatroniRestore
	// Secrets are the stack's secrets. Where there is a SecretStore, the workloads' own
	// are there and may be missing here.
	Secrets     Secrets
	SecretStore *SecretStore
}

// Site is one place the platform runs at: a VPC and a DOKS cluster in a region.
type Site struct {
	// Name is the site's own name, such as "jakarta"; it need not be the region's.
	Name string
	// Region is a DigitalOcean region slug.
	Region string
	// Formerly is the name before a rename, empty if there was none. The engine then
	// finds what it made under the old name.
	Formerly string
	// VPCRange holds the nodes, ClusterSubnet the pods and ServiceSubnet the
	// Services. The ranges of all sites are disjoint.
	VPCRange, ClusterSubnet, ServiceSubnet netip.Prefix
}

// Plan sizes the configuration.
func (c *Config) Plan() (*sizing.Plan, error) { return sizing.NewPlan(c.Input()) }

// Input returns what the configuration asks sizing for.
func (c *Config) Input() sizing.Input {
	sites := make([]sizing.Site, len(c.Sites))
	for i, s := range c.Sites {
		sites[i] = sizing.Site{Name: s.Name, Region: s.Region}
	}
	return sizing.Input{
		Target: c.Target,
		Sites:  sites,
		Model:  c.Model,
		Fixed:  c.Pools,
		Options: sizing.Options{
			HighAvailability: c.HighAvailability, Autoscale: c.Autoscale,
			RecordingsInSpaces: c.ObjectStore == ObjectStoreSpaces,
			Calibration:        c.Calibration, LiveKitVersion: manifests.LiveKitVersion(),
		},
	}
}

// SharedRegions returns the regions that hold more than one site, each with the
// names of its sites: the sites fail together when the region does.
func (c *Config) SharedRegions() map[string][]string {
	byRegion := map[string][]string{}
	for _, s := range c.Sites {
		byRegion[s.Region] = append(byRegion[s.Region], s.Name)
	}
	for region, names := range byRegion {
		if len(names) < 2 {
			delete(byRegion, region)
		}
	}
	return byRegion
}
