package api

import (
	"encoding/binary"
	"fmt"
	"net/netip"
	"slices"
	"time"

	"github.com/digitalocean/godo"
	"github.com/google/uuid"

	"github.com/gomeet/infra/sandbox/store"
)

var loadBalancers = store.NewCollection[godo.LoadBalancer]("load_balancers")

const activate = "load_balancer.activate"

func (s *Server) registerLoadBalancers() {
	s.delays.declare("load_balancer")
	s.onTask(activate, func(c *call, id string) error {
		lb, found, err := loadBalancers.Get(c.tx, id)
		if err != nil || !found {
			return err
		}
		lb.Status = "active"
		if lb.IP, err = c.balancerIP(lb); err != nil {
			return err
		}
		return loadBalancers.Put(c.tx, id, lb)
	})
	register(s, simple[godo.LoadBalancer, godo.LoadBalancerRequest]{
		path: "/v2/load_balancers", one: "load_balancer", many: "load_balancers", inventory: "load_balancers",
		items: loadBalancers, id: func(lb godo.LoadBalancer) string { return lb.ID }, async: true, inProjects: true,
		describe: func(lb godo.LoadBalancer) item {
			return item{id: lb.ID, name: lb.Name, urn: lb.URN(), vpc: lb.VPCUUID, tags: lb.Tags, created: parsed(lb.Created)}
		},
		make: func(c *call, req godo.LoadBalancerRequest) (godo.LoadBalancer, error) {
			lb := godo.LoadBalancer{ID: uuid.NewString(), Status: "new", Created: c.now.Format(time.RFC3339)}
			lb, err := c.fillLoadBalancer(lb, req)
			if err != nil {
				return lb, err
			}
			return lb, c.later(activate, lb.ID, "load_balancer")
		},
		edit: (*call).fillLoadBalancer,
	})
	s.post("/v2/load_balancers/{id}/droplets", func(c *call) (reply, error) { return c.balance(true) })
	s.delete("/v2/load_balancers/{id}/droplets", func(c *call) (reply, error) { return c.balance(false) })
	s.post("/v2/load_balancers/{id}/forwarding_rules", func(c *call) (reply, error) { return c.forward(true) })
	s.delete("/v2/load_balancers/{id}/forwarding_rules", func(c *call) (reply, error) { return c.forward(false) })
}

// Limits of a load balancer. maxUnits: "up to 200 nodes",
// docs.digitalocean.com/products/networking/load-balancers/how-to/scale. The idle
// timeout is 30 to 600 s, load_balancer_base.yml of the OpenAPI document.
const (
	maxUnits             = 200
	minIdle, maxIdle     = 30, 600
	defaultIdle          = 60
	maxLoadBalancerName  = 255
	maxForwardedPort     = 65535
	defaultLoadBalancing = "round_robin"
)

// fillLoadBalancer checks a request and returns the load balancer as it asks for.
func (c *call) fillLoadBalancer(lb godo.LoadBalancer, req godo.LoadBalancerRequest) (godo.LoadBalancer, error) {
	if err := unused(c, loadBalancers, lb.ID, req.Name, func(o godo.LoadBalancer) (string, string) { return o.ID, o.Name }); err != nil {
		return lb, err
	}
	if len(req.Name) > maxLoadBalancerName {
		return lb, invalid("name has %d characters, want at most %d", len(req.Name), maxLoadBalancerName)
	}
	if len(req.ForwardingRules) == 0 {
		return lb, invalid("forwarding_rules is empty, want at least one rule")
	}
	for _, rule := range req.ForwardingRules {
		if err := c.checkForwarding(rule); err != nil {
			return lb, err
		}
	}
	if lb.Region == nil {
		region, err := openRegion(req.Region)
		if err != nil {
			return lb, err
		}
		vpc, err := c.vpcOrDefault(req.VPCUUID, req.Region)
		if err != nil {
			return lb, err
		}
		lb.Region, lb.VPCUUID = &region, vpc.ID
	}
	if req.SizeUnit > maxUnits {
		return lb, invalid("size_unit is %d, want 1 to %d", req.SizeUnit, maxUnits)
	}
	tags, err := c.ensureTags(req.Tags)
	if err != nil {
		return lb, err
	}
	idle := uint64(defaultIdle)
	if req.HTTPIdleTimeoutSeconds != nil {
		if idle = *req.HTTPIdleTimeoutSeconds; idle < minIdle || idle > maxIdle {
			return lb, invalid("http_idle_timeout_seconds is %d, want %d to %d", idle, minIdle, maxIdle)
		}
	}
	lb.Name, lb.Tags, lb.Tag, lb.DropletIDs = req.Name, tags, req.Tag, req.DropletIDs
	lb.SizeUnit, lb.Type, lb.Network = max(req.SizeUnit, 1), orElse(req.Type, "REGIONAL"), orElse(req.Network, "EXTERNAL")
	lb.NetworkStack, lb.Algorithm = orElse(req.NetworkStack, "IPV4"), orElse(req.Algorithm, defaultLoadBalancing)
	lb.ForwardingRules, lb.Firewall, lb.HTTPIdleTimeoutSeconds = req.ForwardingRules, req.Firewall, &idle
	lb.RedirectHttpToHttps, lb.EnableProxyProtocol = req.RedirectHttpToHttps, req.EnableProxyProtocol
	lb.EnableBackendKeepalive, lb.DisableLetsEncryptDNSRecords = req.EnableBackendKeepalive, req.DisableLetsEncryptDNSRecords
	lb.ProjectID, lb.Domains, lb.TLSCipherPolicy = req.ProjectID, req.Domains, orElse(req.TLSCipherPolicy, "DEFAULT")
	// The defaults of the OpenAPI document (health_check.yml, sticky_sessions.yml).
	lb.HealthCheck = req.HealthCheck
	if lb.HealthCheck == nil {
		lb.HealthCheck = &godo.HealthCheck{
			Protocol: "http", Port: 80, Path: "/", CheckIntervalSeconds: 10, ResponseTimeoutSeconds: 5,
			HealthyThreshold: 5, UnhealthyThreshold: 3,
		}
	}
	lb.StickySessions = req.StickySessions
	if lb.StickySessions == nil {
		lb.StickySessions = &godo.StickySessions{Type: "none"}
	}
	return lb, nil
}

