package cost

import (
	"fmt"

	pulumiresource "github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/shopspring/decimal"
	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/gomeet/infra/internal/engine"
	"github.com/gomeet/infra/sizing"
)

// componentVolumes is what volumes belong to that name no role.
const componentVolumes = "volumes"

// claim prices the volume that DigitalOcean's CSI driver makes for a
// PersistentVolumeClaim.
func (p *pricer) claim(r *engine.Resource) {
	gib, known := claimed(object(r.Inputs, "spec"))
	p.add(r, unless(known, p.storage(role(object(object(r.Inputs, "metadata"), "labels")), decimal.NewFromInt(1), gib)))
}

// statefulSet prices the volumes that a StatefulSet claims, one per template and member.
// They outlive the set unless its retention policy says otherwise.
func (p *pricer) statefulSet(r *engine.Resource) {
	spec := object(r.Inputs, "spec")
	members, known := number(spec, "replicas", 1)
	component := role(object(object(object(spec, "template"), "spec"), "nodeSelector"))
	for _, template := range list(spec, "volumeClaimTemplates") {
		if !template.IsObject() {
			p.add(r, unless(false, Line{Component: component, What: "volumes"}))
			continue
		}
		gib, gibKnown := claimed(object(template.ObjectValue(), "spec"))
		line := p.storage(component, members, gib)
		if name, ok := text(object(template.ObjectValue(), "metadata"), "name"); ok {
			line.Part = "volumes " + name
		}
		p.add(r, unless(known && gibKnown, line))
	}
}

// service prices the load balancer that DigitalOcean makes for a Service of that type.
func (p *pricer) service(r *engine.Resource) {
	if kind, _ := text(object(r.Inputs, "spec"), "type"); kind != "LoadBalancer" {
		return
	}
	const sizeUnit = "service.beta.kubernetes.io/do-loadbalancer-size-unit"
	annotations := object(object(r.Inputs, "metadata"), "annotations")
	units, known := decimal.NewFromInt(1), true
	if annotation, ok := annotations[sizeUnit]; ok {
		var err error
		if known = annotation.IsString(); known {
			units, err = ParseAmount(annotation.StringValue())
			known = err == nil
		}
	}
	p.add(r, unless(known, Line{Component: sizing.ComponentLoadBalancer, What: fmt.Sprintf("%s-node load balancer", units),
		Quantity: Same(units), Price: p.catalogue.Price(sizing.ProductLoadBalancerNode)}))
}

// claimed returns the GiB that a claim's spec asks for; volumes are whole GiB.
func claimed(spec pulumiresource.PropertyMap) (decimal.Decimal, bool) {
	written, ok := text(object(object(spec, "resources"), "requests"), "storage")
	if !ok {
		return decimal.Zero, false
	}
	quantity, err := resource.ParseQuantity(written)
	if err != nil {
		return decimal.Zero, false
	}
	const gib = 1 << 30
	return decimal.NewFromInt(quantity.Value()).Div(decimal.NewFromInt(gib)).Ceil(), true
}

// role returns the role that labels or a node selector name.
func role(labels pulumiresource.PropertyMap) string {
	if role, ok := text(labels, roleLabel); ok {
		return role
	}
	return componentVolumes
}
