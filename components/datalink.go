package components

import (
	"fmt"

	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	discoveryv1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/discovery/v1"
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/gomeet/infra/manifests"
)

// DataLink gives the primary site's databases their names at another site: Services
// without pods, whose one endpoint is the primary's private load balancer. Redis'
// servers have the same names at every site, because that is what they send clients to.
// It costs nothing here.
type DataLink struct {
	pulumi.ResourceState
}

// DataLinkArgs configures DataLink.
type DataLinkArgs struct {
	// Data is the ground of the site's data tier.
	Data *Data
	// Address is the load balancer's.
	Address pulumi.StringInput
	// RedisPods is the number of Redis servers at the primary site, Store says that the
	// platform's own object store is there.
	RedisPods int
	Store     bool
}

// reached makes a Service reachable through the nodes, without DOKS opening its port to
// the world (docs.digitalocean.com/products/kubernetes/details/managed).
func reached(metadata *metav1.ObjectMetaArgs, spec *corev1.ServiceSpecArgs) {
	metadata.Annotations = merge(metadata.Annotations.(pulumi.StringMap), pulumi.StringMap{
		"kubernetes.digitalocean.com/firewall-managed": pulumi.String("false"),
	})
	spec.Type = pulumi.String("NodePort")
}

// NewDataLink makes the names. The options must carry the cluster's provider.
func NewDataLink(ctx *pulumi.Context, name string, args *DataLinkArgs, opts ...pulumi.ResourceOption) (*DataLink, error) {
	link := &DataLink{}
	if err := ctx.RegisterComponentResource("gomeet:data:DataLink", name, link, opts...); err != nil {
		return nil, err
	}
	postgres := manifests.DefaultPatroni().Port
	names := []linked{
		{manifests.PostgresPrimary, "postgresql", postgres, postgres},
		{manifests.RedisService, "redis", manifests.RedisPort, manifests.RedisPort},
	}
	for i := range args.RedisPods {
		names = append(names, linked{fmt.Sprintf("%s-%d", manifests.RedisService, i), "redis", manifests.RedisPort, manifests.RedisPort + i})
	}
	if args.Store {
		names = append(names, linked{manifests.MinIOService, "minio", manifests.MinIOPort, manifests.MinIOPort})
	}
	for _, n := range names {
		if err := n.make(ctx, name+"-"+n.service, args, pulumi.Parent(link)); err != nil {
			return nil, err
		}
	}
	return link, ctx.RegisterResourceOutputs(link, pulumi.Map{})
}

// linked is a Service here whose port is another one at the load balancer.
type linked struct {
	service, port string
	here, there   int
}

func (l linked) make(ctx *pulumi.Context, logical string, args *DataLinkArgs, opts ...pulumi.ResourceOption) error {
	data := args.Data
	service, err := corev1.NewService(ctx, logical, &corev1.ServiceArgs{
		Metadata: unawaited(object(data.in, l.service, data.env)),
		Spec:     &corev1.ServiceSpecArgs{Ports: corev1.ServicePortArray{servicePort(l.port, l.here)}},
	}, opts...)
	if err != nil {
		return err
	}
	metadata := object(data.in, l.service, data.env)
	metadata.Labels = merge(recommended(l.service, data.env), pulumi.StringMap{
		"kubernetes.io/service-name":             pulumi.String(l.service),
		"endpointslice.kubernetes.io/managed-by": pulumi.String("gomeet"),
	})
	_, err = discoveryv1.NewEndpointSlice(ctx, logical, &discoveryv1.EndpointSliceArgs{
		Metadata: metadata, AddressType: pulumi.String("IPv4"),
		Endpoints: discoveryv1.EndpointArray{&discoveryv1.EndpointArgs{Addresses: pulumi.StringArray{args.Address}}},
		Ports: discoveryv1.EndpointPortArray{&discoveryv1.EndpointPortArgs{
			Name: pulumi.String(l.port), Port: pulumi.Int(l.there), Protocol: pulumi.String("TCP"),
		}},
	}, append(opts, pulumi.DependsOn([]pulumi.Resource{service}))...)
	return err
}
