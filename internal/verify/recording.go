package verify

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/livekit/protocol/livekit"
	lksdk "github.com/livekit/server-sdk-go/v2"

	"github.com/gomeet/infra/internal/media"
	"github.com/gomeet/infra/manifests"
)

const (
	// lookEvery is between two looks at a recording.
	lookEvery = 250 * time.Millisecond
	// endTime bounds the end of a recording that is cut short, with its upload.
	endTime = 20 * time.Second
	// recordingFolder is where files of checks are until they are deleted.
	recordingFolder = "gomeet-verify"
)

// recording has a meeting recorded as the API would have it, by a recorder that the
// configured storage belongs to, and looks for the file.
func recording(ctx context.Context, p *probe) Result {
	if !p.site.Recorders {
		return skipped("the site has no recorder nodes (gomeet:recordedPercent, pools.recorder)")
	}
	if result, ok := p.reachable(p.site.LiveKit[0]); !ok {
		return result
	}
	server, err := p.liveKit(ctx)
	if err != nil {
		return p.blind(err)
	}
	bucket, err := p.openBucket(ctx)
	if err != nil {
		return p.blind(err)
	}
	m := p.Meeting
	m.Participants, m.Publishers, m.Transport, m.Duration, m.Room = participantsOfRecord, 1, media.UDP, 0, media.NewRoom()
	file := recordingFolder + "/" + uuid.NewString() + ".mp4"
	recorder := &recorder{client: lksdk.NewEgressClient(server.API, server.Key, server.Secret), options: p.Options}
	var took time.Duration
	_, failure := m.Hold(ctx, server, func(ctx context.Context) (err error) {
		took, err = recorder.record(ctx, m.Room, file)
		return err
	})
	var start []byte
	var size int64
	if failure == nil {
		start, size, failure = bucket.begins(ctx, file, mp4Start)
	}
	// Also a file that a broken check did not get to see.
	if recorder.id != "" {
		failure = errors.Join(failure, bucket.remove(ctx, file))
	}
	if failure != nil {
		return failed("", failure.Error(), "kubectl -n "+manifests.RecordingNamespace+" get pods, and a recorder's log: does it reach Redis, LiveKit and the bucket, and has it CPU left for another recording?")
	}
	if reason := notMP4(start, size, p.RecordTime); reason != "" {
		return failed(fmt.Sprintf("%d bytes", size), "the file in the bucket "+reason, "read the recorder's log")
	}
	return Result{State: Pass, Measured: fmt.Sprintf("MP4 of %d bytes in the bucket after %s", size, took.Round(time.Second))}
}

const (
	// mp4Start is as much of a file as tells that it is an MP4: the size of its first box and
	// the box's type, "ftyp" (ISO/IEC 14496-12, section 4.3).
	mp4Start = 8
	// leastRecorded is what a recording has for each second at least. A picture that stands
	// still and silence need little of the 3,128 kbit/s that egress asks its encoders for
	// (livekit/protocol, livekit_egress.proto: H264_720P_30 and audio_bitrate). Assumed: 8 kbit/s.
	leastRecorded = 1_000
)

// notMP4 says what a file has that a recording has not, "" if nothing.
func notMP4(start []byte, size int64, recorded time.Duration) string {
	least := int64(recorded.Seconds() * leastRecorded)
	switch {
	case size == 0:
		return "is empty"
	case len(start) < mp4Start || string(start[4:mp4Start]) != "ftyp":
		return fmt.Sprintf("is no MP4: it begins with %q", start)
	case size < least:
		return fmt.Sprintf("is too small for %s of recording, at least %d bytes", recorded, least)
	}
	return ""
}

// recorder has something recorded.
type recorder struct {
	client  *lksdk.EgressClient
	options Options
	// id is the recording's, once there is one.
	id string
}

// record records a room for a while and returns when the file is where it belongs.
func (r *recorder) record(ctx context.Context, room, file string) (took time.Duration, err error) {
	began := time.Now()
	info, err := r.client.StartRoomCompositeEgress(ctx, &livekit.RoomCompositeEgressRequest{
		RoomName: room,
		// Without a place of its own it goes where the recorder is configured to.
		FileOutputs: []*livekit.EncodedFileOutput{{FileType: livekit.EncodedFileType_MP4, Filepath: file, DisableManifest: true}},
	})
	if err != nil {
		if strings.Contains(err.Error(), "no response from servers") {
			err = fmt.Errorf("no recorder answered: %w", err)
		}
		return 0, fmt.Errorf("starting a recording: %w", err)
	}
	r.id = info.EgressId
	ended := false
	defer func() {
		if !ended {
			err = errors.Join(err, r.cut(ctx))
		}
	}()
	if _, err := r.until(ctx, r.options.StartTime, livekit.EgressStatus_EGRESS_ACTIVE); err != nil {
		return 0, fmt.Errorf("the recording did not begin: %w", err)
	}
	select {
	case <-ctx.Done():
		return 0, context.Cause(ctx)
	case <-time.After(r.options.RecordTime):
	}
	if _, err := r.client.StopEgress(ctx, &livekit.StopEgressRequest{EgressId: r.id}); err != nil {
		return 0, fmt.Errorf("stopping the recording: %w", err)
	}
	if ended, err = r.until(ctx, r.options.StartTime, livekit.EgressStatus_EGRESS_COMPLETE); err != nil {
		return 0, fmt.Errorf("the recording did not end: %w", err)
	}
	return time.Since(began), nil
}

// until waits for a state of the recording. Ended says that it will have no other.
func (r *recorder) until(ctx context.Context, patience time.Duration, want livekit.EgressStatus) (ended bool, err error) {
	ctx, cancel := context.WithTimeoutCause(ctx, patience, fmt.Errorf("it took more than %s", patience))
	defer cancel()
	for {
		list, err := r.client.ListEgress(ctx, &livekit.ListEgressRequest{EgressId: r.id})
		if err != nil {
			return false, err
		}
		for _, info := range list.Items {
			ended := info.Status > livekit.EgressStatus_EGRESS_ENDING
			switch {
			case info.Status == want:
				return ended, nil
			case ended && info.Error != "":
				return true, fmt.Errorf("%s: %s", info.Status, info.Error)
			case ended:
				return true, errors.New(info.Status.String())
			}
		}
		select {
		case <-ctx.Done():
			return false, context.Cause(ctx)
		case <-time.After(lookEvery):
		}
	}
}

// cut ends a recording that nobody waits for any more. One that has ended by itself is no
// error.
func (r *recorder) cut(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), endTime)
	defer cancel()
	if _, err := r.client.StopEgress(ctx, &livekit.StopEgressRequest{EgressId: r.id}); err != nil {
		if ended, _ := r.until(ctx, lookEvery, livekit.EgressStatus_EGRESS_COMPLETE); ended {
			return nil
		}
		return fmt.Errorf("recording %s may still go on: %w", r.id, err)
	}
	// A file may come yet, and is then deleted.
	if ended, err := r.until(ctx, endTime, livekit.EgressStatus_EGRESS_COMPLETE); !ended {
		return fmt.Errorf("recording %s may still go on: %w", r.id, err)
	}
	return nil
}
