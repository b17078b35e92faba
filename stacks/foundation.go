package stacks

import (
	"net/mail"
	"net/netip"
	"regexp"
	"slices"
	"strings"

	"github.com/gomeet/infra/sizing"
)

// Maintenance is when DigitalOcean may maintain a cluster: four hours, weekly,
// from this day and time in UTC
// (docs.digitalocean.com/products/kubernetes/details/managed, worker node maintenance).
type Maintenance struct {
	// Day is a day of the week in lower case, or "any".
	Day string
	// Start is a time of day such as "20:00".
	Start string
}

var (
	// domainPattern matches host names of at least two labels (RFC 1123 labels).
	domainPattern = regexp.MustCompile(`^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]$`)
	// idPattern matches the stack's id: eight hexadecimal digits.
	idPattern = regexp.MustCompile(`^[0-9a-f]{8}$`)
	// clockPattern matches a time of day.
	clockPattern = regexp.MustCompile(`^([01][0-9]|2[0-3]):[0-5][0-9]$`)
	// days are what a maintenance policy takes (godo, KubernetesMaintenanceToDay).
	days = []string{"any", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"}
	// spacesRegions are the regions with Spaces buckets of the standard kind
	// (docs.digitalocean.com/products/spaces/details/availability, 2026-03-23).
	spacesRegions = []string{"ams3", "atl1", "blr1", "fra1", "lon1", "nyc3", "sfo2", "sfo3", "sgp1", "syd1", "tor1"}
)

// maxDomain is the longest domain in characters: DNS names end at 253 (RFC 1035),
// and the longest name under it is www.<site of 16>.<domain>.
const maxDomain = 220

func (l *loader) stackID(raw string) {
	l.config.ID = l.matching("stackId", raw, idPattern, `eight hexadecimal digits; "gomeet secrets --stack STACK" makes them`)
}

func (l *loader) domain(raw string) {
	l.config.Domain = l.matching("domain", raw, domainPattern, `a domain in lower case, such as "gomeet.example"`)
	if len(raw) > maxDomain {
		l.problems.add(qualified("domain"), raw, "must have at most %d characters", maxDomain)
	}
}

func (l *loader) alertEmails(raw string) {
	name := qualified("alertEmails")
	if err := decode(raw, &l.config.AlertEmails); err != nil {
		l.problems.add(name, raw, "must be a list of e-mail addresses: %v", err)
		return
	}
	for _, address := range l.config.AlertEmails {
		if parsed, err := mail.ParseAddress(address); err != nil || parsed.Address != address {
			l.problems.add(name, address, "must be an e-mail address of a member of the DigitalOcean team")
		}
	}
}

func (l *loader) backupRegion(raw string) {
	l.config.BackupRegion = raw
	if !slices.Contains(spacesRegions, raw) {
		l.problems.add(qualified("backupRegion"), raw, "must be a region with Spaces buckets: %s", strings.Join(spacesRegions, ", "))
	}
}

func (l *loader) maintenanceWindow(raw string) {
	var window struct {
		Day   string `json:"day"`
		Start string `json:"start"`
	}
	name := qualified("maintenanceWindow")
	if err := decode(raw, &window); err != nil {
		l.problems.add(name, raw, "must be {day, start}: %v", err)
		return
	}
	if !slices.Contains(days, window.Day) {
		l.problems.add(name+".day", window.Day, "must be one of %s", strings.Join(days, ", "))
	}
	if !clockPattern.MatchString(window.Start) {
		l.problems.add(name+".start", window.Start, `must be a time of day in UTC such as "20:00"`)
	}
	l.config.Maintenance = Maintenance(window)
}

func (l *loader) allowedAddresses(raw string) {
	name := qualified("controlPlaneAllowedAddresses")
	if err := decode(raw, &l.config.ControlPlaneAllowedAddresses); err != nil {
		l.problems.add(name, raw, "must be a list of IPv4 ranges: %v", err)
		return
	}
	for _, text := range l.config.ControlPlaneAllowedAddresses {
		p, err := netip.ParsePrefix(text)
		switch {
		case err != nil || !p.Addr().Is4():
			l.problems.add(name, text, `must be an IPv4 range in CIDR notation, such as "203.0.113.0/24"`)
		case p != p.Masked():
			l.problems.add(name, text, "has host bits set; did you mean %s?", p.Masked())
		case p.Bits() == 0:
			l.problems.add(name, text, "allows everybody; leave the list empty to have no firewall")
		}
	}
}

// foundation checks what needs more than one key.
func (l *loader) foundation() {
	if len(l.config.Sites) == 0 {
		return
	}
	primary := l.config.Sites[0]
	_, known := sizing.DefaultCatalogue().Region(primary.Region)
	if known && !slices.Contains(spacesRegions, primary.Region) {
		l.problems.add(qualified("sites[0].region"), primary.Region,
			"has no Spaces buckets, and the primary site keeps the recordings; must be one of %s", strings.Join(spacesRegions, ", "))
	}
	for _, site := range l.config.Sites {
		if site.Region == l.config.BackupRegion {
			l.problems.add(qualified("backupRegion"), l.config.BackupRegion,
				"is the region of site %q; backups must leave the regions they protect", site.Name)
			break
		}
	}
	l.peerings()
}

// noPeering is the region whose VPCs peer with VPCs of the same region only
// (docs.digitalocean.com/products/networking/vpc/how-to/create-peering, 2026-11).
const noPeering = "blr1"

func (l *loader) peerings() {
	for i, a := range l.config.Sites {
		for _, b := range l.config.Sites[:i] {
			if a.Region != b.Region && (a.Region == noPeering || b.Region == noPeering) {
				l.problems.add(qualified("sites"), a.Name+" and "+b.Name,
					"VPCs in %s cannot be peered with another region; choose another region or put both sites there", noPeering)
			}
		}
	}
}
