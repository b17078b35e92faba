package standin

import (
	"context"
	"errors"
	"fmt"
	"net"
	"sync/atomic"
	"time"

	p "github.com/pulumi/pulumi-go-provider"
	"github.com/pulumi/pulumi/sdk/v3/go/property"
	rpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc"
)

// version is the version of the official provider that this one stands in for.
const version = "4.62.0"

// Config is how the stand-in reaches the sandbox when the stack does not say.
type Config struct {
	// Endpoint is the API's URL; it must be loopback.
	Endpoint string
	// Token is the API token.
	Token string
	// SpacesEndpoint is the URL of the buckets; it must be loopback.
	SpacesEndpoint string
	// SpacesKey and SpacesSecret are the access key of the buckets.
	SpacesKey, SpacesSecret string
}

// table lists the resources by token.
var table = map[string]resource{
	"digitalocean:index/vpc:Vpc":                               vpc,
	"digitalocean:index/kubernetesCluster:KubernetesCluster":   cluster,
	"digitalocean:index/kubernetesNodePool:KubernetesNodePool": nodePool,
	"digitalocean:index/tag:Tag":                               tag,
	"digitalocean:index/vpcPeering:VpcPeering":                 peering,
	"digitalocean:index/loadBalancer:LoadBalancer":             loadBalancer,
	"digitalocean:index/firewall:Firewall":                     firewall,
	"digitalocean:index/domain:Domain":                         domain,
	"digitalocean:index/dnsRecord:DnsRecord":                   dnsRecord,
	"digitalocean:index/certificate:Certificate":               certificate,
	"digitalocean:index/project:Project":                       project,
	"digitalocean:index/projectResources:ProjectResources":     projectResources,
	"digitalocean:index/spacesBucket:SpacesBucket":             bucket,
	"digitalocean:index/spacesKey:SpacesKey":                   spacesKey,
	"digitalocean:index/cdn:Cdn":                               cdn,
	"digitalocean:index/monitorAlert:MonitorAlert":             monitorAlert,
	"digitalocean:index/uptimeCheck:UptimeCheck":               uptimeCheck,
	"digitalocean:index/uptimeAlert:UptimeAlert":               uptimeAlert,
}

// Serve answers engines on a listener until ctx ends.
func Serve(ctx context.Context, listener net.Listener, cfg Config) error {
	client, err := newClients(cfg)
	if err != nil {
		return err
	}
	s := &server{cfg: cfg}
	s.client.Store(client)
	service, err := p.RawServer("digitalocean", version, s.provider())(nil)
	if err != nil {
		return fmt.Errorf("making the stand-in provider: %w", err)
	}
	g := grpc.NewServer()
	rpc.RegisterResourceProviderServer(g, service)
	stop := context.AfterFunc(ctx, g.Stop)
	defer stop()
	if err := g.Serve(listener); err != nil && ctx.Err() == nil {
		return fmt.Errorf("serving the stand-in provider: %w", err)
	}
	return nil
}

// server is the provider. Engines that attach at the same time share it; they
// configure the same sandbox.
type server struct {
	cfg    Config
	client atomic.Pointer[clients]
}

func (s *server) provider() p.Provider {
	return p.Provider{
		CheckConfig: func(_ context.Context, r p.CheckRequest) (p.CheckResponse, error) {
			return p.CheckResponse{Inputs: r.Inputs}, nil
		},
		DiffConfig: func(context.Context, p.DiffRequest) (p.DiffResponse, error) { return p.DiffResponse{}, nil },
		Configure:  s.configure,
		Cancel:     func(context.Context) error { return nil },
		Check:      s.check, Diff: s.diff, Create: s.create, Read: s.read, Update: s.update, Delete: s.delete,
	}
}

func (s *server) configure(_ context.Context, r p.ConfigureRequest) error {
	text := func(key, fallback string) string {
		if v, ok := r.Args.GetOk(key); ok && v.IsString() && v.AsString() != "" {
			return v.AsString()
		}
		return fallback
	}
	client, err := newClients(Config{
		Endpoint: text("apiEndpoint", s.cfg.Endpoint), Token: text("token", s.cfg.Token),
		SpacesEndpoint: text("spacesEndpoint", s.cfg.SpacesEndpoint),
		SpacesKey:      text("spacesAccessId", s.cfg.SpacesKey), SpacesSecret: text("spacesSecretKey", s.cfg.SpacesSecret),
	})
	if err != nil {
		return err
	}
	s.client.Store(client)
	return nil
}

func find(token string) (resource, error) {
	r, ok := table[token]
	if !ok {
		return nil, fmt.Errorf("the sandbox's stand-in provider has no resource %q", token)
	}
	return r, nil
}

