package standin

import (
	"context"
	"errors"
	"fmt"

	"github.com/digitalocean/godo"
)

// cdnState is digitalocean.Cdn. Both properties of the certificate hold its name,
// because the UUID of a certificate of Let's Encrypt changes with every renewal.
type cdnState struct {
	Origin          string `json:"origin" pulumi:"required,replace"`
	TTL             int    `json:"ttl"`
	CertificateName string `json:"certificateName"`
	CertificateID   string `json:"certificateId"`
	CustomDomain    string `json:"customDomain" pulumi:"cleared"`
	Endpoint        string `json:"endpoint" pulumi:"output"`
	CreatedAt       string `json:"createdAt" pulumi:"output"`
}

// certificate is the UUID of the endpoint's certificate, empty for none.
func (s cdnState) certificate(ctx context.Context, c *clients) (string, error) {
	name := s.CertificateName
	if name == "" {
		name = s.CertificateID
	}
	if name == "" {
		return "", nil
	}
	cert, err := findCertificate(ctx, c, name)
	if errors.Is(err, errGone) && s.CertificateName == "" {
		cert, _, err = c.Certificates.Get(ctx, name)
	}
	if err != nil {
		return "", fmt.Errorf("certificate %q: %w", name, err)
	}
	return cert.ID, nil
}

var cdn = of[cdnState]{
	make: func(ctx context.Context, c *clients, in cdnState) (string, error) {
		certificateID, err := in.certificate(ctx, c)
		if err != nil {
			return "", err
		}
		made, _, err := c.CDNs.Create(ctx, &godo.CDNCreateRequest{
			Origin: in.Origin, TTL: uint32(in.TTL), CustomDomain: in.CustomDomain, CertificateID: certificateID,
		})
		if err != nil {
			return "", err
		}
		return made.ID, nil
	},
	look: func(ctx context.Context, c *clients, id string, _ cdnState) (cdnState, error) {
		e, _, err := c.CDNs.Get(ctx, id)
		if err != nil {
			return cdnState{}, err
		}
		s := cdnState{
			Origin: e.Origin, TTL: int(e.TTL), CustomDomain: e.CustomDomain, Endpoint: e.Endpoint,
			CreatedAt: e.CreatedAt.UTC().String(),
		}
		if e.CertificateID != "" {
			cert, _, err := c.Certificates.Get(ctx, e.CertificateID)
			if err != nil {
				return cdnState{}, fmt.Errorf("the certificate of CDN endpoint %s: %w", e.Endpoint, err)
			}
			s.CertificateName, s.CertificateID = cert.Name, cert.Name
		}
		return s, nil
	},
	change: func(ctx context.Context, c *clients, id string, in, old cdnState) error {
		if in.TTL != 0 && in.TTL != old.TTL {
			if _, _, err := c.CDNs.UpdateTTL(ctx, id, &godo.CDNUpdateTTLRequest{TTL: uint32(in.TTL)}); err != nil {
				return err
			}
		}
		certificateID, err := in.certificate(ctx, c)
		if err != nil {
			return err
		}
		_, _, err = c.CDNs.UpdateCustomDomain(ctx, id, &godo.CDNUpdateCustomDomainRequest{
			CustomDomain: in.CustomDomain, CertificateID: certificateID,
		})
		return err
	},
	remove: func(ctx context.Context, c *clients, id string, _ cdnState) error {
		_, err := c.CDNs.Delete(ctx, id)
		return err
	},
}
