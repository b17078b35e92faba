package load

import (
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/gomeet/infra/manifests"
	"github.com/gomeet/infra/sizing"
)

// What a user sends and receives, for the cost only; nothing is sized by it.
const (
	// startBytes is a TLS handshake with a chain of two certificates and the upgrade or the
	// first request. Assumed, rounded up.
	startBytes = 8 << 10
	// pingBytes is a ping and its pong: frames of 6 and 2 bytes (RFC 6455, section 5.2), each
	// in a TLS record of 22 (RFC 8446, section 5.2) and a TCP segment of 40, and two
	// acknowledgements of 40.
	pingBytes = 6 + 2 + 2*22 + 4*40
	// requestBytes is a request with a token and its answer. Assumed, rounded up.
	requestBytes = 6 << 10
)

// BytesPerSecond is what one user causes after its start, in both directions.
func (s Spec) BytesPerSecond() float64 {
	switch s.Test {
	case API:
		return requestBytes * requestsPerUser
	case Signalling:
		return pingBytes / float64(signallingPingSeconds)
	default:
		return pingBytes / float64(webSocketPingSeconds)
	}
}

// ForPlan is the design's test, but no larger than what the plan is for.
func ForPlan(test Test, plan *sizing.Plan) Spec {
	s := Default(test)
	s.Users = min(s.Users, plan.Demand.Participants)
	s.PerRoom = min(s.PerRoom, plan.Target.ParticipantsPerMeeting)
	return s
}

// edgeOf is the load balancer that carries a test.
func (t Test) edgeOf() sizing.Edge {
	if t == API {
		return sizing.EdgeWeb
	}
	return sizing.EdgeWebSocket
}

// Limits are what the edge of the plan's first site takes.
func Limits(test Test, plan *sizing.Plan) sizing.LoadLimits {
	l := sizing.LoadLimits{RequestsPerAddress: manifests.NewTraefik(nil, plan.Target.ParticipantsPerMeeting, nil).RateLimit.Average}
	for _, balancer := range plan.Daemons.LoadBalancers {
		if balancer.Site == plan.Sites[0].Name && (balancer.Edge == test.edgeOf() || balancer.Edge == sizing.EdgeAll) {
			l.HandshakesPerSecond = balancer.SizeUnit * sizing.LoadBalancerNodeTLSPerSecond
		}
	}
	return l
}

// Plan works out the workers and what the test costs, and sets workers and ramp, unless the
// caller has set the ramp.
func (s *Spec) Plan(plan *sizing.Plan) (sizing.LoadPlan, error) {
	p, err := plan.CatalogueUsed().Load(sizing.LoadTest{
		Users: s.Users, RequestsPerSecond: s.RequestsPerSecond(), Duration: s.Hold,
		BytesToStart: startBytes, BytesPerSecond: s.BytesPerSecond(),
	}, Limits(s.Test, plan), plan.Sites[0].Region)
	if err != nil {
		return p, err
	}
	s.Workers = p.Workers
	if s.Ramp == 0 {
		s.Ramp = p.Ramp
	}
	return p, nil
}

// Own reports whether a target is a host of a stack's domain.
func Own(target, domain string) bool {
	u, err := url.Parse(target)
	return err == nil && domain != "" && strings.HasSuffix(u.Hostname(), "."+domain)
}

// Targets are the thresholds of a test in words.
func (t Test) Targets() string {
	if t == API {
		o := sizing.APIObjective
		return fmt.Sprintf("%g %% of requests answered in less than %s", o.Percent, o.Limit.Round(time.Millisecond))
	}
	return fmt.Sprintf("more than %g %% of connections succeed", sizing.ConnectionsObjective.Percent)
}
