//go:build live

package live_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"net/http/httptest"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"
	"github.com/livekit/protocol/livekit"
	"github.com/livekit/protocol/rpc"
	"github.com/livekit/psrpc"
	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"github.com/gomeet/infra/internal/live"
	"github.com/gomeet/infra/internal/verify"
)

// recorder stands in for egress, whose browser cannot be had here: it takes recordings from
// the real LiveKit by the real protocol over the real Redis, and puts a file into the bucket
// when one ends.
type recorder struct {
	t      *testing.T
	bus    psrpc.MessageBus
	io     rpc.IOInfoClient
	server rpc.EgressInternalServer
	bucket verify.Bucket

	mutex   sync.Mutex
	running map[string]*livekit.EgressInfo
	files   map[string]string
}

// startRecorder starts one with a bucket of its own.
func startRecorder(t *testing.T, r *live.Redis) *recorder {
	t.Helper()
	store := s3mem.New()
	require.NoError(t, store.CreateBucket("recordings"))
	s3server := httptest.NewServer(gofakes3.New(store).Server())
	t.Cleanup(s3server.Close)
	authority, err := os.ReadFile(r.CACertFile)
	require.NoError(t, err)
	roots := x509.NewCertPool()
	require.True(t, roots.AppendCertsFromPEM(authority))
	client := redis.NewClusterClient(&redis.ClusterOptions{
		Addrs: []string{live.Address(r.Port)}, Username: r.User, Password: r.Password, TLSConfig: &tls.Config{RootCAs: roots},
	})
	t.Cleanup(func() { _ = client.Close() })
	made := &recorder{
		t: t, bus: psrpc.NewRedisMessageBus(client), running: map[string]*livekit.EgressInfo{}, files: map[string]string{},
		bucket: verify.Bucket{Endpoint: s3server.URL, Region: "sgp1", Name: "recordings", PathStyle: true, AccessKey: "key", SecretKey: "secret"},
	}
	made.io, err = rpc.NewIOInfoClient(made.bus)
	require.NoError(t, err)
	made.server, err = rpc.NewEgressInternalServer(made, made.bus)
	require.NoError(t, err)
	t.Cleanup(made.server.Kill)
	require.NoError(t, made.server.RegisterStartEgressTopic(""))
	return made
}

func (r *recorder) StartEgressAffinity(context.Context, *rpc.StartEgressRequest) float32 { return 1 }

func (r *recorder) ListActiveEgress(context.Context, *rpc.ListActiveEgressRequest) (*rpc.ListActiveEgressResponse, error) {
	return &rpc.ListActiveEgressResponse{}, nil
}

func (r *recorder) StartEgress(_ context.Context, request *rpc.StartEgressRequest) (*livekit.EgressInfo, error) {
	composite := request.GetRoomComposite()
	info := &livekit.EgressInfo{
		EgressId: request.EgressId, RoomId: request.RoomId, RoomName: composite.GetRoomName(), Status: livekit.EgressStatus_EGRESS_STARTING,
		Request: &livekit.EgressInfo_RoomComposite{RoomComposite: composite}, StartedAt: time.Now().UnixNano(),
	}
	handler, err := rpc.NewEgressHandlerServer(r, r.bus)
	if err != nil {
		return nil, err
	}
	r.t.Cleanup(handler.Kill)
	if err := handler.RegisterStopEgressTopic(info.EgressId); err != nil {
		return nil, err
	}
	r.mutex.Lock()
	r.running[info.EgressId], r.files[info.EgressId] = info, composite.GetFileOutputs()[0].Filepath
	r.mutex.Unlock()
	// A browser takes a while.
	time.AfterFunc(300*time.Millisecond, func() { r.is(info.EgressId, livekit.EgressStatus_EGRESS_ACTIVE) })
	return info, nil
}

// is tells LiveKit of a state.
func (r *recorder) is(id string, status livekit.EgressStatus) *livekit.EgressInfo {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	info := r.running[id]
	if status == livekit.EgressStatus_EGRESS_ACTIVE && info.Status != livekit.EgressStatus_EGRESS_STARTING {
		return info
	}
	info.Status = status
	_, _ = r.io.UpdateEgress(context.Background(), info)
	return info
}

func (r *recorder) UpdateStream(context.Context, *livekit.UpdateStreamRequest) (*livekit.EgressInfo, error) {
	return nil, psrpc.NewErrorf(psrpc.Unimplemented, "a stand-in")
}

func (r *recorder) StopEgress(_ context.Context, request *livekit.StopEgressRequest) (*livekit.EgressInfo, error) {
	info := r.is(request.EgressId, livekit.EgressStatus_EGRESS_ENDING)
	time.AfterFunc(300*time.Millisecond, func() {
		r.mutex.Lock()
		file := r.files[request.EgressId]
		r.mutex.Unlock()
		// The first box of an MP4, and as much after it as a second of video at least has.
		text := append([]byte("\x00\x00\x00\x18ftypisom\x00\x00\x02\x00isomiso2"), make([]byte, 10_000)...)
		_, err := r.client().PutObject(context.Background(), &s3.PutObjectInput{Bucket: &r.bucket.Name, Key: &file, Body: bytes.NewReader(text)})
		if err != nil {
			r.is(request.EgressId, livekit.EgressStatus_EGRESS_FAILED)
			return
		}
		r.is(request.EgressId, livekit.EgressStatus_EGRESS_COMPLETE)
	})
	return info, nil
}

func (r *recorder) client() *s3.Client {
	return s3.New(s3.Options{BaseEndpoint: &r.bucket.Endpoint, Region: r.bucket.Region, UsePathStyle: true,
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: r.bucket.AccessKey, SecretAccessKey: r.bucket.SecretKey}, nil
		})})
}

// left are the files in the bucket.
func (r *recorder) left() (names []string) {
	list, err := r.client().ListObjectsV2(context.Background(), &s3.ListObjectsV2Input{Bucket: &r.bucket.Name})
	require.NoError(r.t, err)
	for _, object := range list.Contents {
		names = append(names, *object.Key)
	}
	return names
}
