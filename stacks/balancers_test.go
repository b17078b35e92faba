package stacks_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"gopkg.in/yaml.v3"

	"github.com/gomeet/infra/internal/pulumitest"
	"github.com/gomeet/infra/manifests"
)

const (
	balancerType = "digitalocean:index/loadBalancer:LoadBalancer"
	serviceType  = "kubernetes:core/v1:Service"
)

// A load balancer with the PROXY protocol speaks it in its health checks, too. So what it
// sends to, and where it asks, must read it, of the VPC that it connects from.
func TestWhatBalancersReachReadsTheirProtocol(t *testing.T) {
	r := recorder(false)
	require.NoError(t, deploy(t, "prod", r))
	speaking := 0
	for _, balancer := range r.Resources(balancerType) {
		speaks := balancer.Inputs["enableProxyProtocol"]
		if !speaks.IsBool() || !speaks.BoolValue() {
			continue
		}
		speaking++
		site, _, _ := strings.Cut(balancer.Name, "-")
		reads := edgePorts(t, r, site)
		ports := []int{int(balancer.Inputs["healthcheck"].ObjectValue()["port"].NumberValue())}
		for _, rule := range balancer.Inputs["forwardingRules"].ArrayValue() {
			ports = append(ports, int(rule.ObjectValue()["targetPort"].NumberValue()))
		}
		for _, port := range ports {
			require.True(t, reads[port], "%s: nothing reads the PROXY protocol on %d", balancer.Name, port)
		}
	}
	require.Equal(t, 3, speaking, "all but the one of the databases")
}

// edgePorts maps the NodePorts of a site's edge to whether the entry point behind one
// reads the PROXY protocol of the site's VPC.
func edgePorts(t *testing.T, r *pulumitest.Recorder, site string) map[int]bool {
	t.Helper()
	var static struct {
		EntryPoints map[string]struct {
			ProxyProtocol struct {
				TrustedIPs []string `yaml:"trustedIPs"`
			} `yaml:"proxyProtocol"`
		} `yaml:"entryPoints"`
	}
	text := of(t, r, configMapType, site+"-edge-static").Inputs["data"].ObjectValue()[manifests.TraefikStaticFile]
	require.NoError(t, yaml.Unmarshal([]byte(text.StringValue()), &static))
	network := of(t, r, vpcType, site).Inputs["ipRange"].StringValue()
	ports := map[int]bool{}
	for _, port := range of(t, r, serviceType, site+"-edge").Inputs["spec"].ObjectValue()["ports"].ArrayValue() {
		entry, ok := static.EntryPoints[port.ObjectValue()["targetPort"].StringValue()]
		require.True(t, ok, "a port is called as its entry point is")
		ports[int(port.ObjectValue()["nodePort"].NumberValue())] = slices.Contains(entry.ProxyProtocol.TrustedIPs, network)
	}
	return ports
}

// of is the one resource of a type and a name.
func of(t *testing.T, r *pulumitest.Recorder, token, name string) pulumitest.Resource {
	t.Helper()
	for _, res := range r.Resources(token) {
		if res.Name == name {
			return res
		}
	}
	require.Fail(t, "there is no "+token+" "+name)
	return pulumitest.Resource{}
}
