package verify

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/gomeet/infra/internal/media"
	"github.com/gomeet/infra/manifests"
)

// Deployment is what is checked, as the stack's outputs and configuration have it.
type Deployment struct {
	Stack string
	// Zone is the DNS zone, NameServers what it must be delegated to.
	Zone        string
	NameServers []string
	// Recordings is the name that serves recordings, empty if nothing does.
	Recordings string
	Sites      []Site
	// MeetingSize is the most participants of a meeting. The edge's rate limit for one
	// address follows from it, and keeps a check from being a flood.
	MeetingSize int
	// LiveKitKey and LiveKitSecret are an API key of LiveKit. Without a secret it is read
	// from the first cluster.
	LiveKitKey, LiveKitSecret string
	// Bucket is where recordings go.
	Bucket Bucket
	// Simulated says why nothing of it answers, as on the sandbox; empty if it is real.
	Simulated string
}

// Site is one site.
type Site struct {
	Name string
	// Names maps its names to the addresses of the load balancers that they must lead to.
	Names map[string]string
	// API, WebSocket and LiveKit are the names by what they are for, its own ones first.
	API, WebSocket, LiveKit []string
	// SFU, Recorders and Monitoring say what the site has nodes for.
	SFU, Recorders, Monitoring bool
	// Jobs are those that its Prometheus must find, Backups those that the site makes, Drill
	// says that it restores one every week. They are the stack's and not Prometheus' own word:
	// one that has lost its rules expects nothing.
	Jobs    []string
	Backups []manifests.BackupLimit
	Drill   bool
	// Inside reaches what its cluster keeps inside.
	Inside Inside
}

// Inside reaches what a cluster keeps inside (package tunnel).
type Inside interface {
	// Forward opens a local address that leads to a port of an app's pod.
	Forward(ctx context.Context, namespace, app string, port int) (address string, err error)
	// Secret returns the contents of a Secret.
	Secret(ctx context.Context, namespace, name string) (map[string][]byte, error)
}

// Resolver is a *net.Resolver.
type Resolver interface {
	LookupHost(ctx context.Context, host string) ([]string, error)
}

// Options say what to check and how.
type Options struct {
	// Only and Skip are IDs of checks.
	Only, Skip []string
	// Via is the way to the edge, and Overridden says that a name's address was given, so
	// that DNS is not asked.
	Via        media.Via
	Overridden func(host string) bool
	Resolver   Resolver
	// NameServers asks which name servers a zone is delegated to.
	NameServers func(ctx context.Context, zone string) ([]string, error)
	// Requests is how many requests measure the API, Connections how many WebSockets.
	Requests, Connections int
	// APIToken opens WebSockets of the API, as a Bearer token; empty is none.
	APIToken string
	// Meeting is held once for each transport.
	Meeting media.Meeting
	// RecordTime is how long the recording goes on, StartTime how long the recorder may
	// take to begin, and as long to upload.
	RecordTime, StartTime time.Duration
	// Prometheus and RoomAPI map a site's name to a URL that takes the place of the tunnel.
	Prometheus, RoomAPI map[string]string
	// Log is told what is being done.
	Log io.Writer
	// Now is the clock.
	Now func() time.Time
}

// Default values: as little as says something. 200 connections are the fewest of which one
// failure is already as much as the design allows, 0.5 %; 100 requests are the fewest that
// have a 95th percentile worth the name, with five beyond it. Six people of whom two are
// seen is the median meeting of a team. A browser that records takes about ten seconds to
// start (livekit/egress, README: Chrome and the template must load).
const (
	DefaultRequests, DefaultConnections       = 100, 200
	DefaultParticipants, DefaultPublishers    = 6, 2
	DefaultBitsPerSecond                      = 500_000
	DefaultDuration                           = 10 * time.Second
	DefaultRecordTime, DefaultStartTime       = 5 * time.Second, time.Minute
	joinTime                                  = 2 * time.Minute
	transportsOfMeeting, participantsOfRecord = 3, 2
)

// DefaultOptions are those of the command.
func DefaultOptions() Options {
	return Options{
		Overridden: func(string) bool { return false },
		Requests:   DefaultRequests, Connections: DefaultConnections,
		Meeting: media.Meeting{
			Participants: DefaultParticipants, Publishers: DefaultPublishers, BitsPerSecond: DefaultBitsPerSecond,
			Duration: DefaultDuration, JoinTime: joinTime,
		},
		RecordTime: DefaultRecordTime, StartTime: DefaultStartTime,
		Log: io.Discard, Now: time.Now,
	}
}

// Traffic is how many bytes the meetings of one site send and receive: what publishers
// send in, and what everybody sees of the others, on each transport.
func (o Options) Traffic() float64 {
	m := o.Meeting
	streams := m.Publishers + m.Publishers*(m.Participants-1)
	return float64(transportsOfMeeting*streams*m.BitsPerSecond) / 8 * m.Duration.Seconds()
}

// validate names what cannot be.
func (d Deployment) validate(o Options) error {
	if len(d.Sites) == 0 {
		return errors.New("nothing is deployed: the outputs of the stack have no site")
	}
	for flag, n := range map[string]int{"--requests": o.Requests, "--connections": o.Connections} {
		if n < 1 || n > 10_000 {
			return fmt.Errorf("%s is %d, want 1 to 10000", flag, n)
		}
	}
	if m := o.Meeting; m.Participants > d.MeetingSize {
		return fmt.Errorf("--participants is %d, want at most %d, which is the largest meeting of stack %s", m.Participants, d.MeetingSize, d.Stack)
	}
	if err := o.Meeting.Validate(); err != nil {
		return fmt.Errorf("--participants, --publishers and --bitrate: %w", err)
	}
	for _, list := range []struct {
		flag string
		ids  []string
	}{{"--only", o.Only}, {"--skip", o.Skip}} {
		for _, id := range list.ids {
			if _, known := checkOf(id); !known {
				return fmt.Errorf("%s %q: no such check, want some of %s", list.flag, id, idList())
			}
		}
	}
	return nil
}
