// Package certificates makes the certificates that a stack keeps in its configuration.
package certificates

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"time"
)

// years is how long they last: both sides are this platform's own, and are renewed
// together.
const years = 10

// NewAuthority makes an authority, and one certificate of it for the names, and forgets the authority's key: nothing else will ever be signed by it. It returns the
// certificate, its key and the authority, as PEM. PostgreSQL's members also show the
// certificate to each other as clients.
func NewAuthority(now time.Time, names []string) (string, error) {
	authority, authorityKey, err := newSigned(now, "gomeet data authority", nil, nil, nil)
	if err != nil {
		return "", err
	}
	certificate, key, err := newSigned(now, "gomeet data", names, authority, authorityKey)
	if err != nil {
		return "", err
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return "", err
	}
	text := ""
	for _, block := range []*pem.Block{
		{Type: "CERTIFICATE", Bytes: certificate.Raw}, {Type: "PRIVATE KEY", Bytes: private}, {Type: "CERTIFICATE", Bytes: authority.Raw},
	} {
		text += string(pem.EncodeToMemory(block))
	}
	return text, nil
}

// newSigned makes a certificate and its key: an authority when there is none to sign.
func newSigned(now time.Time, name string, hosts []string, parent *x509.Certificate, signer *ecdsa.PrivateKey) (*x509.Certificate, *ecdsa.PrivateKey, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, nil, err
	}
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 127))
	if err != nil {
		return nil, nil, err
	}
	template := &x509.Certificate{
		SerialNumber: serial, Subject: pkix.Name{CommonName: name}, DNSNames: hosts, BasicConstraintsValid: true,
		NotBefore: now.Add(-time.Hour), NotAfter: now.AddDate(years, 0, 0),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	}
	if parent == nil {
		template.IsCA, template.KeyUsage, template.ExtKeyUsage = true, x509.KeyUsageCertSign, nil
		parent, signer = template, key
	}
	raw, err := x509.CreateCertificate(rand.Reader, template, parent, key.Public(), signer)
	if err != nil {
		return nil, nil, err
	}
	made, err := x509.ParseCertificate(raw)
	return made, key, err
}
