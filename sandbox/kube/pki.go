package kube

import (
	"crypto"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"math/big"
	"net"
	"os"

	"k8s.io/client-go/util/cert"
	"k8s.io/client-go/util/keyutil"
)

// Names of the files in pki/.
const (
	caCert, caKey         = "ca.crt", "ca.key"
	serverCert, serverKey = "server.crt", "server.key"
	serviceAccountKey     = "service-account.key"
)

// ensurePKI makes sure that the cluster has a certificate authority (valid for 10
// years, as client-go makes it) and a service account key, which never change,
// and issues a new server certificate for the API server and etcd. It returns the
// authority's certificate as PEM.
func ensurePKI(l layout, cluster string, serviceIP net.IP) ([]byte, error) {
	if err := ensureAuthority(l, cluster); err != nil {
		return nil, err
	}
	if _, err := os.Stat(l.pki(serviceAccountKey)); errors.Is(err, fs.ErrNotExist) {
		if _, err := newKey(l.pki(serviceAccountKey)); err != nil {
			return nil, err
		}
	}
	if err := issueServer(l, serviceIP); err != nil {
		return nil, err
	}
	return os.ReadFile(l.pki(caCert))
}

func ensureAuthority(l layout, cluster string) error {
	_, err := os.Stat(l.pki(caCert))
	if !errors.Is(err, fs.ErrNotExist) {
		return err // nil when present
	}
	// The certificate is written last: while it is missing the key is made anew.
	key, err := newKey(l.pki(caKey))
	if err != nil {
		return err
	}
	authority, err := cert.NewSelfSignedCACert(cert.Config{CommonName: "sandbox DOKS cluster " + cluster}, key)
	if err != nil {
		return fmt.Errorf("making the certificate authority: %w", err)
	}
	return writeCert(l.pki(caCert), authority.Raw)
}

// issueServer writes a certificate that serves as the server certificate of the
// API server and of etcd, and as the client certificate with which the API
// server, and nothing else, reaches etcd. It lives as long as the authority.
func issueServer(l layout, serviceIP net.IP) error {
	authority, signer, err := loadAuthority(l)
	if err != nil {
		return err
	}
	key, err := newKey(l.pki(serverKey))
	if err != nil {
		return err
	}
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 127))
	if err != nil {
		return fmt.Errorf("choosing a serial number: %w", err)
	}
	template := &x509.Certificate{
		SerialNumber: serial,
		Subject:      pkix.Name{CommonName: "kube-apiserver"},
		DNSNames: []string{
			"localhost", "kubernetes", "kubernetes.default", "kubernetes.default.svc",
			"kubernetes.default.svc.cluster.local",
		},
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1), serviceIP},
		NotBefore:   authority.NotBefore,
		NotAfter:    authority.NotAfter,
		KeyUsage:    x509.KeyUsageDigitalSignature,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	}
	raw, err := x509.CreateCertificate(rand.Reader, template, authority, key.Public(), signer)
	if err != nil {
		return fmt.Errorf("issuing the server certificate: %w", err)
	}
	return writeCert(l.pki(serverCert), raw)
}

func loadAuthority(l layout) (*x509.Certificate, crypto.Signer, error) {
	certs, err := cert.CertsFromFile(l.pki(caCert))
	if err != nil {
		return nil, nil, fmt.Errorf("loading the certificate authority: %w", err)
	}
	key, err := keyutil.PrivateKeyFromFile(l.pki(caKey))
	if err != nil {
		return nil, nil, fmt.Errorf("loading the key of the certificate authority: %w", err)
	}
	signer, ok := key.(crypto.Signer)
	if !ok {
		return nil, nil, fmt.Errorf("the key in %q cannot sign", l.pki(caKey))
	}
	return certs[0], signer, nil
}

// newKey writes a new elliptic-curve key (P-256) to the file and returns it.
func newKey(file string) (crypto.Signer, error) {
	encoded, err := keyutil.MakeEllipticPrivateKeyPEM()
	if err != nil {
		return nil, fmt.Errorf("making a key: %w", err)
	}
	key, err := keyutil.ParsePrivateKeyPEM(encoded)
	if err != nil {
		return nil, fmt.Errorf("reading back a new key: %w", err)
	}
	return key.(crypto.Signer), writeFile(file, encoded) // an *ecdsa.PrivateKey
}

func writeCert(file string, raw []byte) error {
	return writeFile(file, pem.EncodeToMemory(&pem.Block{Type: cert.CertificateBlockType, Bytes: raw}))
}
