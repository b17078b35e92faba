// Package account reads what a DigitalOcean account offers and holds, to be compared
// with what a stack wants before anything is created. It changes nothing.
package account

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/digitalocean/godo"
	"golang.org/x/oauth2"

	"github.com/gomeet/infra/internal/pages"
)

// Snapshot is an account at one moment.
type Snapshot struct {
	// Real is false for a server on this machine, such as the sandbox.
	Real bool
	// DropletLimit is how many Droplets the account may have.
	DropletLimit int
	// Regions, Versions (slugs of DOKS) and NodeSizes (slugs) are on offer.
	Regions   []godo.Region
	Versions  []string
	NodeSizes []string
	// What exists.
	Droplets      []godo.Droplet
	Clusters      []*godo.KubernetesCluster
	VPCs          []*godo.VPC
	Peerings      []*godo.VPCPeering
	LoadBalancers []godo.LoadBalancer
	Projects      []godo.Project
	// Registry tells whether the account has a container registry.
	Registry bool
	// ZoneRecords is the number of records of the wanted DNS zone, without those that
	// every zone has (SOA, NS); 0 if there is no zone. ZoneTexts are the values of its
	// TXT records by name, relative to the zone.
	ZoneRecords int
	ZoneTexts   map[string][]string
}

// NewClient makes a client for an endpoint such as https://api.digitalocean.com, and
// tells whether it is a real account's. Requests that fail are tried again.
func NewClient(endpoint, token string) (client *godo.Client, real bool, err error) {
	parsed, err := url.Parse(endpoint)
	if err != nil || parsed.Host == "" {
		return nil, false, fmt.Errorf("digitalocean:apiEndpoint: %q: must be a URL such as https://api.digitalocean.com", endpoint)
	}
	authorized := oauth2.NewClient(context.Background(), oauth2.StaticTokenSource(&oauth2.Token{AccessToken: token}))
	// As the official provider by default: four more tries, 1 to 30 s apart.
	least, most := 1.0, 30.0
	client, err = godo.New(authorized, godo.SetBaseURL(strings.TrimRight(endpoint, "/")+"/"),
		godo.WithRetryAndBackoffs(godo.RetryConfig{RetryMax: 4, RetryWaitMin: &least, RetryWaitMax: &most}))
	if err != nil {
		return nil, false, fmt.Errorf("making the API client: %w", err)
	}
	return client, !loopback(parsed.Hostname()), nil
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// Read looks at an account. zone is the DNS zone that is wanted.
func Read(ctx context.Context, client *godo.Client, zone string) (*Snapshot, error) {
	s := &Snapshot{ZoneTexts: map[string][]string{}}
	for _, read := range []func(context.Context, *godo.Client) error{
		s.readAccount, s.readOffer, s.readResources, s.readRegistry,
		func(ctx context.Context, client *godo.Client) error { return s.readZone(ctx, client, zone) },
	} {
		if err := read(ctx, client); err != nil {
			return nil, err
		}
	}
	return s, nil
}

func (s *Snapshot) readAccount(ctx context.Context, client *godo.Client) error {
	a, response, err := client.Account.Get(ctx)
	if status(response) == http.StatusUnauthorized {
		return errors.New("DigitalOcean does not accept the token: set DIGITALOCEAN_TOKEN, or digitalocean:token as a secret of the stack, to a token with read and write access")
	}
	if err != nil {
		return fmt.Errorf("reading the account: %w", err)
	}
	s.DropletLimit = a.DropletLimit
	return nil
}

func (s *Snapshot) readOffer(ctx context.Context, client *godo.Client) (err error) {
	if s.Regions, err = pages.All("regions", func(o *godo.ListOptions) ([]godo.Region, *godo.Response, error) {
		return client.Regions.List(ctx, o)
	}); err != nil {
		return err
	}
	options, _, err := client.Kubernetes.GetOptions(ctx)
	if err != nil {
		return fmt.Errorf("reading the options of Kubernetes: %w", err)
	}
	for _, v := range options.Versions {
		s.Versions = append(s.Versions, v.Slug)
	}
	for _, size := range options.Sizes {
		s.NodeSizes = append(s.NodeSizes, size.Slug)
	}
	return nil
}

func (s *Snapshot) readResources(ctx context.Context, client *godo.Client) (err error) {
	if s.Droplets, err = pages.All("Droplets", func(o *godo.ListOptions) ([]godo.Droplet, *godo.Response, error) {
		return client.Droplets.List(ctx, o)
	}); err != nil {
		return err
	}
	if s.Clusters, err = pages.All("clusters", func(o *godo.ListOptions) ([]*godo.KubernetesCluster, *godo.Response, error) {
		return client.Kubernetes.List(ctx, o)
	}); err != nil {
		return err
	}
	if s.VPCs, err = pages.All("VPCs", func(o *godo.ListOptions) ([]*godo.VPC, *godo.Response, error) {
		return client.VPCs.List(ctx, o)
	}); err != nil {
		return err
	}
	if s.Peerings, err = pages.All("VPC peerings", func(o *godo.ListOptions) ([]*godo.VPCPeering, *godo.Response, error) {
		return client.VPCs.ListVPCPeerings(ctx, o)
	}); err != nil {
		return err
	}
	if s.LoadBalancers, err = pages.All("load balancers", func(o *godo.ListOptions) ([]godo.LoadBalancer, *godo.Response, error) {
		return client.LoadBalancers.List(ctx, o)
	}); err != nil {
		return err
	}
	s.Projects, err = pages.All("projects", func(o *godo.ListOptions) ([]godo.Project, *godo.Response, error) {
		return client.Projects.List(ctx, o)
	})
	return err
}

func (s *Snapshot) readRegistry(ctx context.Context, client *godo.Client) error {
	_, response, err := client.Registry.Get(ctx)
	if status(response) == http.StatusNotFound {
		return nil
	}
	if err != nil {
		return fmt.Errorf("reading the container registry: %w", err)
	}
	s.Registry = true
	return nil
}

func (s *Snapshot) readZone(ctx context.Context, client *godo.Client, zone string) error {
	_, response, err := client.Domains.Get(ctx, zone)
	if status(response) == http.StatusNotFound {
		return nil
	}
	if err != nil {
		return fmt.Errorf("reading the DNS zone %s: %w", zone, err)
	}
	records, err := pages.All("records of "+zone, func(o *godo.ListOptions) ([]godo.DomainRecord, *godo.Response, error) {
		return client.Domains.Records(ctx, zone, o)
	})
	for _, r := range records {
		switch r.Type {
		case "SOA", "NS":
			continue
		case "TXT":
			s.ZoneTexts[r.Name] = append(s.ZoneTexts[r.Name], r.Data)
		}
		s.ZoneRecords++
	}
	return err
}

// status is the HTTP status of a response, 0 if there was none.
func status(response *godo.Response) int {
	if response == nil || response.Response == nil {
		return 0
	}
	return response.StatusCode
}

// Region returns a region by its slug.
func (s *Snapshot) Region(slug string) (godo.Region, bool) {
	i := slices.IndexFunc(s.Regions, func(r godo.Region) bool { return r.Slug == slug })
	if i < 0 {
		return godo.Region{}, false
	}
	return s.Regions[i], true
}
