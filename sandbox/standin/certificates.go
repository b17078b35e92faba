package standin

import (
	"context"
	"errors"
	"fmt"

	"github.com/digitalocean/godo"
)

// certificateState is digitalocean.Certificate. Its id is its name, because the UUID
// of a certificate of Let's Encrypt changes with every renewal. Nothing of it can
// be changed.
type certificateState struct {
	Name             string   `json:"name" pulumi:"replace"`
	Type             string   `json:"type" pulumi:"cleared,replace"`
	Domains          []string `json:"domains,omitempty" pulumi:"replace,set"`
	PrivateKey       string   `json:"privateKey" pulumi:"cleared,replace"`
	LeafCertificate  string   `json:"leafCertificate" pulumi:"cleared,replace"`
	CertificateChain string   `json:"certificateChain" pulumi:"cleared,replace"`
	UUID             string   `json:"uuid" pulumi:"output"`
	State            string   `json:"state" pulumi:"output"`
	NotAfter         string   `json:"notAfter" pulumi:"output"`
	Sha1Fingerprint  string   `json:"sha1Fingerprint" pulumi:"output"`
}

const customCertificate, letsEncrypt = "custom", "lets_encrypt"

func (s certificateState) validate() error {
	switch {
	case s.Type != customCertificate && s.Type != letsEncrypt:
		return fmt.Errorf("type is %q, want %q or %q", s.Type, customCertificate, letsEncrypt)
	case s.Type == customCertificate && s.PrivateKey == "":
		return fmt.Errorf("privateKey is missing; a certificate of type %q needs it", s.Type)
	case s.Type == customCertificate && s.LeafCertificate == "":
		return fmt.Errorf("leafCertificate is missing; a certificate of type %q needs it", s.Type)
	case s.Type == letsEncrypt && len(s.Domains) == 0:
		return fmt.Errorf("domains is missing; a certificate of type %q needs it", s.Type)
	}
	return nil
}

var certificate = of[certificateState]{
	secrets: []string{"privateKey"},
	defaults: func(s *certificateState) {
		if s.Type == "" {
			s.Type = customCertificate // "defaults to `custom`" in the SDK's documentation
		}
	},
	make: func(ctx context.Context, c *clients, in certificateState) (string, error) {
		if err := in.validate(); err != nil {
			return "", err
		}
		made, _, err := c.Certificates.Create(ctx, &godo.CertificateRequest{
			Name: in.Name, Type: in.Type, DNSNames: in.Domains, PrivateKey: in.PrivateKey,
			LeafCertificate: in.LeafCertificate, CertificateChain: in.CertificateChain,
		})
		if err != nil {
			return "", err
		}
		return made.Name, nil
	},
	wait: func(ctx context.Context, c *clients, id string, _ certificateState) error {
		return until(ctx, func() (bool, error) {
			cert, err := findCertificate(ctx, c, id)
			if err != nil {
				return false, err
			}
			if cert.State == "error" {
				return false, fmt.Errorf("certificate %q is in state error", id)
			}
			return cert.State == "verified", nil
		})
	},
	look: func(ctx context.Context, c *clients, id string, old certificateState) (certificateState, error) {
		cert, err := findCertificate(ctx, c, id)
		if err != nil {
			return certificateState{}, err
		}
		s := certificateState{
			Name: cert.Name, Type: cert.Type, Domains: cert.DNSNames, PrivateKey: old.PrivateKey,
			LeafCertificate: old.LeafCertificate, CertificateChain: old.CertificateChain,
			UUID: cert.ID, State: cert.State, NotAfter: cert.NotAfter, Sha1Fingerprint: cert.SHA1Fingerprint,
		}
		if s.Type == customCertificate {
			s.Domains = old.Domains // the leaf's names are not the program's to give
		}
		return s, nil
	},
	remove: func(ctx context.Context, c *clients, id string, _ certificateState) error {
		cert, err := findCertificate(ctx, c, id)
		if errors.Is(err, errGone) {
			return nil
		}
		if err != nil {
			return err
		}
		_, err = c.Certificates.Delete(ctx, cert.ID)
		return err
	},
}

// findCertificate finds a certificate by name.
func findCertificate(ctx context.Context, c *clients, name string) (*godo.Certificate, error) {
	list, _, err := c.Certificates.ListByName(ctx, name, nil)
	if err != nil {
		return nil, err
	}
	for _, cert := range list {
		if cert.Name == name {
			return &cert, nil
		}
	}
	return nil, errGone
}
