package api

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"regexp"
	"slices"
	"time"

	"github.com/digitalocean/godo"
	"github.com/google/uuid"

	"github.com/gomeet/infra/sandbox/store"
)

// registry is an account's container registry; there is at most one.
type registry struct {
	godo.Registry
	Tier string
}

var registries = store.NewCollection[registry]("registries")

// theRegistry is the key of the one registry.
const theRegistry = "registry"

// registryName is DigitalOcean's pattern (registry_base.yml).
var registryName = regexp.MustCompile(`^[a-z0-9-]{1,63}$`)

// tiers are the subscription tiers; prices in cents and included repositories and GiB
// as of docs.digitalocean.com/products/container-registry/details/pricing (500 MiB
// for starter).
var tiers = []godo.RegistrySubscriptionTier{
	{Name: "Starter", Slug: "starter", IncludedRepositories: 1, IncludedStorageBytes: 500 << 20, Eligible: true},
	{Name: "Basic", Slug: "basic", IncludedRepositories: 5, IncludedStorageBytes: 5 << 30, AllowStorageOverage: true, MonthlyPriceInCents: 500, Eligible: true},
	{Name: "Professional", Slug: "professional", IncludedStorageBytes: 100 << 30, AllowStorageOverage: true, MonthlyPriceInCents: 2000, Eligible: true},
}

func (s *Server) registerRegistry() {
	s.addKind(kind{name: "registries", list: func(tx *store.Tx) ([]item, error) {
		all, err := registries.List(tx)
		list := make([]item, len(all))
		for i, r := range all {
			list[i] = item{id: r.Name, name: r.Name, created: r.CreatedAt, builtin: r.Name == s.cfg.Registry}
		}
		return list, err
	}})
	s.get("/v2/registry", func(c *call) (reply, error) {
		r, err := find(c, registries, theRegistry)
		if err != nil {
			return reply{}, err
		}
		return ok("registry", r.Registry)
	})
	s.post("/v2/registry", createRegistry)
	s.delete("/v2/registry", func(c *call) (reply, error) {
		if _, err := find(c, registries, theRegistry); err != nil {
			return reply{}, err
		}
		if err := registries.Delete(c.tx, theRegistry); err != nil {
			return reply{}, err
		}
		return noContent()
	})
	s.get("/v2/registry/options", func(*call) (reply, error) {
		return ok("options", godo.RegistryOptions{SubscriptionTiers: tierList(), AvailableRegions: registryRegions})
	})
	s.get("/v2/registry/subscription", func(c *call) (reply, error) {
		r, err := find(c, registries, theRegistry)
		if err != nil {
			return reply{}, err
		}
		return subscription(r)
	})
	s.post("/v2/registry/subscription", func(c *call) (reply, error) {
		r, err := find(c, registries, theRegistry)
		if err != nil {
			return reply{}, err
		}
		var req struct {
			Tier string `json:"tier_slug"`
		}
		if err := c.decode(&req); err != nil {
			return reply{}, err
		}
		if err := checkTier(req.Tier); err != nil {
			return reply{}, err
		}
		r.Tier = req.Tier
		if err := registries.Put(c.tx, theRegistry, r); err != nil {
			return reply{}, err
		}
		return subscription(r)
	})
	s.get("/v2/registry/docker-credentials", dockerCredentials)
}

// makeRegistry makes the registry that the account has from the start.
func (s *Server) makeRegistry(c *call) error {
	_, found, err := registries.Get(c.tx, theRegistry)
	if err != nil || found || s.cfg.Registry == "" {
		return err
	}
	return registries.Put(c.tx, theRegistry, registry{
		Registry: godo.Registry{Name: s.cfg.Registry, Region: "sgp1", CreatedAt: c.now}, Tier: "basic",
	})
}

// registryRegions are where registries can be made (registry_options.yml, example).
var registryRegions = []string{"nyc3", "sfo3", "ams3", "sgp1", "fra1", "blr1", "syd1"}

func createRegistry(c *call) (reply, error) {
	var req godo.RegistryCreateRequest
	if err := c.decode(&req); err != nil {
		return reply{}, err
	}
	if _, found, err := registries.Get(c.tx, theRegistry); err != nil || found {
		return reply{}, orError(err, conflict("the account has a registry already"))
	}
	if !registryName.MatchString(req.Name) {
		return reply{}, invalid("name %q is invalid, want lower-case letters, digits and dashes, at most 63", req.Name)
	}
	if err := checkTier(req.SubscriptionTierSlug); err != nil {
		return reply{}, err
	}
	region := orElse(req.Region, registryRegions[0])
	if !slices.Contains(registryRegions, region) {
		return reply{}, invalid("region %q is invalid, want one of %q", region, registryRegions)
	}
	r := registry{Tier: req.SubscriptionTierSlug, Registry: godo.Registry{
		UUID: uuid.NewString(), Name: req.Name, Region: region, CreatedAt: c.now, StorageUsageBytesUpdatedAt: c.now,
	}}
	if err := registries.Put(c.tx, theRegistry, r); err != nil {
		return reply{}, err
	}
	return created("registry", r.Registry)
}

func tierList() []*godo.RegistrySubscriptionTier {
	list := make([]*godo.RegistrySubscriptionTier, len(tiers))
	for i := range tiers {
		list[i] = &tiers[i]
	}
	return list
}

func checkTier(slug string) error {
	if !slices.ContainsFunc(tiers, func(t godo.RegistrySubscriptionTier) bool { return t.Slug == slug }) {
		return invalid("subscription tier %q is invalid, want starter, basic or professional", slug)
	}
	return nil
}

func subscription(r registry) (reply, error) {
	at := slices.IndexFunc(tiers, func(t godo.RegistrySubscriptionTier) bool { return t.Slug == r.Tier })
	return ok("subscription", godo.RegistrySubscription{Tier: &tiers[at], CreatedAt: r.CreatedAt, UpdatedAt: r.CreatedAt})
}

// dockerCredentials answers with a docker configuration. Its token opens nothing: the
// sandbox has no registry to pull from.
func dockerCredentials(c *call) (reply, error) {
	if _, err := find(c, registries, theRegistry); err != nil {
		return reply{}, err
	}
	token := "sandbox-registry-" + c.now.UTC().Format(time.DateOnly)
	auth := base64.StdEncoding.EncodeToString([]byte(token + ":" + token))
	text, err := json.Marshal(map[string]any{"auths": map[string]any{"registry.digitalocean.com": map[string]string{"auth": auth}}})
	if err != nil {
		return reply{}, err
	}
	return reply{status: http.StatusOK, raw: text, contentType: "application/json"}, nil
}
