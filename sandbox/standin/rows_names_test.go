package standin

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"math/big"
	"strconv"
	"testing"
	"time"

	"github.com/digitalocean/godo"
	"github.com/pulumi/pulumi/sdk/v3/go/property"
	"github.com/stretchr/testify/require"
)

// nameRows are the rows of names.
func nameRows(t *testing.T) map[string]row {
	leaf, key := selfSigned(t)
	return map[string]row{
		"domain": {
			clears: []string{"ipAddress"},
			token:  domainToken, inputs: fixed("name", "meet.example", "ipAddress", "192.0.2.1"),
			outputs: []string{"domainUrn", "ttl"}, replaces: map[string]any{"name": "x.example", "ipAddress": "192.0.2.2"},
		},
		"record": {
			token: recordToken,
			inputs: func(e engine) property.Map {
				e.create(domainToken, object("name", "meet.example"))
				return object("domain", "meet.example", "type", "CNAME", "name", "www", "value", "lb.example.com.", "ttl", 300.0)
			},
			outputs:  []string{"fqdn"},
			imported: func(id string) string { return "meet.example," + id },
			edits:    map[string]any{"value": "other.example.com.", "ttl": 60.0, "name": "app"},
			replaces: map[string]any{"domain": "x.example", "type": "A"},
			behind: func(e engine, id string) (string, error) {
				number, err := strconv.Atoi(id)
				if err != nil {
					return "", err
				}
				_, _, err = e.behind().Domains.EditRecord(e.t.Context(), "meet.example", number,
					&godo.DomainRecordEditRequest{Type: "CNAME", Name: "app", Data: "evil.example.com.", TTL: 60})
				return "value", err
			},
		},
		"certificate of Let's Encrypt": {
			clears:   []string{"type", "domains"},
			token:    certificateToken,
			inputs:   fixed("name", "meet", "type", "lets_encrypt", "domains", []any{"b.example", "a.example"}),
			outputs:  []string{"uuid", "state", "notAfter", "sha1Fingerprint"},
			replaces: map[string]any{"name": "x", "domains": []any{"a.example"}, "type": "custom"},
		},
		"certificate of one's own": {
			clears:  []string{"privateKey", "leafCertificate", "certificateChain"},
			token:   certificateToken,
			inputs:  fixed("name", "own", "privateKey", key, "leafCertificate", leaf, "certificateChain", leaf),
			outputs: []string{"uuid", "state", "notAfter", "sha1Fingerprint"}, secret: "privateKey",
			replaces: map[string]any{"name": "x", "privateKey": "x", "leafCertificate": "x", "certificateChain": "x"},
		},
	}
}

// selfSigned makes a certificate and its key, as PEM.
func selfSigned(t *testing.T) (leaf, key string) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), DNSNames: []string{"meet.example"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, private.Public(), private)
	require.NoError(t, err)
	secret, err := x509.MarshalPKCS8PrivateKey(private)
	require.NoError(t, err)
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})),
		string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: secret}))
}
