package policies

// Resource is what a rule sees of a resource.
type Resource struct {
	// URN names the resource in its stack; Type is the type token, such as
	// "digitalocean:index/vpc:Vpc", and Name the logical name.
	URN, Type, Name string
	// Provider is the URN of its provider. Kubernetes resources of one cluster share it.
	Provider string
	// Protect says that the engine refuses to delete it.
	Protect bool
	// IgnoreChanges are the paths of properties whose changes the engine passes over.
	IgnoreChanges []string
	// DependsOn maps properties to the URNs of the resources that their values come from.
	DependsOn map[string][]string
	// Properties are the inputs, as NewValue takes them; for a whole stack judged by the
	// engine also what the provider answered.
	Properties map[string]any
}

// Get returns the property at a path of keys.
func (r Resource) Get(path ...string) Value { return NewValue(r.Properties).Get(path...) }

// Type tokens that several rules look at.
const (
	clusterType   = "digitalocean:index/kubernetesCluster:KubernetesCluster"
	poolType      = "digitalocean:index/kubernetesNodePool:KubernetesNodePool"
	vpcType       = "digitalocean:index/vpc:Vpc"
	balancerType  = "digitalocean:index/loadBalancer:LoadBalancer"
	firewallType  = "digitalocean:index/firewall:Firewall"
	bucketType    = "digitalocean:index/spacesBucket:SpacesBucket"
	objectType    = "digitalocean:index/spacesBucketObject:SpacesBucketObject"
	dropletType   = "digitalocean:index/droplet:Droplet"
	volumeType    = "digitalocean:index/volume:Volume"
	domainType    = "digitalocean:index/domain:Domain"
	namespaceType = "kubernetes:core/v1:Namespace"
	secretType    = "kubernetes:core/v1:Secret"
	configType    = "kubernetes:core/v1:ConfigMap"
	serviceType   = "kubernetes:core/v1:Service"
	ciliumType    = "kubernetes:cilium.io/v2:CiliumNetworkPolicy"
	netpolType    = "kubernetes:networking.k8s.io/v1:NetworkPolicy"
	budgetType    = "kubernetes:policy/v1:PodDisruptionBudget"
	hpaType       = "kubernetes:autoscaling/v2:HorizontalPodAutoscaler"
)

// ofType returns the resources of the types.
func ofType(all []Resource, types ...string) []Resource {
	var found []Resource
	for _, r := range all {
		for _, t := range types {
			if r.Type == t {
				found = append(found, r)
			}
		}
	}
	return found
}
