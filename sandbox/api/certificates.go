package api

import (
	"crypto/sha1" //nolint:gosec // DigitalOcean identifies certificates by it
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"time"

	"github.com/digitalocean/godo"
	"github.com/google/uuid"

	"github.com/gomeet/infra/sandbox/store"
)

// certificates keeps what is public of a certificate; private keys are checked and
// forgotten.
var certificates = store.NewCollection[godo.Certificate]("certificates")

const verify = "certificate.verify"

// letsEncryptLife is how long Let's Encrypt's certificates last
// (https://letsencrypt.org/docs/faq/, "What is the lifetime").
const letsEncryptLife = 90 * 24 * time.Hour

func (s *Server) registerCertificates() {
	s.delays.declare("certificate")
	s.onTask(verify, func(c *call, id string) error {
		cert, found, err := certificates.Get(c.tx, id)
		if err != nil || !found {
			return err
		}
		cert.State = "verified"
		return certificates.Put(c.tx, id, cert)
	})
	register(s, simple[godo.Certificate, godo.CertificateRequest]{
		path: "/v2/certificates", one: "certificate", many: "certificates", inventory: "certificates",
		items: certificates, id: func(v godo.Certificate) string { return v.ID },
		byName:   func(v godo.Certificate) string { return v.Name },
		describe: func(v godo.Certificate) item { return item{id: v.ID, name: v.Name, created: parsed(v.Created)} },
		make:     makeCertificate,
		drop:     (*call).releaseCertificate,
	})
}

func makeCertificate(c *call, req godo.CertificateRequest) (godo.Certificate, error) {
	cert := godo.Certificate{ID: uuid.NewString(), Name: req.Name, Created: c.now.Format(time.RFC3339)}
	if err := unused(c, certificates, "", req.Name, func(o godo.Certificate) (string, string) { return o.ID, o.Name }); err != nil {
		return cert, err
	}
	if req.Type == "lets_encrypt" {
		if len(req.DNSNames) == 0 {
			return cert, invalid("dns_names is empty, want the names of the certificate")
		}
		cert.Type, cert.State, cert.DNSNames = req.Type, "pending", req.DNSNames
		cert.NotAfter = c.now.Add(letsEncryptLife).Format(time.RFC3339)
		sum := sha1.Sum([]byte(cert.ID)) //nolint:gosec // an identity, not a signature
		cert.SHA1Fingerprint = hex.EncodeToString(sum[:])
		return cert, c.later(verify, cert.ID, "certificate")
	}
	if req.Type != "" && req.Type != "custom" {
		return cert, invalid("type %q is invalid, want custom or lets_encrypt", req.Type)
	}
	pair, err := tls.X509KeyPair([]byte(req.LeafCertificate), []byte(req.PrivateKey))
	if err != nil {
		// The message of the library names no part of the key.
		return cert, invalid("leaf_certificate and private_key are no pair: %v", err)
	}
	leaf, err := x509.ParseCertificate(pair.Certificate[0])
	if err != nil {
		return cert, invalid("leaf_certificate cannot be read: %v", err)
	}
	if leaf.NotAfter.Before(c.now) {
		return cert, invalid("leaf_certificate expired on %s", leaf.NotAfter.Format(time.DateOnly))
	}
	sum := sha1.Sum(leaf.Raw) //nolint:gosec // an identity, not a signature
	cert.Type, cert.State, cert.DNSNames = "custom", "verified", leaf.DNSNames
	cert.NotAfter, cert.SHA1Fingerprint = leaf.NotAfter.UTC().Format(time.RFC3339), hex.EncodeToString(sum[:])
	return cert, nil
}

// releaseCertificate refuses to delete a certificate that is in use.
func (c *call) releaseCertificate(cert godo.Certificate) error {
	balancers, err := loadBalancers.List(c.tx)
	if err != nil {
		return err
	}
	for _, lb := range balancers {
		for _, rule := range lb.ForwardingRules {
			if rule.CertificateID == cert.ID {
				return forbidden("certificate %q is in use by load balancer %q", cert.Name, lb.Name)
			}
		}
	}
	endpoints, err := cdns.List(c.tx)
	if err != nil {
		return err
	}
	for _, endpoint := range endpoints {
		if endpoint.CertificateID == cert.ID {
			return forbidden("certificate %q is in use by CDN endpoint %q", cert.Name, endpoint.Endpoint)
		}
	}
	return nil
}
