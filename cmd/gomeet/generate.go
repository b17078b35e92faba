package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/hex"
	"encoding/pem"
	"fmt"
	"math/big"
	"strings"
	"time"

	"filippo.io/age"

	"github.com/gomeet/infra/internal/certificates"
	"github.com/gomeet/infra/manifests"
	"github.com/gomeet/infra/stacks"
)

// generate makes a value that a stack needs and nobody writes.
func generate(g stacks.Generator) (string, error) {
	switch g {
	case stacks.GenerateID:
		random := make([]byte, 4)
		if _, err := rand.Read(random); err != nil {
			return "", err
		}
		return hex.EncodeToString(random), nil
	case stacks.GenerateKey:
		return newKey()
	case stacks.GenerateCertificate:
		return newCertificate(time.Now())
	case stacks.GenerateAuthority:
		return certificates.NewAuthority(time.Now(), manifests.DataNames())
	case stacks.GenerateMetricsAuthority:
		return certificates.NewAuthority(time.Now(), manifests.MetricsNames())
	case stacks.GenerateIdentity:
		identity, err := age.GenerateX25519Identity()
		if err != nil {
			return "", err
		}
		return identity.String(), nil
	default:
		return "", fmt.Errorf("unknown generator %q", g)
	}
}

const (
	// keyAlphabet has 62 characters, 5.95 bits each.
	keyAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
	// keyLength makes 256 bits, which RFC 7518 section 3.2 asks of an HS256 key.
	keyLength = 43
)

func newKey() (string, error) {
	var key strings.Builder
	for range keyLength {
		i, err := rand.Int(rand.Reader, big.NewInt(int64(len(keyAlphabet))))
		if err != nil {
			return "", err
		}
		key.WriteByte(keyAlphabet[i.Int64()])
	}
	return key.String(), nil
}

// certificateYears is how long the edge's certificate lasts. DigitalOcean's load
// balancers do not check it; its end would only surprise whoever looks.
const certificateYears = 10

// newCertificate makes a self-signed certificate and its key, as PEM.
func newCertificate(now time.Time) (string, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return "", err
	}
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 127))
	if err != nil {
		return "", err
	}
	template := &x509.Certificate{
		SerialNumber: serial, Subject: pkix.Name{CommonName: "gomeet edge"}, DNSNames: []string{"edge.gomeet.internal"},
		NotBefore: now.Add(-time.Hour), NotAfter: now.AddDate(certificateYears, 0, 0),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	certificate, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return "", err
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return "", err
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: certificate})) +
		string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private})), nil
}
