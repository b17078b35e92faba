package standin

import (
	"context"
	"fmt"

	"github.com/digitalocean/godo"
)

// forwarding is one rule of a load balancer.
type forwarding struct {
	EntryProtocol   string `json:"entryProtocol"`
	EntryPort       int    `json:"entryPort"`
	TargetProtocol  string `json:"targetProtocol"`
	TargetPort      int    `json:"targetPort"`
	CertificateName string `json:"certificateName,omitempty"`
	TLSPassthrough  bool   `json:"tlsPassthrough,omitempty"`
}

// healthcheck says when a node behind a load balancer is healthy.
type healthcheck struct {
	Protocol               string `json:"protocol" pulumi:"required"`
	Port                   int    `json:"port" pulumi:"required"`
	Path                   string `json:"path,omitempty"`
	CheckIntervalSeconds   int    `json:"checkIntervalSeconds,omitempty"`
	ResponseTimeoutSeconds int    `json:"responseTimeoutSeconds,omitempty"`
	UnhealthyThreshold     int    `json:"unhealthyThreshold,omitempty"`
	HealthyThreshold       int    `json:"healthyThreshold,omitempty"`
}

// loadBalancerState is digitalocean.LoadBalancer, regional and found by tag, as the
// program makes them.
type loadBalancerState struct {
	Name                         string       `json:"name"`
	Region                       string       `json:"region,omitempty" pulumi:"replace"`
	Type                         string       `json:"type,omitempty" pulumi:"replace"`
	Network                      string       `json:"network,omitempty" pulumi:"replace"`
	NetworkStack                 string       `json:"networkStack,omitempty" pulumi:"replace"`
	VpcUUID                      string       `json:"vpcUuid,omitempty" pulumi:"replace"`
	SizeUnit                     int          `json:"sizeUnit,omitempty"`
	DropletTag                   string       `json:"dropletTag,omitempty" pulumi:"cleared"`
	ForwardingRules              []forwarding `json:"forwardingRules" pulumi:"set"`
	Healthcheck                  *healthcheck `json:"healthcheck,omitempty" pulumi:"object"`
	RedirectHTTPToHTTPS          bool         `json:"redirectHttpToHttps" pulumi:"cleared"`
	EnableProxyProtocol          bool         `json:"enableProxyProtocol" pulumi:"cleared"`
	EnableBackendKeepalive       bool         `json:"enableBackendKeepalive" pulumi:"cleared"`
	DisableLetsEncryptDNSRecords bool         `json:"disableLetsEncryptDnsRecords" pulumi:"cleared"`
	HTTPIdleTimeoutSeconds       int          `json:"httpIdleTimeoutSeconds,omitempty"`
	TLSCipherPolicy              string       `json:"tlsCipherPolicy,omitempty"`
	ProjectID                    string       `json:"projectId,omitempty"`
	IP                           string       `json:"ip" pulumi:"output"`
	Ipv6                         string       `json:"ipv6" pulumi:"output"`
	LoadBalancerURN              string       `json:"loadBalancerUrn" pulumi:"output"`
	Status                       string       `json:"status" pulumi:"output"`
}

// request asks for the load balancer, with certificates by their ids of today.
func (s loadBalancerState) request(ctx context.Context, c *clients) (*godo.LoadBalancerRequest, error) {
	idle := uint64(s.HTTPIdleTimeoutSeconds)
	req := &godo.LoadBalancerRequest{
		Name: s.Name, Region: s.Region, Type: s.Type, Network: s.Network, NetworkStack: s.NetworkStack, VPCUUID: s.VpcUUID,
		SizeUnit: uint32(s.SizeUnit), Tag: s.DropletTag, RedirectHttpToHttps: s.RedirectHTTPToHTTPS,
		EnableProxyProtocol: s.EnableProxyProtocol, EnableBackendKeepalive: s.EnableBackendKeepalive,
		DisableLetsEncryptDNSRecords: &s.DisableLetsEncryptDNSRecords, TLSCipherPolicy: s.TLSCipherPolicy, ProjectID: s.ProjectID,
	}
	if idle > 0 {
		req.HTTPIdleTimeoutSeconds = &idle
	}
	for _, r := range s.ForwardingRules {
		rule := godo.ForwardingRule{
			EntryProtocol: r.EntryProtocol, EntryPort: r.EntryPort, TargetProtocol: r.TargetProtocol,
			TargetPort: r.TargetPort, TlsPassthrough: r.TLSPassthrough,
		}
		if r.CertificateName != "" {
			cert, err := findCertificate(ctx, c, r.CertificateName)
			if err != nil {
				return nil, fmt.Errorf("certificate %q of a forwarding rule: %w", r.CertificateName, err)
			}
			rule.CertificateID = cert.ID
		}
		req.ForwardingRules = append(req.ForwardingRules, rule)
	}
	if h := s.Healthcheck; h != nil {
		req.HealthCheck = &godo.HealthCheck{
			Protocol: h.Protocol, Port: h.Port, Path: h.Path, CheckIntervalSeconds: h.CheckIntervalSeconds,
			ResponseTimeoutSeconds: h.ResponseTimeoutSeconds, UnhealthyThreshold: h.UnhealthyThreshold, HealthyThreshold: h.HealthyThreshold,
		}
	}
	return req, nil
}

