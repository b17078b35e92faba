package verify

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"
	"github.com/livekit/protocol/livekit"
	lksdk "github.com/livekit/server-sdk-go/v2"
	"github.com/stretchr/testify/require"
	"github.com/twitchtv/twirp"
)

// recorders stand in for LiveKit's API of recordings: each look at one is the next state.
type recorders struct {
	livekit.Egress
	mutex   sync.Mutex
	states  []livekit.EgressStatus
	reason  string
	refuses error
	started *livekit.RoomCompositeEgressRequest
	stopped int
}

func (r *recorders) StartRoomCompositeEgress(_ context.Context, request *livekit.RoomCompositeEgressRequest) (*livekit.EgressInfo, error) {
	r.started = request
	return &livekit.EgressInfo{EgressId: "EG_1"}, r.refuses
}

func (r *recorders) ListEgress(context.Context, *livekit.ListEgressRequest) (*livekit.ListEgressResponse, error) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	state := r.states[0]
	if len(r.states) > 1 {
		r.states = r.states[1:]
	}
	return &livekit.ListEgressResponse{Items: []*livekit.EgressInfo{{EgressId: "EG_1", Status: state, Error: r.reason}}}, nil
}

func (r *recorders) StopEgress(context.Context, *livekit.StopEgressRequest) (*livekit.EgressInfo, error) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	r.stopped++
	return &livekit.EgressInfo{}, nil
}

func (r *recorders) recorder(t *testing.T) *recorder {
	t.Helper()
	server := httptest.NewServer(livekit.NewEgressServer(r))
	t.Cleanup(server.Close)
	o := DefaultOptions()
	o.RecordTime, o.StartTime = time.Millisecond, 2*time.Second
	return &recorder{client: lksdk.NewEgressClient(server.URL, "gomeet", secret), options: o}
}

const (
	starting, active, ending = livekit.EgressStatus_EGRESS_STARTING, livekit.EgressStatus_EGRESS_ACTIVE, livekit.EgressStatus_EGRESS_ENDING
	complete, aborted        = livekit.EgressStatus_EGRESS_COMPLETE, livekit.EgressStatus_EGRESS_ABORTED
	broken                   = livekit.EgressStatus_EGRESS_FAILED
)

func TestRecord(t *testing.T) {
	r := &recorders{states: []livekit.EgressStatus{starting, active, ending, complete}}
	_, err := r.recorder(t).record(t.Context(), "room", "a/b.mp4")
	require.NoError(t, err)
	require.Equal(t, 1, r.stopped)
	require.Equal(t, "room", r.started.RoomName)
	require.Equal(t, "a/b.mp4", r.started.FileOutputs[0].Filepath)
	require.Nil(t, r.started.FileOutputs[0].Output, "it goes where the recorder is configured to")
}

func TestRecordFails(t *testing.T) {
	for want, r := range map[string]*recorders{
		"no recorder answered":                                  {refuses: twirp.NewError(twirp.Unavailable, "no response from servers")},
		"starting a recording":                                  {refuses: twirp.NewError(twirp.ResourceExhausted, "no CPU")},
		"the recording did not begin: EGRESS_FAILED: no Chrome": {states: []livekit.EgressStatus{starting, broken}, reason: "no Chrome"},
		"the recording did not begin: it took more than 2s":     {states: []livekit.EgressStatus{starting, starting, starting, starting, starting, starting, starting, starting, starting, aborted}},
		"the recording did not end: EGRESS_FAILED: no bucket":   {states: []livekit.EgressStatus{active, ending, broken}, reason: "no bucket"},
	} {
		t.Run(want, func(t *testing.T) {
			_, err := r.recorder(t).record(t.Context(), "room", "a/b.mp4")
			require.ErrorContains(t, err, want)
		})
	}
}

// A recording that nobody waits for any more is ended.
func TestRecordInterrupted(t *testing.T) {
	r := &recorders{states: []livekit.EgressStatus{active, complete}}
	recorder := r.recorder(t)
	recorder.options.RecordTime = time.Hour
	ctx, cancel := context.WithTimeoutCause(t.Context(), 300*time.Millisecond, errors.New("enough"))
	defer cancel()
	_, err := recorder.record(ctx, "room", "a/b.mp4")
	require.ErrorContains(t, err, "enough")
	require.NotContains(t, err.Error(), "may still go on")
	require.Equal(t, 1, r.stopped)
}

