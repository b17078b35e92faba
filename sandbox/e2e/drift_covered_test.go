package e2e_test

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/stretchr/testify/require"
)

// Why a property that the program sets cannot differ.
const (
	immutable = "no request of the API changes it; whoever wants another makes another resource"
	itself    = "it is what the resource is known by, or what it belongs to"
	only4us   = "it tells the provider what a deletion does; the cloud does not have it"
)

// fixed are the properties that nobody can change from outside.
var fixed = map[string]string{
	"Certificate domains": immutable, "Certificate name": itself, "Certificate type": immutable,
	"Cdn origin":       immutable,
	"DnsRecord domain": itself, "DnsRecord type": immutable,
	"Domain name":                     itself,
	"KubernetesCluster clusterSubnet": immutable, "KubernetesCluster serviceSubnet": immutable,
	"KubernetesCluster destroyAllAssociatedResources": only4us,
	"KubernetesCluster nodePool.size":                 immutable,
	"KubernetesCluster region":                        immutable, "KubernetesCluster vpcUuid": immutable,
	"KubernetesCluster version":    "the program asks for the newest that the sandbox has, and no cluster goes back",
	"KubernetesNodePool clusterId": itself, "KubernetesNodePool size": immutable,
	"LoadBalancer network": immutable, "LoadBalancer region": immutable, "LoadBalancer type": immutable, "LoadBalancer vpcUuid": immutable,
	"ProjectResources project":  itself,
	"SpacesBucket forceDestroy": only4us, "SpacesBucket name": itself, "SpacesBucket region": immutable,
	"Tag name":            itself,
	"UptimeAlert checkId": itself,
	"Vpc ipRange":         immutable, "Vpc region": immutable,
	"VpcPeering vpcIds": immutable,
}

// deployed is a resource of a stack's state.
type deployed struct {
	Type, URN       string
	Custom          bool
	Inputs, Outputs map[string]any
}

func (d deployed) kind() string { return d.Type[strings.LastIndex(d.Type, ":")+1:] }
func (d deployed) name() string { return d.URN[strings.LastIndex(d.URN, "::")+2:] }

// deployed lists the resources of a stack whose type token begins so.
func (w *world) deployed(stack, prefix string) []deployed {
	w.t.Helper()
	output, err := w.shell(stack, "pulumi stack export --stack "+stack)
	require.NoError(w.t, err, output)
	var state struct {
		Deployment struct{ Resources []deployed }
	}
	require.NoError(w.t, json.Unmarshal([]byte(output), &state))
	resources := slices.DeleteFunc(state.Deployment.Resources, func(d deployed) bool {
		return !d.Custom || !strings.HasPrefix(d.Type, prefix)
	})
	require.NotEmpty(w.t, resources)
	return resources
}

// requireCovered requires of every property that the program sets, of every type of
// resource in the account, that the tables change it or that it is fixed: a property that
// is new cannot be forgotten.
func (w *world) requireCovered(stack string) {
	w.t.Helper()
	covered := maps.Clone(fixed)
	for _, row := range slices.Concat(cloudTampers, restTampers, prodTampers) {
		property := row.kind + " " + row.path
		require.NotContains(w.t, fixed, property, "it is changed, so it is not fixed")
		covered[property] = "changed"
	}
	forgotten := map[string]bool{}
	for _, d := range w.deployed(stack, "digitalocean:") {
		for _, property := range settings(d.Inputs, "") {
			parent, _, _ := strings.Cut(property, ".")
			if covered[d.kind()+" "+property] == "" && covered[d.kind()+" "+parent] == "" {
				forgotten[d.kind()+" "+property] = true
			}
		}
	}
	require.Empty(w.t, slices.Sorted(maps.Keys(forgotten)), "change these in drift_rest_test.go, or say here why nobody can")
}

// settings lists the properties that are set; those of an object one by one.
func settings(of map[string]any, path string) []string {
	var all []string
	for name, value := range of {
		if object, ok := value.(map[string]any); ok && name != "labels" {
			all = append(all, settings(object, path+name+".")...)
		} else if !strings.HasPrefix(name, "__") {
			all = append(all, path+name)
		}
	}
	return all
}
