package spaces_test

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/stretchr/testify/require"
)

// request makes a request that is signed as the changes want it.
func (w *world) request(method, path, body string, changes ...func(*http.Request)) *http.Request {
	w.t.Helper()
	request, err := http.NewRequestWithContext(w.t.Context(), method, w.server.URL+path, strings.NewReader(body))
	require.NoError(w.t, err)
	sum := sha256.Sum256([]byte(body))
	request.Header.Set("X-Amz-Content-Sha256", hex.EncodeToString(sum[:]))
	for _, change := range changes {
		change(request)
	}
	w.sign(request, time.Now())
	return request
}

func (w *world) sign(request *http.Request, at time.Time) {
	w.t.Helper()
	signer := v4.NewSigner(func(o *v4.SignerOptions) { o.DisableURIPathEscaping = true })
	credentials := aws.Credentials{AccessKeyID: keyID, SecretAccessKey: secret}
	require.NoError(w.t, signer.SignHTTP(w.t.Context(), credentials, request, request.Header.Get("X-Amz-Content-Sha256"), "s3", "us-east-1", at))
}

func (w *world) do(request *http.Request) (int, string) {
	w.t.Helper()
	response, err := http.DefaultClient.Do(request)
	require.NoError(w.t, err)
	return response.StatusCode, read(w.t, response.Body)
}

func (w *world) signed(method, path, body string, changes ...func(*http.Request)) (int, string) {
	w.t.Helper()
	return w.do(w.request(method, path, body, changes...))
}

func TestSignature(t *testing.T) {
	w := newWorld(t)
	mustBucket(t, w.client(), "recordings")
	const path = "/recordings/a"
	tests := map[string]struct {
		spoil func(*http.Request)
		code  string
	}{
		"as it should be": {func(*http.Request) {}, ""},
		"another path":    {func(r *http.Request) { r.URL.Path = "/recordings/b" }, "SignatureDoesNotMatch"},
		"another query":   {func(r *http.Request) { r.URL.RawQuery = "acl=" }, "SignatureDoesNotMatch"},
		"another method":  {func(r *http.Request) { r.Method = http.MethodDelete }, "SignatureDoesNotMatch"},
		"another header":  {func(r *http.Request) { r.Header.Set("X-Amz-Acl", "public-read") }, "SignatureDoesNotMatch"},
		"another body":    {func(r *http.Request) { r.Body = http.NoBody; r.ContentLength = 0 }, "SignatureDoesNotMatch"},
		"an unknown key": {func(r *http.Request) {
			r.Header.Set("Authorization", strings.Replace(r.Header.Get("Authorization"), keyID, "NOBODY", 1))
		}, "InvalidAccessKeyId"},
		"a broken credential": {func(r *http.Request) {
			r.Header.Set("Authorization", strings.Replace(r.Header.Get("Authorization"), "/aws4_request", "", 1))
		}, "AuthorizationHeaderMalformed"},
		"another scheme": {func(r *http.Request) { r.Header.Set("Authorization", "AWS "+keyID+":signature") }, "AccessDenied"},
		"no signature":   {func(r *http.Request) { r.Header.Del("Authorization") }, "AccessDenied"},
		"an old one":     {func(r *http.Request) { w.sign(r, time.Now().Add(-16*time.Minute)) }, "RequestTimeTooSkewed"},
		"an early one":   {func(r *http.Request) { w.sign(r, time.Now().Add(16*time.Minute)) }, "RequestTimeTooSkewed"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			request := w.request(http.MethodPut, path, "hello", func(r *http.Request) { r.Header.Set("X-Amz-Acl", "private") })
			test.spoil(request)
			status, body := w.do(request)
			if test.code == "" {
				require.Equal(t, 200, status, body)
				return
			}
			require.Contains(t, body, "<Code>"+test.code+"</Code>")
			require.NotContains(t, body, secret)
		})
	}
	t.Run("another secret", func(t *testing.T) {
		_, err := w.client(as(keyID, "guessed")).ListBuckets(t.Context(), &s3.ListBucketsInput{})
		requireCode(t, err, 403, "SignatureDoesNotMatch")
	})
}

