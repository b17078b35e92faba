package verify

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/gomeet/infra/internal/media"
	"github.com/gomeet/infra/manifests"
	"github.com/gomeet/infra/sizing"
)

// lossPercent is what people bear in a video call (ITU-T G.1010, table I.1: videophone,
// information loss below 1 %). The design has no figure.
const lossPercent = 1.0

func mediaLimit() string {
	return fmt.Sprintf("%s, loss < %g %%, all see all", limitOf(sizing.VideoObjective), lossPercent)
}

func meetUDP(ctx context.Context, p *probe) Result  { return meet(ctx, p, media.UDP) }
func meetTCP(ctx context.Context, p *probe) Result  { return meet(ctx, p, media.TCP) }
func meetTURN(ctx context.Context, p *probe) Result { return meet(ctx, p, media.TURN) }

// fixes are where to look when a meeting over a transport fails.
var fixes = map[media.Transport]string{
	media.UDP: fmt.Sprintf("do UDP %d-%d of the SFU nodes' firewall let everybody in, and does LiveKit know its public address (its log: nodeIP)?",
		manifests.LiveKitUDPFirst, manifests.LiveKitUDPLast),
	media.TCP: fmt.Sprintf("does TCP %d of the SFU nodes' firewall let everybody in?", manifests.LiveKitTCPPort),
	media.TURN: fmt.Sprintf("do UDP %d and %d-%d of the SFU nodes' firewall let everybody in?",
		manifests.LiveKitTURNUDPPort, manifests.LiveKitRelayFirst, manifests.LiveKitRelayLast),
}

// meet holds a meeting over one transport.
func meet(ctx context.Context, p *probe, transport media.Transport) Result {
	if result, ok := p.reachable(p.site.LiveKit[0]); !ok {
		return result
	}
	server, err := p.liveKit(ctx)
	if err != nil {
		return p.blind(err)
	}
	m := p.Meeting
	m.Transport = transport
	report, err := m.Hold(ctx, server, nil)
	if err != nil {
		return failed("", err.Error(), fixes[transport])
	}
	result := judge(m, report)
	if result.State == Fail {
		result.Fix = fixes[transport] + " If people do meet, this machine or its network may be too slow: try fewer --participants."
	}
	return result
}

// judge compares a meeting with what was promised.
func judge(m media.Meeting, r *media.Report) Result {
	result := within(sizing.VideoObjective, r.Delay.P95, fmt.Sprintf("p95 %s, loss %.2f %%, %d people in %s, %d frames",
		ms(r.Delay.P95), r.LossPercent(), r.Participants, ms(r.Join.P95), r.Frames))
	var wrong []string
	if result.Reason != "" {
		wrong = append(wrong, result.Reason)
	}
	if r.Delay.Samples == 0 {
		result.Value = nil
		wrong = append(wrong, "no frame arrived")
	}
	if r.Participants < m.Participants {
		wrong = append(wrong, fmt.Sprintf("%d of %d people stayed (%s)", r.Participants, m.Participants, counts(r.Left)))
	}
	if n := r.Transports[m.Transport]; n < r.Participants {
		wrong = append(wrong, fmt.Sprintf("%d of %d used %s", n, r.Participants, m.Transport))
	}
	if r.TracksSeen < r.TracksExpected {
		wrong = append(wrong, fmt.Sprintf("%d of %d videos were seen", r.TracksSeen, r.TracksExpected))
	}
	if loss := r.LossPercent(); loss >= lossPercent {
		wrong = append(wrong, fmt.Sprintf("%.2f %% of the packets were lost", loss))
	}
	if len(wrong) > 0 {
		result.State, result.Reason = Fail, strings.Join(wrong, "; ")
	}
	return result
}

// secretOf reads the secret of the platform's API key where LiveKit itself reads it.
func (p *probe) secretOf(ctx context.Context, s media.Server) (media.Server, error) {
	if p.site.Inside == nil {
		return s, fmt.Errorf("%w: the stack's configuration has no gomeet:livekitSecret", errInside)
	}
	data, err := p.site.Inside.Secret(ctx, manifests.MediaNamespace, manifests.LiveKitService)
	if err != nil {
		return s, fmt.Errorf("%w: %w", errInside, err)
	}
	keys := map[string]string{}
	if yaml.Unmarshal(data["keys.yaml"], &keys) != nil || keys[s.Key] == "" {
		return s, errors.New("Secret " + manifests.MediaNamespace + "/" + manifests.LiveKitService + " has no key " + s.Key + " among " +
			strings.Join(slices.Sorted(maps.Keys(keys)), ", "))
	}
	s.Secret = keys[s.Key]
	return s, nil
}
