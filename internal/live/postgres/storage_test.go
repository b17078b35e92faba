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

	"github.com/gomeet/infra/internal/live"
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
	sandbox := live.Tool(t, "gomeet-sandbox")
	home := filepath.Join(dir, "sandbox")
	ports := [3]string{}
	for i := range ports {
		ports[i] = fmt.Sprint(process.FreePort(t, 0, "127.0.0.1"))
	}
	process.Start(t, "sandbox", process.Options{Dir: dir}, sandbox, "serve", "--dir", home, "--tools", filepath.Dir(sandbox),
		"--api-port", ports[0], "--spaces-port", ports[1], "--provider-port", ports[2])
	s := storage{URL: "http://127.0.0.1:" + ports[1]}
	require.Eventually(t, func() bool { return dials("127.0.0.1:" + ports[1]) }, 30*time.Second, 200*time.Millisecond, "the sandbox does not start")
	out, err := exec.Command(sandbox, "env", "--dir", home, "--tools", filepath.Dir(sandbox)).Output()
	require.NoError(t, err)
	for _, m := range regexp.MustCompile(`export (\w+)='?([^'\n]*)'?`).FindAllStringSubmatch(string(out), -1) {
		switch m[1] {
		case "SPACES_ACCESS_KEY_ID":
			s.Key = m[2]
		case "SPACES_SECRET_ACCESS_KEY":
			s.Secret = m[2]
		}
	}
	endpoint, err := url.Parse(s.URL)
	require.NoError(t, err)

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

	made, err := s.rclone("mkdir", "live:"+bucket)
	require.NoError(t, err, made)
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