func TestBucket(t *testing.T) {
	store := s3mem.New()
	require.NoError(t, store.CreateBucket("recordings"))
	require.NoError(t, store.SetVersioningConfiguration("recordings", gofakes3.VersioningConfiguration{Status: gofakes3.VersioningEnabled}))
	server := httptest.NewServer(gofakes3.New(store).Server())
	t.Cleanup(server.Close)
	w := newWorld(t)
	w.Bucket = Bucket{Endpoint: server.URL, Region: "sgp1", Name: "recordings", PathStyle: true, AccessKey: "key", SecretKey: "secret"}
	p := &probe{Deployment: w.Deployment, Options: w.Options, site: w.Sites[0]}
	bucket, err := p.openBucket(t.Context())
	require.NoError(t, err)
	_, _, err = bucket.begins(t.Context(), "a/b.mp4", mp4Start)
	require.ErrorContains(t, err, "looking for a/b.mp4 in bucket recordings")
	require.NoError(t, bucket.remove(t.Context(), "a/b.mp4"), "what is not there needs no deletion")
	for range 2 {
		_, err = bucket.client.PutObject(t.Context(), &s3.PutObjectInput{Bucket: &bucket.name, Key: new(string("a/b.mp4")), Body: bytes.NewReader([]byte("video"))})
		require.NoError(t, err)
	}
	start, size, err := bucket.begins(t.Context(), "a/b.mp4", 3)
	require.NoError(t, err)
	require.EqualValues(t, 5, size)
	require.Equal(t, "vid", string(start))
	start, _, err = bucket.begins(t.Context(), "a/b.mp4", mp4Start)
	require.NoError(t, err, "a file that is smaller than what is asked for")
	require.Equal(t, "video", string(start))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	require.NoError(t, bucket.remove(ctx, "a/b.mp4"), "also after ctrl-C")
	versions, err := bucket.client.ListObjectVersions(t.Context(), &s3.ListObjectVersionsInput{Bucket: &bucket.name})
	require.NoError(t, err)
	require.Empty(t, versions.Versions, "no version is left")
}

func TestNotMP4(t *testing.T) {
	start := []byte("\x00\x00\x00\x18ftyp")
	require.Empty(t, notMP4(start, 5_000, 5*time.Second))
	require.Contains(t, notMP4(start, 4_999, 5*time.Second), "too small for 5s of recording, at least 5000 bytes")
	require.Contains(t, notMP4([]byte("<html><b"), 5_000, 5*time.Second), `is no MP4: it begins with "<html><b"`)
	require.Contains(t, notMP4([]byte("a bit"), 5, 0), "is no MP4")
	require.Contains(t, notMP4(nil, 0, 0), "is empty")
}

// The keys are the recorders' where the stack's outputs have none.
func TestBucketKeysFromTheCluster(t *testing.T) {
	var seen string
	server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		seen = r.Header.Get("Authorization")
		rw.WriteHeader(http.StatusForbidden)
	}))
	t.Cleanup(server.Close)
	w := newWorld(t)
	w.Bucket = Bucket{Endpoint: server.URL, Region: "sgp1", Name: "recordings", PathStyle: true}
	w.inside.data = map[string][]byte{"access-key": []byte("the-key"), "secret-key": []byte(secret)}
	p := &probe{Deployment: w.Deployment, Options: w.Options, site: w.Sites[0]}
	bucket, err := p.openBucket(t.Context())
	require.NoError(t, err)
	_, _, err = bucket.begins(t.Context(), "a", mp4Start)
	require.Error(t, err)
	require.Contains(t, seen, "Credential=the-key/")
	require.NotContains(t, err.Error(), secret)
	w.Sites[0].Inside = nil
	p.site = w.Sites[0]
	_, err = p.openBucket(t.Context())
	require.ErrorContains(t, err, "no way into the cluster")
}