func (s *server) check(_ context.Context, r p.CheckRequest) (p.CheckResponse, error) {
	res, err := find(string(r.Urn.Type()))
	if err != nil {
		return p.CheckResponse{}, err
	}
	return p.CheckResponse{Inputs: r.Inputs, Failures: check(res.spec(), r.Inputs, "")}, nil
}

func (s *server) diff(_ context.Context, r p.DiffRequest) (p.DiffResponse, error) {
	res, err := find(string(r.Urn.Type()))
	if err != nil {
		return p.DiffResponse{}, err
	}
	inputs, err := res.complete(r.Inputs)
	if err != nil {
		return p.DiffResponse{}, err
	}
	changes := diff(res.spec(), r.State, inputs, "")
	for _, name := range r.IgnoreChanges {
		delete(changes, name)
	}
	return p.DiffResponse{HasChanges: len(changes) > 0, DetailedDiff: changes}, nil
}

func (s *server) create(ctx context.Context, r p.CreateRequest) (p.CreateResponse, error) {
	res, err := find(string(r.Urn.Type()))
	if err != nil {
		return p.CreateResponse{}, err
	}
	if r.DryRun {
		return p.CreateResponse{Properties: preview(res.spec(), r.Properties, property.Map{})}, nil
	}
	ctx, cancel := within(ctx, r.Timeout)
	defer cancel()
	id, state, err := res.create(ctx, s.client.Load(), r.Properties)
	if err != nil && id != "" {
		// It exists: the engine must remember it, or it is orphaned.
		return p.CreateResponse{ID: id, Properties: state, PartialState: partial(err)}, err
	}
	return p.CreateResponse{ID: id, Properties: state}, err
}

func (s *server) read(ctx context.Context, r p.ReadRequest) (p.ReadResponse, error) {
	res, err := find(string(r.Urn.Type()))
	if err != nil {
		return p.ReadResponse{}, err
	}
	state := r.Properties
	if r.Properties.Len() == 0 {
		r.ID, state, err = res.imported(ctx, s.client.Load(), r.ID)
	}
	if err == nil {
		state, err = res.read(ctx, s.client.Load(), r.ID, state)
	}
	if errors.Is(err, errGone) {
		return p.ReadResponse{}, nil
	}
	if err != nil {
		return p.ReadResponse{}, err
	}
	inputs := property.Map{}
	for _, f := range res.spec() {
		now, has := state.GetOk(f.name)
		old, had := r.Inputs.GetOk(f.name)
		switch {
		case f.output:
		case !has:
			if had && empty(old) { // given as nothing, and the cloud has nothing
				inputs = inputs.Set(f.name, old)
			}
		case had && same(f, now, old):
			inputs = inputs.Set(f.name, old)
		case had && f.object && now.IsMap() && old.IsMap():
			inputs = inputs.Set(f.name, property.New(overlay(f, old.AsMap(), now.AsMap())))
		case had, r.Inputs.Len() == 0 && !empty(now): // changed behind our back, or imported
			inputs = inputs.Set(f.name, now)
		}
	}
	return p.ReadResponse{ID: r.ID, Properties: state, Inputs: inputs}, nil
}

// overlay gives the properties of old their values of now.
func overlay(f field, old, now property.Map) property.Map {
	out := property.Map{}
	for _, part := range fields(structOf(f.kind)) {
		was, had := old.GetOk(part.name)
		is, has := now.GetOk(part.name)
		switch {
		case !had:
		case has && !same(part, is, was):
			out = out.Set(part.name, is)
		default:
			out = out.Set(part.name, was)
		}
	}
	return out
}

func (s *server) update(ctx context.Context, r p.UpdateRequest) (p.UpdateResponse, error) {
	res, err := find(string(r.Urn.Type()))
	if err != nil {
		return p.UpdateResponse{}, err
	}
	if r.DryRun {
		return p.UpdateResponse{Properties: preview(res.spec(), r.Inputs, r.State)}, nil
	}
	ctx, cancel := within(ctx, r.Timeout)
	defer cancel()
	state, err := res.update(ctx, s.client.Load(), r.ID, r.Inputs, r.State)
	return p.UpdateResponse{Properties: state}, err
}

func (s *server) delete(ctx context.Context, r p.DeleteRequest) error {
	res, err := find(string(r.Urn.Type()))
	if err != nil {
		return err
	}
	ctx, cancel := within(ctx, r.Timeout)
	defer cancel()
	return res.delete(ctx, s.client.Load(), r.ID, r.Properties)
}

// within bounds an operation by the engine's custom timeout, if there is one.
func within(ctx context.Context, seconds float64) (context.Context, context.CancelFunc) {
	if seconds <= 0 {
		return context.WithCancel(ctx)
	}
	return context.WithTimeout(ctx, time.Duration(seconds*float64(time.Second)))
}
