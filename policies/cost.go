package policies

import (
	"math"

	"github.com/shopspring/decimal"
	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/gomeet/infra/sizing"
)

// Cost returns what the resources cost per month at list prices in US dollars, without
// what depends on use: traffic, and storage beyond the Spaces subscription. What has no
// price, or a count that is not known yet, is left out. Of an autoscaled pool the most
// nodes count.
func Cost(all []Resource, catalogue *sizing.Catalogue) decimal.Decimal {
	total := decimal.Zero
	add := func(price sizing.Price, quantity float64) {
		if amount, known := price.Times(decimal.NewFromFloat(quantity)); known {
			total = total.Add(amount)
		}
	}
	droplets := func(pool Value, count int) {
		if size, found := catalogue.Size(pool.Get("size").Text()); found {
			add(size.Monthly, float64(count))
		}
	}
	spaces := false
	for _, r := range all {
		switch r.Type {
		case poolType:
			droplets(r.Get(), nodes(r.Get()))
		case clusterType:
			droplets(r.Get("nodePool"), nodes(r.Get("nodePool")))
			add(catalogue.Price(sizing.ProductControlPlane), 1)
			if r.Get("ha").True() {
				add(catalogue.Price(sizing.ProductControlPlaneHA), 1)
			}
		case dropletType:
			droplets(r.Get(), 1)
		case balancerType:
			units, known := r.Get("sizeUnit").Number()
			if !known {
				units = 1 // DigitalOcean's default.
			}
			add(catalogue.Price(sizing.ProductLoadBalancerNode), units)
		case volumeType:
			gib, _ := r.Get("size").Number()
			add(catalogue.Price(sizing.ProductVolume), gib)
		case "kubernetes:apps/v1:StatefulSet":
			add(catalogue.Price(sizing.ProductVolume), claimed(r))
		case "kubernetes:core/v1:PersistentVolumeClaim":
			add(catalogue.Price(sizing.ProductVolume), gibOf(r.Get("spec")))
		case bucketType:
			spaces = true
		}
	}
	if spaces {
		add(catalogue.Price(sizing.ProductSpaces), 1)
	}
	return total
}

// claimed returns the GiB of block storage that a StatefulSet claims.
func claimed(r Resource) float64 {
	replicas, known := r.Get("spec", "replicas").Number()
	if !known {
		replicas = 1 // Kubernetes' default.
	}
	gib := 0.0
	for _, claim := range r.Get("spec", "volumeClaimTemplates").Items() {
		gib += gibOf(claim.Get("spec"))
	}
	return replicas * gib
}

// gibOf returns the whole GiB that a claim's spec asks for, 0 if that is not known.
func gibOf(spec Value) float64 {
	quantity, err := resource.ParseQuantity(spec.Get("resources", "requests", "storage").Text())
	if err != nil {
		return 0
	}
	const gib = 1 << 30
	return math.Ceil(float64(quantity.Value()) / gib)
}
