package stacks

import (
	"fmt"
	"net/netip"
	"regexp"
	"strings"

	"github.com/gomeet/infra/sizing"
)

// namePattern matches stack and site names: they become part of DigitalOcean and
// Kubernetes names, which take lower-case letters, digits and dashes.
var namePattern = regexp.MustCompile(`^[a-z]([a-z0-9-]*[a-z0-9])?$`)

// nameLength is the longest stack or site name in characters. Names are composed
// as gomeet-<stack>-<site>-<thing>, and DigitalOcean's tags and Kubernetes'
// labels end at 63 (RFC 1123 label).
const nameLength = 16

func (l *loader) stackName(stack string) {
	if !validName(stack) {
		l.problems.add("stack", stack, "must be 1 to %d lower-case letters, digits and dashes, starting with a letter", nameLength)
	}
}

func validName(name string) bool {
	return len(name) <= nameLength && namePattern.MatchString(name)
}

func (l *loader) sites(raw string) {
	var sites []struct {
		Name          string `json:"name"`
		Region        string `json:"region"`
		VPCRange      string `json:"vpcRange"`
		ClusterSubnet string `json:"clusterSubnet"`
		ServiceSubnet string `json:"serviceSubnet"`
		Formerly      string `json:"formerly"`
	}
	name := qualified("sites")
	if err := decode(raw, &sites); err != nil {
		l.problems.add(name, raw, "must be a list of {name, region, vpcRange, clusterSubnet, serviceSubnet, formerly}: %v", err)
		return
	}
	if len(sites) == 0 {
		l.problems.add(name, raw, "must list at least one site")
	}
	seen := map[string]bool{}
	var ranges []namedRange
	for i, s := range sites {
		path := fmt.Sprintf("%s[%d]", name, i)
		switch {
		case !validName(s.Name):
			l.problems.add(path+".name", s.Name, "must be 1 to %d lower-case letters, digits and dashes, starting with a letter", nameLength)
		case seen[s.Name]:
			l.problems.add(path+".name", s.Name, "is used by another site; names are unique")
		}
		seen[s.Name] = true
		if s.Formerly != "" && !validName(s.Formerly) {
			l.problems.add(path+".formerly", s.Formerly, "must be a former name of the site, or left out")
		}
		if s.Region == "" {
			s.Region = nearestRegion
		}
		l.region(path+".region", s.Region)
		site := Site{Name: s.Name, Region: s.Region, Formerly: s.Formerly}
		for _, r := range []struct {
			key, text string
			limits    limits
			into      *netip.Prefix
		}{
			{"vpcRange", s.VPCRange, vpcLimits, &site.VPCRange},
			{"clusterSubnet", s.ClusterSubnet, clusterLimits, &site.ClusterSubnet},
			{"serviceSubnet", s.ServiceSubnet, serviceLimits, &site.ServiceSubnet},
		} {
			key := path + "." + r.key
			if prefix, ok := l.prefix(key, r.text, r.limits); ok {
				*r.into = prefix
				ranges = append(ranges, namedRange{key, prefix})
			}
		}
		l.config.Sites = append(l.config.Sites, site)
	}
	l.disjoint(ranges)
}

// nearestRegion is the region of a site that names none. GoMeet's participants are in
// Singapore and Indonesia, and DigitalOcean sells no Indonesian region: Singapore is
// the nearest, about 900 km from Jakarta.
const nearestRegion = "sgp1"

func (l *loader) region(key, slug string) {
	catalogue := sizing.DefaultCatalogue()
	if _, ok := catalogue.Region(slug); ok {
		return
	}
	var slugs []string
	for _, region := range catalogue.Regions {
		slugs = append(slugs, region.Slug)
	}
	l.problems.add(key, slug, "must be a DigitalOcean region: %s", strings.Join(slugs, ", "))
}
