package api

import (
	"slices"
	"strings"

	"github.com/digitalocean/godo"
)

// kubernetesVersions are the versions on offer, the latest first. They are slugs
// only: every control plane of the sandbox runs Kubernetes 1.35.4. The features
// are those that a real answer lists for every version.
var kubernetesVersions = []*godo.KubernetesVersion{
	{Slug: "1.35.4-do.0", KubernetesVersion: "1.35.4", SupportedFeatures: kubernetesFeatures},
	{Slug: "1.34.8-do.0", KubernetesVersion: "1.34.8", SupportedFeatures: kubernetesFeatures},
	{Slug: "1.33.12-do.0", KubernetesVersion: "1.33.12", SupportedFeatures: kubernetesFeatures},
}

// kubernetesFeatures is the list in the example of DigitalOcean's OpenAPI document
// (specification/resources/kubernetes/responses/examples.yml).
var kubernetesFeatures = []string{"cluster-autoscaler", "docr-integration", "token-authentication"}

func (s *Server) registerKubernetesOptions() {
	s.get("/v2/kubernetes/options", func(*call) (reply, error) {
		o := godo.KubernetesOptions{Versions: kubernetesVersions}
		for _, r := range regions {
			if r.Available {
				o.Regions = append(o.Regions, &godo.KubernetesRegion{Name: r.Name, Slug: r.Slug})
			}
		}
		for _, size := range s.sizes {
			o.Sizes = append(o.Sizes, &godo.KubernetesNodeSize{Name: size.Slug, Slug: size.Slug})
		}
		return ok("options", o)
	})
	s.get(clusterPath+"/{id}/upgrades", listUpgrades)
	s.post(clusterPath+"/{id}/upgrade", upgradeCluster)
}

// resolveVersion finds a version by its slug, by its minor version such as "1.34",
// or as "latest".
func resolveVersion(text string) (*godo.KubernetesVersion, error) {
	slugs := make([]string, len(kubernetesVersions))
	for i, v := range kubernetesVersions {
		if text == "latest" || text == v.Slug || text == minorOf(v.Slug) {
			return v, nil
		}
		slugs[i] = v.Slug
	}
	return nil, invalid("version %q is invalid, want one of %q", text, slugs)
}

// minorOf returns "1.34" of "1.34.8-do.0".
func minorOf(slug string) string {
	parts := strings.SplitN(slug, ".", 3)
	return strings.Join(parts[:min(2, len(parts))], ".")
}

// upgradesOf returns the version that a cluster can be upgraded to: the next minor
// one, because Kubernetes skips none
// (https://kubernetes.io/releases/version-skew-policy/).
func upgradesOf(slug string) []*godo.KubernetesVersion {
	i := slices.IndexFunc(kubernetesVersions, func(v *godo.KubernetesVersion) bool { return v.Slug == slug })
	if i < 1 {
		return []*godo.KubernetesVersion{}
	}
	return kubernetesVersions[i-1 : i]
}

func listUpgrades(c *call) (reply, error) {
	k, err := c.cluster()
	if err != nil {
		return reply{}, err
	}
	return ok("available_upgrade_versions", upgradesOf(k.Shown.VersionSlug))
}

func upgradeCluster(c *call) (reply, error) {
	k, err := c.cluster()
	if err != nil {
		return reply{}, err
	}
	var req godo.KubernetesClusterUpgradeRequest
	if err := c.decode(&req); err != nil {
		return reply{}, err
	}
	version, err := resolveVersion(req.VersionSlug)
	if err != nil {
		return reply{}, err
	}
	if !slices.Contains(upgradesOf(k.Shown.VersionSlug), version) {
		return reply{}, invalid("version %q is no upgrade from %q, see GET %s/%s/upgrades", req.VersionSlug, k.Shown.VersionSlug, clusterPath, k.Shown.ID)
	}
	if k.Shown.Status.State != godo.KubernetesClusterStatusRunning {
		return reply{}, conflict("the cluster is %q, want %q for an upgrade", k.Shown.Status.State, godo.KubernetesClusterStatusRunning)
	}
	// The slug changes at once: the Terraform provider reads it back without waiting.
	k.Shown.VersionSlug = version.Slug
	k.Shown.Status = &godo.KubernetesClusterStatus{State: godo.KubernetesClusterStatusUpgrading}
	k.Shown.UpdatedAt = c.now
	k.SettleAt = c.due("cluster_upgrade")
	if err := c.putCluster(k); err != nil {
		return reply{}, err
	}
	return reply{status: 202}, nil
}
