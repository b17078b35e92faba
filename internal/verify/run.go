package verify

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/gomeet/infra/internal/media"
	"github.com/gomeet/infra/manifests"
)

// probe is what a check of one site has.
type probe struct {
	Deployment
	Options
	site Site
	pace *pacer
	// tunnels are opened once per site and port.
	tunnels *tunnels
}

type tunnels struct {
	mutex sync.Mutex
	open  map[string]string
}

// Run runs the checks one after the other, so that none disturbs the measurement of
// another. The error is about the request; what went wrong while it ran is in the report.
// When ctx ends, what is left is Unknown.
func Run(ctx context.Context, d Deployment, o Options) (*Report, error) {
	if err := d.validate(o); err != nil {
		return nil, err
	}
	r := &Report{Stack: d.Stack, Began: o.Now().UTC()}
	limit := manifests.NewTraefik(nil, d.MeetingSize, nil).RateLimit
	shared := probe{Deployment: d, Options: o, pace: newPacer(limit.Average, limit.Burst), tunnels: &tunnels{open: map[string]string{}}}
	for _, check := range Checks() {
		for _, site := range d.Sites {
			p := shared
			p.site = site
			fmt.Fprintf(o.Log, "%s at %s\n", check.ID, site.Name)
			result := p.result(ctx, check)
			result.Check, result.Target = check.ID, site.Name
			if result.Limit == "" {
				result.Limit = check.Limit
			}
			if check.Objective != nil {
				result.Objective = check.Objective.Name
			}
			r.Results = append(r.Results, result)
		}
	}
	r.Seconds = o.Now().Sub(r.Began).Seconds()
	return r, nil
}

// result runs one check, unless something speaks against it.
func (p *probe) result(ctx context.Context, check Check) Result {
	switch {
	case slices.Contains(p.Skip, check.ID):
		return skipped("named by --skip")
	case len(p.Only) > 0 && !slices.Contains(p.Only, check.ID):
		return skipped("not named by --only")
	case check.media && !p.site.SFU:
		return skipped("the site has no SFU nodes")
	case ctx.Err() != nil:
		return interrupted(ctx)
	}
	result := check.run(ctx, p)
	// What the end of ctx broke says nothing about the deployment.
	if ctx.Err() != nil && result.State != Pass {
		return interrupted(ctx)
	}
	return result
}

func interrupted(ctx context.Context) Result {
	return unknown(fmt.Sprintf("interrupted: %v", context.Cause(ctx)), "run it again")
}

func skipped(reason string) Result { return Result{State: Skipped, Reason: reason} }

func unknown(reason, fix string) Result { return Result{State: Unknown, Reason: reason, Fix: fix} }

func failed(measured, reason, fix string) Result {
	return Result{State: Fail, Measured: measured, Reason: reason, Fix: fix}
}

// reachable returns a result if nothing answers to the names: they lead nowhere where the
// deployment is simulated, unless addresses were given for them.
func (p *probe) reachable(hosts ...string) (Result, bool) {
	if p.Simulated == "" {
		return Result{}, true
	}
	for _, host := range hosts {
		if !p.Overridden(host) {
			return unknown(p.Simulated, realStack), false
		}
	}
	return Result{}, true
}

const realStack = "verify a stack that is deployed to a real account, or say with --resolve, --prometheus and --livekit-api where something does answer"

// errInside says that there is no way into the cluster.
var errInside = errors.New("no way into the cluster")

// tunnel returns a local address that leads to a port of an app in the site's cluster.
func (p *probe) tunnel(ctx context.Context, namespace, app string, port int) (string, error) {
	if p.Simulated != "" {
		return "", fmt.Errorf("%w: %s", errInside, p.Simulated)
	}
	if p.site.Inside == nil {
		return "", fmt.Errorf("%w: the stack's outputs have no kubeconfig of site %s", errInside, p.site.Name)
	}
	p.tunnels.mutex.Lock()
	defer p.tunnels.mutex.Unlock()
	key := fmt.Sprintf("%s %s/%s:%d", p.site.Name, namespace, app, port)
	if address, ok := p.tunnels.open[key]; ok {
		return address, nil
	}
	address, err := p.site.Inside.Forward(ctx, namespace, app, port)
	if err != nil {
		return "", fmt.Errorf("%w: %w", errInside, err)
	}
	p.tunnels.open[key] = address
	return address, nil
}

// liveKit is the site's LiveKit with its API key.
func (p *probe) liveKit(ctx context.Context) (media.Server, error) {
	s := media.Server{URL: "wss://" + p.site.LiveKit[0], Key: p.LiveKitKey, Secret: p.LiveKitSecret, Via: p.pace.via(p.Via)}
	if s.API = p.RoomAPI[p.site.Name]; s.API == "" {
		address, err := p.tunnel(ctx, manifests.MediaNamespace, manifests.LiveKitService, manifests.LiveKitPort)
		if err != nil {
			return s, err
		}
		s.API = "http://" + address
	}
	if s.Secret == "" {
		return p.secretOf(ctx, s)
	}
	return s, nil
}

// blind is the result of a check that has no way to what it needs. Pods that are not ready
// are no matter of the way.
func (p *probe) blind(err error) Result {
	var pods interface{ NotReady() bool }
	switch {
	case errors.As(err, &pods) && pods.NotReady():
		return failed("", err.Error(), "kubectl get pods -A, and kubectl describe those that are not ready")
	case p.Simulated != "":
		return unknown(p.Simulated, realStack)
	}
	return unknown(err.Error(), "is this network one of gomeet:controlPlaneAllowedAddresses? Else forward a port yourself, and name it with --prometheus or --livekit-api")
}