func (c *call) checkForwarding(rule godo.ForwardingRule) error {
	protocols := []string{"http", "https", "http2", "http3", "tcp", "udp"}
	for _, protocol := range []string{rule.EntryProtocol, rule.TargetProtocol} {
		if !slices.Contains(protocols, protocol) {
			return invalid("protocol %q of a forwarding rule is invalid, want one of %q", protocol, protocols)
		}
	}
	for _, port := range []int{rule.EntryPort, rule.TargetPort} {
		if port < 1 || port > maxForwardedPort {
			return invalid("port %d of a forwarding rule is invalid, want 1 to %d", port, maxForwardedPort)
		}
	}
	if rule.EntryProtocol == "https" && !rule.TlsPassthrough && rule.CertificateID == "" {
		return invalid("a forwarding rule from https needs certificate_id or tls_passthrough")
	}
	if rule.CertificateID != "" {
		if _, found, err := certificates.Get(c.tx, rule.CertificateID); err != nil || !found {
			return orError(err, invalid("certificate %q of a forwarding rule does not exist", rule.CertificateID))
		}
	}
	return nil
}

// balance adds Droplets to a load balancer, or removes them.
func (c *call) balance(add bool) (reply, error) {
	lb, err := find(c, loadBalancers, c.param("id"))
	if err != nil {
		return reply{}, err
	}
	var req struct {
		IDs []int `json:"droplet_ids"`
	}
	if err := c.decode(&req); err != nil {
		return reply{}, err
	}
	lb.DropletIDs = slices.DeleteFunc(lb.DropletIDs, func(id int) bool { return slices.Contains(req.IDs, id) })
	if add {
		lb.DropletIDs = append(lb.DropletIDs, req.IDs...)
	}
	if err := loadBalancers.Put(c.tx, lb.ID, lb); err != nil {
		return reply{}, err
	}
	return noContent()
}

// forward adds forwarding rules to a load balancer, or removes them.
func (c *call) forward(add bool) (reply, error) {
	lb, err := find(c, loadBalancers, c.param("id"))
	if err != nil {
		return reply{}, err
	}
	var req struct {
		Rules []godo.ForwardingRule `json:"forwarding_rules"`
	}
	if err := c.decode(&req); err != nil {
		return reply{}, err
	}
	lb.ForwardingRules = slices.DeleteFunc(lb.ForwardingRules, func(r godo.ForwardingRule) bool { return slices.Contains(req.Rules, r) })
	if add {
		for _, rule := range req.Rules {
			if err := c.checkForwarding(rule); err != nil {
				return reply{}, err
			}
		}
		lb.ForwardingRules = append(lb.ForwardingRules, req.Rules...)
	}
	if len(lb.ForwardingRules) == 0 {
		return reply{}, invalid("a load balancer needs at least one forwarding rule")
	}
	if err := loadBalancers.Put(c.tx, lb.ID, lb); err != nil {
		return reply{}, err
	}
	return noContent()
}

// publicIP hands out an address of 198.19.0.0/16, the upper half of the range for
// benchmarks (RFC 2544), which no network routes; Droplets use the lower half.
func (c *call) publicIP() (string, error) {
	n, err := c.tx.NextID("public_ip", 1)
	if err != nil {
		return "", err
	}
	const octet = 256
	return fmt.Sprintf("198.19.%d.%d", n/octet%octet, n%octet), nil
}

// balancerIP is public, or of the VPC for a load balancer inside of it: from its upper
// end, where no node is.
func (c *call) balancerIP(lb godo.LoadBalancer) (string, error) {
	if lb.Network != "INTERNAL" {
		return c.publicIP()
	}
	vpc, err := find(c, vpcs, lb.VPCUUID)
	if err != nil {
		return "", err
	}
	prefix, err := netip.ParsePrefix(vpc.IPRange)
	if err != nil {
		return "", err
	}
	n, err := c.tx.NextID("private_ip", 1)
	if err != nil {
		return "", err
	}
	end := binary.BigEndian.Uint32(prefix.Masked().Addr().AsSlice()) | (1<<(32-prefix.Bits()) - 1)
	var ip [4]byte
	binary.BigEndian.PutUint32(ip[:], end-uint32(n))
	return netip.AddrFrom4(ip).String(), nil
}

func orElse(text, fallback string) string {
	if text == "" {
		return fallback
	}
	return text
}

func orError(err, fallback error) error {
	if err != nil {
		return err
	}
	return fallback
}

func parsed(text string) time.Time {
	t, _ := time.Parse(time.RFC3339, text) // written by us
	return t
}
