package components

import (
	"github.com/pulumi/pulumi-digitalocean/sdk/v4/go/digitalocean"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// Delivery is the CDN in front of the recordings, under a name of the stack's own. The
// bucket stays private: a recording is fetched with a URL that the API has signed. Only
// the traffic costs, see package sizing. Another bucket or name replaces the endpoint.
type Delivery struct {
	pulumi.ResourceState

	// Host is the full name of the endpoint.
	Host string
}

// DeliveryArgs configures Delivery.
type DeliveryArgs struct {
	// Zone holds the name and its certificate.
	Zone *Zone
	// Bucket is the origin.
	Bucket *digitalocean.SpacesBucket
}

const (
	// deliveryHost is the name's first label.
	deliveryHost = "recordings"
	// deliveryTTL in seconds is the CDN's default; recordings never change.
	deliveryTTL = 3600
)

// NewDelivery creates the CDN endpoint, its certificate and its name.
func NewDelivery(ctx *pulumi.Context, name string, args *DeliveryArgs, opts ...pulumi.ResourceOption) (*Delivery, error) {
	delivery := &Delivery{Host: Host{Name: deliveryHost}.FQDN(args.Zone.domain)}
	if err := ctx.RegisterComponentResource("gomeet:storage:Delivery", name, delivery, opts...); err != nil {
		return nil, err
	}
	certificate, err := args.Zone.Certificate(ctx, deliveryHost, deliveryHost, []string{delivery.Host})
	if err != nil {
		return nil, err
	}
	cdn, err := digitalocean.NewCdn(ctx, name, &digitalocean.CdnArgs{
		Origin:          args.Bucket.BucketDomainName,
		CustomDomain:    pulumi.String(delivery.Host),
		CertificateName: certificate.Name,
		Ttl:             pulumi.Int(deliveryTTL),
	}, pulumi.Parent(delivery))
	if err != nil {
		return nil, err
	}
	if err := args.Zone.Alias(ctx, deliveryHost, pulumi.Sprintf("%s.", cdn.Endpoint)); err != nil {
		return nil, err
	}
	return delivery, ctx.RegisterResourceOutputs(delivery, pulumi.Map{"host": pulumi.String(delivery.Host)})
}
