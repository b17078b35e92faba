package drift

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/digitalocean/godo"
	"github.com/shopspring/decimal"

	"github.com/gomeet/infra/internal/engine"
	"github.com/gomeet/infra/internal/pages"
	"github.com/gomeet/infra/sizing"
)

// Owner is how the stack's resources are known in the account.
type Owner struct {
	// Prefix begins all names, such as "gomeet-prod-"; Tag is the stack's own tag.
	Prefix, Tag string
}

// known is what the state has: ids, and the clusters, networks and projects by id.
type known struct {
	owner                    Owner
	ids                      map[string]bool
	clusters, vpcs, projects map[string]bool
	catalog                  *sizing.Catalogue
	// within are the URNs (do:volume:…) of what is in the stack's projects, buckets those of
	// all buckets of the account, which belong to some project.
	within  map[string]bool
	buckets []string
	// made are the ids of Droplets and volumes that DOKS made for the stack's clusters.
	made map[string]bool
}

// Strays finds what is in the stack's networks, clusters, projects and zones, or carries its
// name or tag, and is in no state. What DOKS makes for a managed cluster counts as managed:
// its Droplets, its firewalls, and the volumes of its claims.
func Strays(ctx context.Context, client *godo.Client, owner Owner, state []*engine.Resource) ([]Finding, error) {
	k := &known{
		owner: owner, ids: map[string]bool{}, clusters: map[string]bool{}, vpcs: map[string]bool{}, projects: map[string]bool{},
		catalog: sizing.DefaultCatalogue(), within: map[string]bool{}, made: map[string]bool{},
	}
	for _, r := range state {
		k.ids[r.ID] = true
		switch r.Type {
		case "digitalocean:index/kubernetesCluster:KubernetesCluster":
			k.clusters[r.ID] = true
		case "digitalocean:index/vpc:Vpc":
			k.vpcs[r.ID] = true
		case "digitalocean:index/project:Project":
			k.projects[r.ID] = true
		}
	}
	if err := k.readProjects(ctx, client); err != nil {
		return nil, err
	}
	var all []Finding
	for _, look := range append(looks, members) {
		found, err := look(ctx, client, k)
		if err != nil {
			return nil, err
		}
		all = append(all, found...)
	}
	zones, err := k.records(ctx, client, state)
	return append(all, zones...), err
}

// thing is a resource of the account as far as it matters here.
type thing struct {
	kind, id, name, vpc string
	// urn is DigitalOcean's, "" for kinds that are in no project; from is the id of what a
	// copy was made of.
	urn, from string
	tags      []string
	// text is what else may name the stack: a description, an origin.
	text string
	cost *decimal.Decimal
	fix  string
}

// ours reports whether a thing belongs to the stack: by network, project, origin, tag or name.
func (k *known) ours(t thing) bool {
	return k.vpcs[t.vpc] || k.within[t.urn] || t.from != "" && (k.ids[t.from] || k.made[t.from]) || slices.Contains(t.tags, k.owner.Tag) || strings.HasPrefix(t.name, k.owner.Prefix) ||
		strings.HasPrefix(t.text, k.owner.Prefix) || strings.Contains(t.text, k.owner.Tag) || k.cluster(t.tags) != ""
}

// cluster returns the id of the managed cluster that a thing was made for, by DOKS' tag.
func (k *known) cluster(tags []string) string {
	for _, tag := range tags {
		if id, ok := strings.CutPrefix(tag, "k8s:"); ok && k.clusters[id] {
			return id
		}
	}
	return ""
}

// stray makes a finding of a thing that is the stack's and in no state.
func (k *known) stray(t thing) []Finding {
	if k.ids[t.id] || !k.ours(t) {
		return nil
	}
	return []Finding{{Class: Unmanaged, What: "stray", Type: t.kind, Name: t.name, ID: t.id, MonthlyCost: t.cost, Fix: t.fix}}
}

func (k *known) price(product sizing.Product, quantity int64) *decimal.Decimal {
	amount := k.catalog.Price(product).Amount
	if !amount.Valid {
		return nil
	}
	cost := amount.Decimal.Mul(decimal.NewFromInt(quantity))
	return &cost
}

// records finds DNS records in the stack's zones that it did not make.
func (k *known) records(ctx context.Context, client *godo.Client, state []*engine.Resource) ([]Finding, error) {
	var found []Finding
	for _, r := range state {
		if r.Type != "digitalocean:index/domain:Domain" {
			continue
		}
		records, err := pages.All("records of "+r.ID, func(o *godo.ListOptions) ([]godo.DomainRecord, *godo.Response, error) {
			records, response, err := client.Domains.Records(ctx, r.ID, o)
			if response != nil && response.StatusCode == 404 { // a zone that is gone is another finding
				return nil, response, nil
			}
			return records, response, err
		})
		if err != nil {
			return nil, err
		}
		for _, record := range records {
			id := strconv.Itoa(record.ID)
			// The zone's own; name servers of anything below it hand that to somebody else.
			if k.ids[id] || record.Type == "SOA" || record.Type == "NS" && record.Name == "@" {
				continue
			}
			found = append(found, Finding{
				Class: Unmanaged, What: "stray", Type: "DNS record", Name: record.Type + " " + record.Name + "." + r.ID, ID: id,
				Fix: "doctl compute domain records delete " + r.ID + " " + id,
			})
		}
	}
	return found, nil
}
