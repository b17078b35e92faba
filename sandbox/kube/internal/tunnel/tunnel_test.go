package tunnel_test

import (
	"bufio"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/big"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomeet/infra/sandbox/kube/internal/tunnel"
)

// start starts a tunnel to echo.test:443 and returns how a client reaches it.
func start(t *testing.T) (*tunnel.Tunnel, *tls.Config) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	}
	raw, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	require.NoError(t, err)
	own, err := x509.ParseCertificate(raw)
	require.NoError(t, err)
	pool, pair := x509.NewCertPool(), tls.Certificate{Certificate: [][]byte{raw}, PrivateKey: key}
	pool.AddCert(own)

	way, err := tunnel.Start(&tls.Config{Certificates: []tls.Certificate{pair}, ClientCAs: pool, ClientAuth: tls.RequireAndVerifyClientCert},
		func(_ context.Context, address string) (net.Conn, error) {
			if address != "echo.test:443" {
				return nil, errors.New("nobody lives at " + address)
			}
			near, far := net.Pipe()
			go func() { _, _ = io.Copy(far, far) }()
			return near, nil
		}, slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	t.Cleanup(way.Close)
	return way, &tls.Config{RootCAs: pool, Certificates: []tls.Certificate{pair}, ServerName: "127.0.0.1"}
}

func connect(t *testing.T, way *tunnel.Tunnel, config *tls.Config, address string) (net.Conn, *http.Response, error) {
	t.Helper()
	conn, err := tls.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", way.Port()), config)
	if err != nil {
		return nil, nil, err
	}
	t.Cleanup(func() { _ = conn.Close() })
	_, err = fmt.Fprintf(conn, "CONNECT %s HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", address)
	require.NoError(t, err)
	answer, err := http.ReadResponse(bufio.NewReader(conn), nil)
	return conn, answer, err
}

func TestTunnelCarriesBothWays(t *testing.T) {
	way, config := start(t)
	conn, answer, err := connect(t, way, config, "echo.test:443")
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, answer.StatusCode)
	_, err = io.WriteString(conn, "hello")
	require.NoError(t, err)
	back := make([]byte, 5)
	_, err = io.ReadFull(conn, back)
	require.NoError(t, err)
	require.Equal(t, "hello", string(back))
	way.Close()
	_, err = conn.Read(back)
	require.Error(t, err, "what is under way ends with the tunnel")
}

func TestTunnelRefuses(t *testing.T) {
	way, config := start(t)
	_, answer, err := connect(t, way, config, "elsewhere.test:443")
	require.NoError(t, err)
	require.Equal(t, http.StatusBadGateway, answer.StatusCode)
	says, err := io.ReadAll(answer.Body)
	require.NoError(t, err)
	require.Contains(t, strings.TrimSpace(string(says)), "nobody lives at elsewhere.test:443")

	stranger := config.Clone()
	stranger.Certificates = nil
	_, _, err = connect(t, way, stranger, "echo.test:443")
	require.ErrorContains(t, err, "certificate required")

	_, err = tunnel.Start(&tls.Config{}, nil, slog.New(slog.DiscardHandler))
	require.ErrorContains(t, err, "client certificates")
}
