package spaces_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/smithy-go"
	"github.com/stretchr/testify/require"

	"github.com/gomeet/infra/sandbox/spaces"
)

const keyID, secret = "SANDBOXKEY", "sandbox-secret"

// world is an endpoint and ways to reach it.
type world struct {
	t      *testing.T
	dir    string
	keys   spaces.Keys
	now    func() time.Time
	server *httptest.Server
	closer io.Closer
}

func newWorld(t *testing.T) *world {
	w := &world{t: t, dir: t.TempDir(), keys: spaces.FullAccess(keyID, secret)}
	w.start()
	t.Cleanup(w.stop)
	return w
}

func (w *world) start() {
	handler, closer, err := spaces.New(spaces.Config{Dir: w.dir, Keys: w.keys, Now: w.now})
	require.NoError(w.t, err)
	w.server, w.closer = httptest.NewServer(handler), closer
}

func (w *world) stop() {
	w.server.Close()
	require.NoError(w.t, w.closer.Close())
}

// http returns a client that finds every name at the endpoint, as a resolver that
// knows *.localhost does.
func (w *world) http() *http.Client {
	return &http.Client{Transport: &http.Transport{DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, network, w.server.Listener.Addr().String())
	}}}
}

// region returns a virtual-host style client of a region's endpoint, which signs
// for us-east-1 as the Terraform provider does.
func (w *world) region(name string) *s3.Client {
	return w.client(func(o *s3.Options) {
		o.BaseEndpoint = aws.String("http://" + name + ".localhost")
		o.UsePathStyle = false
	})
}

// client returns a path-style client.
func (w *world) client(changes ...func(*s3.Options)) *s3.Client {
	options := s3.Options{
		BaseEndpoint: aws.String(w.server.URL),
		Region:       "us-east-1",
		UsePathStyle: true,
		HTTPClient:   w.http(),
		Retryer:      aws.NopRetryer{},
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: keyID, SecretAccessKey: secret}, nil
		}),
	}
	return s3.New(options, changes...)
}

// as changes the key of a client.
func as(id, secret string) func(*s3.Options) {
	return func(o *s3.Options) {
		o.Credentials = aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: id, SecretAccessKey: secret}, nil
		})
	}
}

// requireCode fails unless the error is S3's with the code and the HTTP status.
func requireCode(t *testing.T, err error, status int, code string) {
	t.Helper()
	var known smithy.APIError
	require.True(t, errors.As(err, &known), "%v", err)
	require.Equal(t, code, known.ErrorCode(), "%v", err)
	var response interface{ HTTPStatusCode() int }
	require.True(t, errors.As(err, &response), "%v", err)
	require.Equal(t, status, response.HTTPStatusCode())
}

func mustBucket(t *testing.T, client *s3.Client, name string) {
	t.Helper()
	_, err := client.CreateBucket(t.Context(), &s3.CreateBucketInput{Bucket: aws.String(name)})
	require.NoError(t, err)
}

func read(t *testing.T, body io.ReadCloser) string {
	t.Helper()
	data, err := io.ReadAll(body)
	require.NoError(t, err)
	require.NoError(t, body.Close())
	return string(data)
}