// The body is compared with the sum that was signed, before anything is stored.
func TestDamagedBody(t *testing.T) {
	w := newWorld(t)
	mustBucket(t, w.client(), "recordings")
	request := w.request(http.MethodPut, "/recordings/a", "hello")
	other, err := http.NewRequestWithContext(t.Context(), http.MethodPut, request.URL.String(), strings.NewReader("jello"))
	require.NoError(t, err)
	other.Header = request.Header
	status, body := w.do(other)
	require.Equal(t, 400, status)
	require.Contains(t, body, "<Code>BadDigest</Code>")
	status, _ = w.signed(http.MethodGet, "/recordings/a", "")
	require.Equal(t, 404, status)
}

func TestPresigned(t *testing.T) {
	w := newWorld(t)
	offset := time.Duration(0)
	w.stop()
	w.now = func() time.Time { return time.Now().Add(offset) }
	w.start()
	bucket, key := aws.String("recordings"), aws.String("a b.mp4")
	mustBucket(t, w.client(), *bucket)
	presign := s3.NewPresignClient(w.client(), s3.WithPresignExpires(time.Hour))
	put, err := presign.PresignPutObject(t.Context(), &s3.PutObjectInput{Bucket: bucket, Key: key})
	require.NoError(t, err)
	get, err := presign.PresignGetObject(t.Context(), &s3.GetObjectInput{Bucket: bucket, Key: key})
	require.NoError(t, err)
	fetch := func(method, url, content string) (int, string) {
		t.Helper()
		request, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(content))
		require.NoError(t, err)
		return w.do(request)
	}
	status, body := fetch(http.MethodPut, put.URL, "hello")
	require.Equal(t, 200, status, body)
	status, body = fetch(http.MethodGet, get.URL, "")
	require.Equal(t, 200, status)
	require.Equal(t, "hello", body)
	status, body = fetch(http.MethodGet, strings.Replace(get.URL, "a%20b", "c", 1), "")
	require.Equal(t, 403, status)
	require.Contains(t, body, "SignatureDoesNotMatch")
	status, body = fetch(http.MethodGet, strings.Replace(get.URL, "Expires=3600", "Expires=7200", 1), "")
	require.Equal(t, 403, status)
	require.Contains(t, body, "SignatureDoesNotMatch")
	offset = 2 * time.Hour
	status, body = fetch(http.MethodGet, get.URL, "")
	require.Equal(t, 403, status)
	require.Contains(t, body, "Request has expired")
}

// The encoding that MinIO's and older AWS clients use for a body over plain HTTP.
func TestChunkedBody(t *testing.T) {
	w := newWorld(t)
	mustBucket(t, w.client(), "recordings")
	const signature = ";chunk-signature=0000"
	tests := map[string]struct {
		body   string
		length int
		status int
	}{
		"two chunks":     {"5" + signature + "\r\nhello\r\n6" + signature + "\r\n world\r\n0" + signature + "\r\n\r\n", 11, 200},
		"with a trailer": {"b\r\nhello world\r\n0\r\nx-amz-checksum-crc32:DUoRhQ==\r\n\r\n", 11, 200},
		"cut off":        {"b" + signature + "\r\nhello", 11, 400},
		"too short":      {"5" + signature + "\r\nhello\r\n0" + signature + "\r\n\r\n", 11, 400},
		"no chunks":      {"hello world", 11, 400},
		"no length":      {"0\r\n\r\n", -1, 411},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			status, body := w.signed(http.MethodPut, "/recordings/a", test.body, func(r *http.Request) {
				r.Header.Set("X-Amz-Content-Sha256", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER")
				r.Header.Set("Content-Encoding", "aws-chunked")
				if test.length >= 0 {
					r.Header.Set("X-Amz-Decoded-Content-Length", fmt.Sprint(test.length))
				}
			})
			require.Equal(t, test.status, status, body)
			if test.status == 200 {
				get, err := w.client().GetObject(t.Context(), &s3.GetObjectInput{Bucket: aws.String("recordings"), Key: aws.String("a")})
				require.NoError(t, err)
				require.Equal(t, "hello world", read(t, get.Body))
				require.Nil(t, get.ContentEncoding)
			}
		})
	}
}
