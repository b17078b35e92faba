package kube

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"net"
	"os"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestPKI(t *testing.T) {
	l := layout(t.TempDir())
	require.NoError(t, l.create())
	service := net.IPv4(10, 245, 0, 1)
	ca, err := ensurePKI(l, "c", service)
	require.NoError(t, err)
	account, err := os.ReadFile(l.pki(serviceAccountKey))
	require.NoError(t, err)
	server, err := os.ReadFile(l.pki(serverCert))
	require.NoError(t, err)

	roots := x509.NewCertPool()
	require.True(t, roots.AppendCertsFromPEM(ca))
	block, _ := pem.Decode(server)
	cert, err := x509.ParseCertificate(block.Bytes)
	require.NoError(t, err)
	for _, name := range []string{"127.0.0.1", "localhost", "kubernetes.default.svc", "10.245.0.1"} {
		_, err = cert.Verify(x509.VerifyOptions{Roots: roots, DNSName: name})
		require.NoError(t, err, name)
	}
	_, err = cert.Verify(x509.VerifyOptions{Roots: roots, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}})
	require.NoError(t, err)
	_, err = tls.LoadX509KeyPair(l.pki(serverCert), l.pki(serverKey))
	require.NoError(t, err)

	// The second time only the server certificate is new.
	again, err := ensurePKI(l, "c", service)
	require.NoError(t, err)
	require.Equal(t, ca, again)
	sameAccount, err := os.ReadFile(l.pki(serviceAccountKey))
	require.NoError(t, err)
	require.Equal(t, account, sameAccount)
	newServer, err := os.ReadFile(l.pki(serverCert))
	require.NoError(t, err)
	require.NotEqual(t, server, newServer)

	for _, name := range []string{caKey, serverKey, serviceAccountKey} {
		info, err := os.Stat(l.pki(name))
		require.NoError(t, err)
		require.Equal(t, os.FileMode(0o600), info.Mode().Perm(), name)
	}
}
