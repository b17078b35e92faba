package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"maps"
	"net"
	"os"
	"slices"
	"strings"

	"github.com/gomeet/infra/components"
	"github.com/gomeet/infra/internal/account"
	"github.com/gomeet/infra/internal/engine"
	"github.com/gomeet/infra/internal/tunnel"
	"github.com/gomeet/infra/internal/verify"
	"github.com/gomeet/infra/manifests"
	"github.com/gomeet/infra/sizing"
	"github.com/gomeet/infra/stacks"
)

// verifiable mirrors the stack's outputs (see package stacks) as far as they say what to
// look at, and the configuration that they came from.
type verifiable struct {
	Sites map[string]struct {
		LoadBalancers map[sizing.Edge]struct {
			IP    string   `json:"ip"`
			Names []string `json:"names"`
		} `json:"loadBalancers"`
		Pools map[sizing.Role]struct {
			Count int `json:"count"`
		} `json:"pools"`
	} `json:"sites"`
	Names struct {
		Zone        string   `json:"zone"`
		NameServers []string `json:"nameServers"`
		Recordings  string   `json:"recordings"`
	} `json:"names"`
	Buckets map[string]struct {
		Name   string `json:"name"`
		Region string `json:"region"`
	} `json:"buckets"`
	Capacity struct {
		ParticipantsPerMeeting int `json:"participantsPerMeeting"`
	} `json:"capacity"`
	Kubeconfigs map[string]string `json:"kubeconfigs"`
	SpacesKeys  map[string]struct {
		AccessKey string `json:"accessKey"`
		SecretKey string `json:"secretKey"`
	} `json:"spacesKeys"`
}

// sandboxed says why nothing of a stack on the sandbox can be verified.
const sandboxed = "the stack is on a cloud of this machine, which simulates pods and load balancers: nothing listens there"

// deployment reads what is deployed. finish ends the tunnels.
func (f *verifyFlags) deployment(ctx context.Context) (d *verify.Deployment, finish func(), err error) {
	cli, err := engine.NewCLI(".", nil)
	if err != nil {
		return nil, nil, err
	}
	var outputs verifiable
	if err := cli.Outputs(ctx, f.stack, &outputs); err != nil {
		return nil, nil, err
	}
	if len(outputs.Sites) == 0 {
		return nil, nil, fmt.Errorf("--stack %q: nothing is deployed", f.stack)
	}
	raw, err := cli.Config(ctx, f.stack)
	if err != nil {
		return nil, nil, err
	}
	cfg, err := stacks.Load(f.stack, raw)
	if err != nil {
		return nil, nil, err
	}
	d = outputs.deployment(cfg, os.Getenv("SPACES_ENDPOINT_URL"))
	if len(d.Sites) == 0 {
		return nil, nil, fmt.Errorf("--stack %q: none of the configured sites is deployed; deployed are %v: deploy first",
			f.stack, slices.Sorted(maps.Keys(outputs.Sites)))
	}
	endpoint := raw["digitalocean:apiEndpoint"]
	if endpoint == "" {
		endpoint = os.Getenv("DIGITALOCEAN_API_URL")
	}
	if endpoint != "" {
		_, real, err := account.NewClient(endpoint, "")
		if err != nil {
			return nil, nil, err
		}
		if !real {
			d.Simulated = sandboxed
			return d, func() {}, nil
		}
	}
	var clusters []*tunnel.Cluster
	for i := range d.Sites {
		text, ok := outputs.Kubeconfigs[d.Sites[i].Name]
		if !ok {
			continue
		}
		cluster, err := tunnel.New([]byte(text))
		if err != nil {
			return nil, nil, fmt.Errorf("site %s: %w", d.Sites[i].Name, err)
		}
		d.Sites[i].Inside = cluster
		clusters = append(clusters, cluster)
	}
	return d, func() {
		for _, cluster := range clusters {
			cluster.Close()
		}
	}, nil
}

