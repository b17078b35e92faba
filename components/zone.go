package components

import (
	"strings"

	"github.com/pulumi/pulumi-digitalocean/sdk/v4/go/digitalocean"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// Zone is the stack's DNS zone and the certificates of its names. Both are free. A zone
// belongs to one stack: two stacks use two domains, such as gomeet.example and
// dev.gomeet.example. Another domain replaces everything here.
type Zone struct {
	pulumi.ResourceState

	domain  string
	env     Environment
	managed *digitalocean.Domain
	// owned is the owner's record; everything else in the zone waits for it.
	owned *digitalocean.DnsRecord
	// CloudURN is DigitalOcean's own name of the zone.
	CloudURN pulumi.StringOutput
}

// ZoneArgs configures a Zone.
type ZoneArgs struct {
	// Environment is the stack's; it has no site.
	Environment Environment
	// Domain is the zone's name.
	Domain string
}

const (
	// addressTTL in seconds is short, so that a moved site is found within a minute.
	addressTTL = 60
	// policyTTL in seconds is for records that do not change.
	policyTTL = 3600
	// OwnerRecord is the TXT record that says which stack a zone belongs to; the checks
	// before a deployment look for it.
	OwnerRecord = "_gomeet"
)

// NewZone creates the zone.
func NewZone(ctx *pulumi.Context, name string, args *ZoneArgs, opts ...pulumi.ResourceOption) (*Zone, error) {
	zone := &Zone{domain: args.Domain, env: args.Environment}
	if err := ctx.RegisterComponentResource("gomeet:names:Zone", name, zone, opts...); err != nil {
		return nil, err
	}
	var err error
	zone.managed, err = digitalocean.NewDomain(ctx, name, &digitalocean.DomainArgs{
		Name: pulumi.String(args.Domain),
	}, pulumi.Parent(zone), pulumi.Protect(args.Environment.Protected))
	if err != nil {
		return nil, err
	}
	zone.CloudURN = zone.managed.DomainUrn
	zone.owned, err = digitalocean.NewDnsRecord(ctx, name+"-owner", &digitalocean.DnsRecordArgs{
		Domain: zone.managed.Name, Name: pulumi.String(OwnerRecord), Type: pulumi.String("TXT"), Ttl: pulumi.Int(policyTTL),
		Value: pulumi.String(Owner(args.Environment.ID)),
	}, pulumi.Parent(zone))
	if err != nil {
		return nil, err
	}
	// Nobody else may issue certificates for these names (RFC 8659).
	if _, err := digitalocean.NewDnsRecord(ctx, name+"-caa", &digitalocean.DnsRecordArgs{
		Domain: zone.managed.Name, Name: pulumi.String("@"), Type: pulumi.String("CAA"), Ttl: pulumi.Int(policyTTL),
		Flags: pulumi.Int(0), Tag: pulumi.String("issue"), Value: pulumi.String("letsencrypt.org."),
	}, pulumi.Parent(zone), zone.afterOwner()); err != nil {
		return nil, err
	}
	return zone, ctx.RegisterResourceOutputs(zone, pulumi.Map{"domain": zone.managed.Name})
}

// Certificate makes one certificate for names below the zone. DigitalOcean gets it from
// Let's Encrypt and renews it. Other names make a new certificate, which takes over
// before the old one goes; its physical name ends in a hash of the names therefore.
func (z *Zone) Certificate(ctx *pulumi.Context, logical, purpose string, names []string) (*digitalocean.Certificate, error) {
	return digitalocean.NewCertificate(ctx, logical, &digitalocean.CertificateArgs{
		Name:    pulumi.String(z.env.Name(purpose, digest(strings.Join(names, " "))[:8])),
		Type:    pulumi.String("lets_encrypt"),
		Domains: pulumi.ToStringArray(names),
	}, pulumi.Parent(z), z.afterOwner())
}

// SiteCertificate makes the certificate for the hosts of a site.
func (z *Zone) SiteCertificate(ctx *pulumi.Context, site string, hosts []Host) (*digitalocean.Certificate, error) {
	names := make([]string, len(hosts))
	for i, h := range hosts {
		names[i] = h.FQDN(z.domain)
	}
	return z.Certificate(ctx, site, site, names)
}

// Point makes a host resolve to an address.
func (z *Zone) Point(ctx *pulumi.Context, host Host, address pulumi.StringInput) error {
	return z.record(ctx, strings.ReplaceAll(host.FQDN(z.domain), ".", "-"), host.Name, "A", address, addressTTL)
}

// Alias makes a name an alias of another one.
func (z *Zone) Alias(ctx *pulumi.Context, name string, target pulumi.StringInput) error {
	return z.record(ctx, name, name, "CNAME", target, policyTTL)
}

func (z *Zone) record(ctx *pulumi.Context, logical, name, kind string, value pulumi.StringInput, ttl int) error {
	_, err := digitalocean.NewDnsRecord(ctx, logical, &digitalocean.DnsRecordArgs{
		Domain: z.managed.Name, Name: pulumi.String(name), Type: pulumi.String(kind), Value: value, Ttl: pulumi.Int(ttl),
	}, pulumi.Parent(z), z.afterOwner())
	return err
}

func (z *Zone) afterOwner() pulumi.ResourceOption {
	return pulumi.DependsOn([]pulumi.Resource{z.owned})
}
