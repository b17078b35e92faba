package standin

import (
	"github.com/digitalocean/godo"
	"github.com/pulumi/pulumi/sdk/v3/go/property"
)

const (
	tagToken          = "digitalocean:index/tag:Tag"
	peeringToken      = "digitalocean:index/vpcPeering:VpcPeering"
	loadBalancerToken = "digitalocean:index/loadBalancer:LoadBalancer"
	firewallToken     = "digitalocean:index/firewall:Firewall"
)

// networkRows are the rows of tags, peerings, load balancers and firewalls.
func networkRows() map[string]row {
	return map[string]row{
		"tag": {token: tagToken, inputs: fixed("name", "edge"), replaces: map[string]any{"name": "x"}},
		"peering": {
			token: peeringToken,
			inputs: func(e engine) property.Map {
				a, _ := e.create(vpcToken, object("name", "a", "region", "sgp1", "ipRange", "10.10.0.0/24"))
				b, _ := e.create(vpcToken, object("name", "b", "region", "sgp1", "ipRange", "10.11.0.0/24"))
				return object("name", "a-b", "vpcIds", []any{b, a})
			},
			outputs:  []string{"status", "createdAt"},
			edits:    map[string]any{"name": "x"},
			replaces: map[string]any{"vpcIds": []any{"x", "y"}},
			behind: func(e engine, id string) (string, error) {
				_, _, err := e.behind().VPCs.UpdateVPCPeering(e.t.Context(), id, &godo.VPCPeeringUpdateRequest{Name: "by-hand"})
				return "name", err
			},
		},
		"load balancer": {
			token: loadBalancerToken,
			inputs: func(e engine) property.Map {
				e.create(certificateToken, object("name", "edge", "type", "lets_encrypt", "domains", []any{"a.example"}))
				vpc, _ := e.create(vpcToken, object("name", "a", "region", "sgp1", "ipRange", "10.10.0.0/24"))
				return object("name", "web", "region", "sgp1", "type", "REGIONAL", "network", "EXTERNAL", "networkStack", "IPV4", "vpcUuid", vpc,
					"sizeUnit", 2.0, "dropletTag", "edge",
					"redirectHttpToHttps", true, "enableProxyProtocol", true, "httpIdleTimeoutSeconds", 600.0,
					"forwardingRules", []any{
						map[string]any{
							"entryProtocol": "https", "entryPort": 443.0, "targetProtocol": "https", "targetPort": 30443.0,
							"certificateName": "edge",
						},
						map[string]any{"entryProtocol": "http", "entryPort": 80.0, "targetProtocol": "http", "targetPort": 30080.0},
					},
					"healthcheck", map[string]any{"protocol": "http", "port": 30081.0, "path": "/ping"})
			},
			outputs: []string{"ip", "loadBalancerUrn", "status"},
			clears:  []string{"forwardingRules", "dropletTag", "redirectHttpToHttps", "enableProxyProtocol"},
			edits: map[string]any{
				"name": "x", "sizeUnit": 3.0, "dropletTag": "other", "redirectHttpToHttps": false, "enableProxyProtocol": false,
				"httpIdleTimeoutSeconds": 60.0, "disableLetsEncryptDnsRecords": true, "tlsCipherPolicy": "STRONG",
			},
			replaces: map[string]any{"region": "blr1", "type": "GLOBAL", "vpcUuid": "x", "network": "INTERNAL", "networkStack": "DUALSTACK"},
			behind: func(e engine, id string) (string, error) {
				lb, _, err := e.behind().LoadBalancers.Get(e.t.Context(), id)
				if err != nil {
					return "", err
				}
				lb.SizeUnit = 9
				_, _, err = e.behind().LoadBalancers.Update(e.t.Context(), id, lb.AsRequest())
				return "sizeUnit", err
			},
		},
		"firewall": {
			token: firewallToken,
			inputs: fixed("name", "sfu", "tags", []any{"sfu"},
				"inboundRules", []any{
					map[string]any{"protocol": "udp", "portRange": "50000-60000", "sourceAddresses": []any{"0.0.0.0/0", "::/0"}},
					map[string]any{"protocol": "tcp", "portRange": "30443", "sourceLoadBalancerUids": []any{"lb"}},
				},
				"outboundRules", []any{
					map[string]any{"protocol": "udp", "portRange": "all", "destinationAddresses": []any{"0.0.0.0/0", "::/0"}},
					map[string]any{"protocol": "icmp", "destinationAddresses": []any{"10.0.0.0/8"}},
				}),
			outputs: []string{"status", "createdAt"},
			clears:  []string{"tags", "inboundRules", "outboundRules"},
			edits: map[string]any{
				"name": "x", "tags": []any{"a", "b"},
				"inboundRules": []any{map[string]any{"protocol": "tcp", "portRange": "22", "sourceTags": []any{"bastion"}}},
			},
			behind: func(e engine, id string) (string, error) {
				_, err := e.behind().Firewalls.AddRules(e.t.Context(), id, &godo.FirewallRulesRequest{InboundRules: []godo.InboundRule{
					{Protocol: "tcp", PortRange: "22", Sources: &godo.Sources{Addresses: []string{"0.0.0.0/0"}}},
				}})
				return "inboundRules", err
			},
		},
	}
}
