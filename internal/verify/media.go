package verify

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"gopkg.in/yaml.v3"

	"github.com/gomeet/infra/internal/media"
	"github.com/gomeet/infra/manifests"
)

func meetUDP(ctx context.Context, p *probe) Result  { return meet(ctx, p, media.UDP) }
func meetTCP(ctx context.Context, p *probe) Result  { return meet(ctx, p, media.TCP) }
func meetTURN(ctx context.Context, p *probe) Result { return meet(ctx, p, media.TURN) }

// fixes are where to look when a meeting over a transport fails.
var fixes = map[media.Transport]string{
	media.UDP: fmt.Sprintf("do UDP %d-%d of the SFU nodes' firewall let everybody in, and does LiveKit know its public address (its log: nodeIP)?",
		manifests.LiveKitUDPFirst, manifests.LiveKitUDPLast),
	media.TCP: fmt.Sprintf("does TCP %d of the SFU nodes' firewall let everybody in?", manifests.LiveKitTCPPort),
	// Nobody needs to reach the ports that it relays from (components/firewalls.go).
	media.TURN: fmt.Sprintf("does UDP %d of the SFU nodes' firewall let everybody in? From the relay on it is the way of media-udp: is that check well?",
		manifests.LiveKitTURNUDPPort),
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
	result := judge(report)
	if result.State == Fail {
		result.Fix = fixes[transport] + " If people do meet, this machine or its network may be too slow: try fewer --participants."
	}
	return result
}

// judge compares a meeting with what was promised.
func judge(r *media.Report) Result {
	result := Result{State: Pass, Measured: fmt.Sprintf("p95 %s, loss %.2f %%, %d of %d frames, longest freeze %s, %d people in %s",
		ms(r.Delay.P95), r.LossPercent(), r.Frames, r.FramesExpected, ms(r.Freeze.Max), r.Participants, ms(r.Join.P95))}
	if r.Delay.Samples > 0 {
		value := float64(r.Delay.P95) / float64(time.Millisecond)
		result.Value = &value
	}
	if missed := media.Targets.Missed(r); len(missed) > 0 {
		result.State, result.Reason = Fail, strings.Join(missed, "; ")
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
