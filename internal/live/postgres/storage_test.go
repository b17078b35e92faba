//go:build live

package postgres_test

import (
	"crypto/tls"
	"fmt"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomeet/infra/internal/live/process"
)

// storage is an S3 endpoint: the sandbox's Spaces, behind TLS, because pgBackRest
// speaks nothing else.
type storage struct {
	Port        int
	Key, Secret string
	// URL is the same without TLS.
	URL string
}

func newStorage(t testing.TB, dir string, cert process.Certificate, bucket string) storage {
	t.Helper()
	process.Need(t, "rclone")
	sandbox := tool(t, "gomeet-sandbox")
	home := filepath.Join(dir, "sandbox")
	port := func() string { return fmt.Sprint(process.FreePort(t, 0, "127.0.0.1")) }
	process.Start(t, "sandbox", process.Options{Dir: dir}, sandbox, "serve", "--dir", home, "--tools", filepath.Dir(sandbox),
		"--api-port", port(), "--spaces-port", port(), "--provider-port", port())
	var s storage
	var endpoint *url.URL
	require.Eventually(t, func() bool {
		out, err := exec.Command(sandbox, "env", "--dir", home, "--tools", filepath.Dir(sandbox)).Output()
		if err != nil {
			return false
		}
		values := map[string]string{}
		for _, m := range regexp.MustCompile(`export (\w+)='?([^'\n]*)'?`).FindAllStringSubmatch(string(out), -1) {
			values[m[1]] = m[2]
		}
		s.Key, s.Secret = values["SPACES_ACCESS_KEY_ID"], values["SPACES_SECRET_ACCESS_KEY"]
		endpoint, err = url.Parse(values["SPACES_ENDPOINT_URL"])
		return err == nil && endpoint.Host != "" && dials(endpoint.Host)
	}, 30*time.Second, 200*time.Millisecond, "the sandbox does not start")

	s.Port = process.FreePort(t, 0, "127.0.0.1")
	proxy := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		r.SetURL(endpoint)
		r.Out.Host = r.In.Host // it is signed
	}}
	listener, err := tls.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", s.Port), &tls.Config{Certificates: []tls.Certificate{cert.Pair}})
	require.NoError(t, err)
	server := &http.Server{Handler: proxy, ReadHeaderTimeout: time.Minute}
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(func() { _ = server.Close() })

	s.URL = endpoint.String()
	out, err := s.rclone("mkdir", "live:"+bucket)
	require.NoError(t, err, out)
	return s
}

func (s storage) rclone(args ...string) (string, error) {
	cmd := exec.Command("rclone", args...)
	cmd.Env = []string{"RCLONE_CONFIG=", "RCLONE_CONFIG_LIVE_TYPE=s3", "RCLONE_CONFIG_LIVE_PROVIDER=Other", "RCLONE_CONFIG_LIVE_ENDPOINT=" + s.URL,
		"RCLONE_CONFIG_LIVE_ACCESS_KEY_ID=" + s.Key, "RCLONE_CONFIG_LIVE_SECRET_ACCESS_KEY=" + s.Secret, "RCLONE_CONFIG_LIVE_FORCE_PATH_STYLE=true",
		"RCLONE_CONFIG_LIVE_REGION=sgp1"}
	out, err := cmd.CombinedOutput()
	return strings.TrimSpace(string(out)), err
}

func dials(address string) bool {
	c, err := net.DialTimeout("tcp", address, time.Second)
	if err == nil {
		_ = c.Close()
	}
	return err == nil
}