// deployment puts outputs and configuration together. spaces stands for the Spaces of all
// regions, unless it is empty.
func (v *verifiable) deployment(cfg *stacks.Config, spaces string) *verify.Deployment {
	d := &verify.Deployment{
		Stack: cfg.Stack, Zone: v.Names.Zone, NameServers: v.Names.NameServers, Recordings: v.Names.Recordings,
		MeetingSize: v.Capacity.ParticipantsPerMeeting,
		LiveKitKey:  manifests.LiveKitKeyName, LiveKitSecret: cfg.Secrets.LiveKit,
	}
	if cfg.ObjectStore == stacks.ObjectStoreMinIO {
		d.Bucket = verify.Bucket{
			Endpoint: "https://" + net.JoinHostPort(manifests.ServiceHost(manifests.MinIOService, manifests.DataNamespace), fmt.Sprint(manifests.MinIOPort)),
			Region:   manifests.MinIORegion, Name: manifests.MinIOBucket, PathStyle: true, Store: true,
		}
	} else {
		b, key := v.Buckets["recordings"], v.SpacesKeys["recordings"]
		endpoint := account.BucketURL(spaces, b.Region, "")
		d.Bucket = verify.Bucket{
			Endpoint: strings.TrimSuffix(endpoint, "/"), Region: b.Region, Name: b.Name, PathStyle: spaces != "",
			AccessKey: key.AccessKey, SecretKey: key.SecretKey,
		}
	}
	// The primary first, as in the configuration.
	for _, configured := range cfg.Sites {
		site, ok := v.Sites[configured.Name]
		if !ok {
			continue
		}
		s := verify.Site{
			Name: configured.Name, Names: map[string]string{},
			SFU: site.Pools[sizing.RoleSFU].Count > 0, Recorders: site.Pools[sizing.RoleRecorder].Count > 0,
			Monitoring: site.Pools[sizing.RoleMonitoring].Count > 0,
		}
		watched := cfg.Watched(configured.Name, v.nodes)
		s.Jobs, s.Backups, s.Drill = watched.Jobs, watched.Backups, watched.Drill
		for _, edge := range slices.Sorted(maps.Keys(site.LoadBalancers)) {
			for _, name := range site.LoadBalancers[edge].Names {
				s.Names[name] = site.LoadBalancers[edge].IP
				purpose, _, _ := strings.Cut(name, ".")
				into := map[components.Purpose]*[]string{
					components.PurposeAPI: &s.API, components.PurposeWebSocket: &s.WebSocket, components.PurposeLiveKit: &s.LiveKit,
				}[components.Purpose(purpose)]
				if into != nil {
					*into = append(*into, name)
				}
			}
		}
		d.Sites = append(d.Sites, s)
	}
	return d
}

// nodes is how many a role has at a site, as deployed.
func (v *verifiable) nodes(site string, role sizing.Role) int { return v.Sites[site].Pools[role].Count }

// way sets how names are reached and what certificates are checked against.
func (f *verifyFlags) way(o *verify.Options) error {
	addresses := map[string]string{}
	for _, value := range f.resolve {
		from, to, ok := strings.Cut(value, "=")
		host, _, _ := strings.Cut(from, ":")
		address, _, err := net.SplitHostPort(to)
		if err != nil {
			address = to
		}
		if !ok || host == "" || net.ParseIP(address) == nil {
			return fmt.Errorf("--resolve %q: must be HOST[:PORT]=ADDRESS[:PORT] with an IP address, such as api.gomeet.example=127.0.0.1:8443", value)
		}
		addresses[from] = to
	}
	o.Via.Dial = verify.Redirect(addresses)
	o.Overridden = func(host string) bool { return verify.Redirected(addresses, host) }
	o.Resolver = net.DefaultResolver
	o.NameServers = func(ctx context.Context, zone string) ([]string, error) {
		records, err := net.DefaultResolver.LookupNS(ctx, zone)
		var names []string
		for _, record := range records {
			names = append(names, record.Host)
		}
		return names, err
	}
	if f.ca == "" {
		return nil
	}
	text, err := os.ReadFile(f.ca)
	if err != nil {
		return fmt.Errorf("--ca-file: %w", err)
	}
	roots, err := x509.SystemCertPool()
	if err != nil {
		roots = x509.NewCertPool()
	}
	if !roots.AppendCertsFromPEM(text) {
		return fmt.Errorf("--ca-file %s: must hold certificates as PEM", f.ca)
	}
	o.Via.TLS = &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}
	return nil
}
