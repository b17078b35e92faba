package spaces_test

import (
	"bufio"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/stretchr/testify/require"

	"github.com/gomeet/infra/sandbox/spaces"
)

// childDir tells the test's own program to serve the buckets in a directory.
const childDir = "SPACES_TEST_DIR"

func TestMain(m *testing.M) {
	dir := os.Getenv(childDir)
	if dir == "" {
		os.Exit(m.Run())
	}
	handler, _, err := spaces.New(spaces.Config{Dir: dir, Keys: spaces.FullAccess(keyID, secret)})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println(httptest.NewServer(handler).URL)
	select {}
}

// What was acknowledged is there after a kill -9.
func TestSurvivesKill(t *testing.T) {
	w := newWorld(t)
	w.stop()
	child := exec.Command(os.Args[0])
	child.Env = append(os.Environ(), childDir+"="+w.dir)
	child.Stderr = os.Stderr
	out, err := child.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, child.Start())
	t.Cleanup(func() { _ = child.Process.Kill() })
	url, err := bufio.NewReader(out).ReadString('\n')
	require.NoError(t, err)

	client := w.client(func(o *s3.Options) {
		o.BaseEndpoint, o.HTTPClient = aws.String(strings.TrimSpace(url)), http.DefaultClient
	})
	mustBucket(t, client, "recordings")
	put := &s3.PutObjectInput{Bucket: aws.String("recordings"), Key: aws.String("a"), Body: strings.NewReader("hello")}
	_, err = client.PutObject(t.Context(), put)
	require.NoError(t, err)
	require.NoError(t, child.Process.Kill())
	require.Error(t, child.Wait(), "it was killed")

	w.start()
	get, err := w.client().GetObject(t.Context(), &s3.GetObjectInput{Bucket: put.Bucket, Key: put.Key})
	require.NoError(t, err)
	require.Equal(t, "hello", read(t, get.Body))
}
