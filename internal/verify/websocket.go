package verify

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/gorilla/websocket"
	"github.com/livekit/protocol/livekit"
	"golang.org/x/sync/errgroup"
	"google.golang.org/protobuf/proto"

	"github.com/gomeet/infra/internal/media"
	"github.com/gomeet/infra/manifests"
	"github.com/gomeet/infra/sizing"
)

// opening is how many connections are being opened at once: a crowd at a door, and no
// flood.
const opening = 10

// webSocketPath is where the application's WebSockets are (manifests.ClusterRoutes).
const webSocketPath = "/v1/signalling"

// websockets opens WebSockets of the application. Without a token of the API, whose form is
// its own, it can only find out that the API refuses one itself.
func websockets(ctx context.Context, p *probe) Result {
	host := p.site.WebSocket[0]
	if result, ok := p.reachable(host); !ok {
		return result
	}
	address := "wss://" + host + webSocketPath
	if p.APIToken != "" {
		open := func(ctx context.Context, _ int) error {
			conn, err := p.upgrade(ctx, address, p.APIToken)
			if err != nil {
				return err
			}
			return hangUp(conn)
		}
		result := p.many(ctx, open)
		result.Objective = sizing.ConnectionsObjective.Name
		return result
	}
	conn, err := p.upgrade(ctx, address, "")
	var refused *refusedError
	switch {
	case err == nil:
		return Result{State: Pass, Measured: "101, without a token", Reason: errText(hangUp(conn))}
	case errors.As(err, &refused) && slices.Contains(refusals, refused.status):
		return Result{State: Pass, Measured: fmt.Sprintf("the API answers %d to a stranger", refused.status)}
	case errors.As(err, &refused) && slices.Contains(noUpgrades, refused.status):
		return failed("", err.Error(), "that is what an API says to a request that is no upgrade: does a proxy before it take Connection and Upgrade away? If they do arrive (the API's log), the API turns strangers away for another reason than their token: look with --api-token-file")
	default:
		return failed("", err.Error(), "404 and 502 are the edge's: is the route there, and has the service signalling ready pods?")
	}
}

// refusals are what an API says to a WebSocket without a token, and the edge never. noUpgrades
// are what one says to a request whose upgrade a proxy has taken away (RFC 9110, section
// 15.5.22; the usual libraries for WebSockets answer 400).
var (
	refusals   = []int{http.StatusUnauthorized, http.StatusForbidden}
	noUpgrades = []int{http.StatusBadRequest, http.StatusUpgradeRequired}
)

func errText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

// signalling lets many people into a room of LiveKit, who leave again at once.
func signalling(ctx context.Context, p *probe) Result {
	if result, ok := p.reachable(p.site.LiveKit[0]); !ok {
		return result
	}
	server, err := p.liveKit(ctx)
	if err != nil {
		return p.blind(err)
	}
	room := media.NewRoom()
	var result Result
	if err := server.Within(ctx, room, func() {
		result = p.many(ctx, func(ctx context.Context, i int) error { return p.join(ctx, server, room, i) })
	}); err != nil {
		return failed(result.Measured, err.Error(), "kubectl -n "+manifests.MediaNamespace+" get pods: does LiveKit run, and does it reach Redis?")
	}
	return result
}

// join enters a room and leaves it.
func (p *probe) join(ctx context.Context, server media.Server, room string, i int) error {
	token, err := server.Token(room, fmt.Sprintf("synthetic-%d", i+1))
	if err != nil {
		return err
	}
	// 15 is a protocol that LiveKit 1.13 and its clients both know.
	conn, err := p.upgrade(ctx, server.URL+"/rtc?protocol=15&auto_subscribe=0", token)
	if err != nil {
		return err
	}
	if err := admitted(conn); err != nil {
		return errors.Join(err, conn.Close())
	}
	leave, err := proto.Marshal(&livekit.SignalRequest{Message: &livekit.SignalRequest_Leave{Leave: &livekit.LeaveRequest{}}})
	if err != nil {
		return errors.Join(err, conn.Close())
	}
	return errors.Join(conn.WriteMessage(websocket.BinaryMessage, leave), hangUp(conn))
}

// admitted waits for LiveKit's word that the participant is in.
func admitted(conn *websocket.Conn) error {
	if err := conn.SetReadDeadline(time.Now().Add(lookTime)); err != nil {
		return err
	}
	_, text, err := conn.ReadMessage()
	if err != nil {
		return fmt.Errorf("no word from LiveKit: %w", err)
	}
	var m livekit.SignalResponse
	if err := proto.Unmarshal(text, &m); err != nil || m.GetJoin() == nil {
		return errors.New("LiveKit did not let the participant in")
	}
	return nil
}

// refusedError is an answer other than 101.
type refusedError struct{ status int }

func (e *refusedError) Error() string {
	return fmt.Sprintf("the upgrade is answered with %d %s", e.status, http.StatusText(e.status))
}

// upgrade opens one WebSocket, paced.
func (p *probe) upgrade(ctx context.Context, address, token string) (*websocket.Conn, error) {
	dialer := websocket.Dialer{NetDialContext: p.pace.via(p.Via).Dial, TLSClientConfig: p.Via.TLS, HandshakeTimeout: lookTime}
	header := http.Header{"User-Agent": {"gomeet-verify"}}
	if token != "" {
		header.Set("Authorization", "Bearer "+token)
	}
	conn, response, err := dialer.DialContext(ctx, address, header)
	if err != nil && response != nil {
		return nil, &refusedError{response.StatusCode}
	}
	return conn, err
}

// hangUp closes a WebSocket as its protocol has it.
func hangUp(conn *websocket.Conn) error {
	err := conn.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(websocket.CloseNormalClosure, ""), time.Now().Add(time.Second))
	return errors.Join(err, conn.Close())
}

// many opens so many connections and compares the share that succeeds with the target.
func (p *probe) many(ctx context.Context, open func(context.Context, int) error) Result {
	o := sizing.ConnectionsObjective
	var mutex sync.Mutex
	bad := map[string]int{}
	failures := 0
	var group errgroup.Group
	group.SetLimit(opening)
	for i := range p.Connections {
		if ctx.Err() != nil {
			break
		}
		group.Go(func() error {
			if err := open(ctx, i); err != nil {
				mutex.Lock()
				defer mutex.Unlock()
				bad[err.Error()]++
				failures++
			}
			return nil
		})
	}
	_ = group.Wait()
	if ctx.Err() != nil { // those that were never opened are no successes
		return interrupted(ctx)
	}
	share := 100 * float64(p.Connections-failures) / float64(p.Connections)
	r := Result{State: Pass, Measured: fmt.Sprintf("%.4g %% of %d connections", share, p.Connections), Value: &share}
	if share <= o.Percent {
		r.State, r.Reason = Fail, counts(bad)
		r.Fix = "502, 503 and 504 are the edge's, for a service without ready pods; 429 is its rate limit; 401 is a wrong key"
	}
	return r
}
