package e2e_test

import (
	"slices"
	"strings"

	"github.com/digitalocean/godo"
	"github.com/stretchr/testify/require"
)

func (c cloud) balancers() {
	balancers, _, err := c.LoadBalancers.List(c.t.Context(), everything)
	require.NoError(c.t, err)
	units := map[string]uint32{}
	for _, lb := range balancers {
		units[lb.Name] = lb.SizeUnit
		site := strings.Split(lb.Name, "-")[2]
		require.Equal(c.t, "REGIONAL", lb.Type)
		if strings.HasSuffix(lb.Name, "-data") {
			c.dataBalancer(lb)
			continue
		}
		require.Equal(c.t, "gomeet-prod-"+site+"-api", lb.Tag)
		require.True(c.t, lb.RedirectHttpToHttps)
		require.True(c.t, lb.EnableProxyProtocol)
		require.True(c.t, *lb.DisableLetsEncryptDNSRecords)
		require.Equal(c.t, "STRONG", lb.TLSCipherPolicy)
		require.Equal(c.t, &godo.HealthCheck{
			Protocol: "http", Port: 30081, Path: "/ping", CheckIntervalSeconds: 10, ResponseTimeoutSeconds: 5,
			UnhealthyThreshold: 3, HealthyThreshold: 2,
		}, lb.HealthCheck)
		idle := map[bool]uint64{true: 60, false: 600}[strings.HasSuffix(lb.Name, "-web")]
		require.Equal(c.t, idle, *lb.HTTPIdleTimeoutSeconds)
		target := map[bool]int{true: 30444, false: 30443}[strings.HasSuffix(lb.Name, "-websocket")]
		require.Len(c.t, lb.ForwardingRules, 2)
		for _, rule := range lb.ForwardingRules {
			if rule.EntryProtocol == "http" {
				require.Equal(c.t, godo.ForwardingRule{EntryProtocol: "http", EntryPort: 80, TargetProtocol: "http", TargetPort: 30080}, rule)
				continue
			}
			certificate, _, err := c.Certificates.Get(c.t.Context(), rule.CertificateID)
			require.NoError(c.t, err)
			require.Contains(c.t, certificate.DNSNames, "api."+site+".gomeet.example")
			rule.CertificateID = ""
			require.Equal(c.t, godo.ForwardingRule{EntryProtocol: "https", EntryPort: 443, TargetProtocol: "https", TargetPort: target}, rule)
		}
	}
	require.Equal(c.t, map[string]uint32{
		"gomeet-prod-singapore-web": 2, "gomeet-prod-singapore-websocket": 8, "gomeet-prod-singapore-data": 2,
		"gomeet-prod-jakarta-edge": 5,
	}, units)
}

// dataBalancer has a private address and a port for each server.
func (c cloud) dataBalancer(lb godo.LoadBalancer) {
	require.Equal(c.t, "INTERNAL", lb.Network)
	require.Equal(c.t, "gomeet-prod-singapore-redis", lb.Tag)
	require.True(c.t, strings.HasPrefix(lb.IP, "10.64."), "%s is an address of the VPC", lb.IP)
	targets := map[int]int{}
	for _, rule := range lb.ForwardingRules {
		require.Equal(c.t, "tcp tcp", rule.EntryProtocol+" "+rule.TargetProtocol)
		targets[rule.EntryPort] = rule.TargetPort
	}
	require.Equal(c.t, map[int]int{
		5432: 30432, 6379: 30390, 6380: 30391, 6381: 30392, 6382: 30393, 6383: 30394, 6384: 30395,
	}, targets)
}

func (c cloud) firewalls() {
	firewalls, _, err := c.Firewalls.List(c.t.Context(), everything)
	require.NoError(c.t, err)
	require.Len(c.t, firewalls, 10, "one per pool, but the default pools")
	world := []string{"0.0.0.0/0", "::/0"}
	for _, f := range firewalls {
		require.Equal(c.t, []string{f.Name}, f.Tags, "a firewall is for the pool of its name")
		role := strings.Split(f.Name, "-")[3]
		open := map[string]string{}
		for _, rule := range f.InboundRules {
			if slices.Equal(rule.Sources.Addresses, world) {
				open[rule.PortRange] = rule.Protocol
			} else {
				ports := map[string][]string{"api": {"30080", "30443", "30444", "30081"}, "redis": {"30390-30409", "30432", "10256"}}
				require.NotEmpty(c.t, rule.Sources.LoadBalancerUIDs)
				require.Contains(c.t, ports[role], rule.PortRange, f.Name)
			}
		}
		if role == "sfu" {
			require.Equal(c.t, map[string]string{"7882-7913": "udp", "3478": "udp", "7881": "tcp"}, open)
		} else {
			require.Empty(c.t, open, "%s is closed to the world", f.Name)
		}
		for _, rule := range f.OutboundRules {
			if rule.PortRange == "0" && slices.Equal(rule.Destinations.Addresses, world) {
				require.Equal(c.t, "sfu udp", role+" "+rule.Protocol, "only media goes anywhere")
			}
		}
	}
}