var loadBalancer = of[loadBalancerState]{
	make: func(ctx context.Context, c *clients, in loadBalancerState) (string, error) {
		req, err := in.request(ctx, c)
		if err != nil {
			return "", err
		}
		made, _, err := c.LoadBalancers.Create(ctx, req)
		if err != nil {
			return "", err
		}
		return made.ID, nil
	},
	wait: func(ctx context.Context, c *clients, id string, _ loadBalancerState) error {
		return until(ctx, func() (bool, error) {
			lb, _, err := c.LoadBalancers.Get(ctx, id)
			return err == nil && lb.Status == "active", err
		})
	},
	look: lookLoadBalancer,
	change: func(ctx context.Context, c *clients, id string, in, _ loadBalancerState) error {
		req, err := in.request(ctx, c)
		if err != nil {
			return err
		}
		_, _, err = c.LoadBalancers.Update(ctx, id, req)
		return err
	},
	remove: func(ctx context.Context, c *clients, id string, _ loadBalancerState) error {
		if _, err := c.LoadBalancers.Delete(ctx, id); err != nil {
			return err
		}
		return untilGone(ctx, func() error {
			_, _, err := c.LoadBalancers.Get(ctx, id)
			return err
		})
	},
}

func lookLoadBalancer(ctx context.Context, c *clients, id string, _ loadBalancerState) (loadBalancerState, error) {
	lb, _, err := c.LoadBalancers.Get(ctx, id)
	if err != nil {
		return loadBalancerState{}, err
	}
	s := loadBalancerState{
		Name: lb.Name, Region: lb.Region.Slug, Type: lb.Type, Network: lb.Network, NetworkStack: lb.NetworkStack,
		VpcUUID: lb.VPCUUID, SizeUnit: int(lb.SizeUnit), DropletTag: lb.Tag, RedirectHTTPToHTTPS: lb.RedirectHttpToHttps,
		EnableProxyProtocol: lb.EnableProxyProtocol, EnableBackendKeepalive: lb.EnableBackendKeepalive,
		TLSCipherPolicy: lb.TLSCipherPolicy, ProjectID: lb.ProjectID, IP: lb.IP, Ipv6: lb.IPv6, LoadBalancerURN: lb.URN(), Status: lb.Status,
	}
	if lb.DisableLetsEncryptDNSRecords != nil {
		s.DisableLetsEncryptDNSRecords = *lb.DisableLetsEncryptDNSRecords
	}
	if lb.HTTPIdleTimeoutSeconds != nil {
		s.HTTPIdleTimeoutSeconds = int(*lb.HTTPIdleTimeoutSeconds)
	}
	for _, r := range lb.ForwardingRules {
		rule := forwarding{
			EntryProtocol: r.EntryProtocol, EntryPort: r.EntryPort, TargetProtocol: r.TargetProtocol,
			TargetPort: r.TargetPort, TLSPassthrough: r.TlsPassthrough,
		}
		if r.CertificateID != "" {
			// The id changes when the certificate is renewed, the name does not.
			cert, _, err := c.Certificates.Get(ctx, r.CertificateID)
			if err != nil {
				return loadBalancerState{}, err
			}
			rule.CertificateName = cert.Name
		}
		s.ForwardingRules = append(s.ForwardingRules, rule)
	}
	if h := lb.HealthCheck; h != nil {
		s.Healthcheck = &healthcheck{
			Protocol: h.Protocol, Port: h.Port, Path: h.Path, CheckIntervalSeconds: h.CheckIntervalSeconds,
			ResponseTimeoutSeconds: h.ResponseTimeoutSeconds, UnhealthyThreshold: h.UnhealthyThreshold, HealthyThreshold: h.HealthyThreshold,
		}
	}
	return s, nil
}
