package stacks

import (
	"net"
	"strconv"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/gomeet/infra/components"
	"github.com/gomeet/infra/manifests"
	"github.com/gomeet/infra/sizing"
)

// workloads is what runs on the cluster of a site.
type workloads struct {
	cfg    *Config
	plan   *sizing.Plan
	shared *shared
	site   Site
	env    components.Environment
	pools  []sizing.Pool
	hosts  []components.Host
}

// deploy declares everything that runs at the site. The options carry the provider.
func (w *workloads) deploy(ctx *pulumi.Context, opts ...pulumi.ResourceOption) (*components.API, error) {
	priorities, err := components.NewPriorities(ctx, w.site.Name, w.env, opts...)
	if err != nil {
		return nil, err
	}
	opts = append(opts, pulumi.DependsOn([]pulumi.Resource{priorities}), pulumi.DependsOn(w.shared.data))
	data, err := w.dataTier(ctx, opts...)
	if err != nil {
		return nil, err
	}
	opts = append(opts, pulumi.DependsOn(data))
	if w.shared.data == nil {
		w.shared.data = data
	}
	if w.cfg.Autoscale {
		if err := w.metricsAPIs(ctx, opts...); err != nil {
			return nil, err
		}
	}
	if err := w.media(ctx, opts...); err != nil {
		return nil, err
	}
	api, err := components.NewAPI(ctx, w.site.Name, &components.APIArgs{
		Environment: w.env,
		Image:       w.cfg.APIImage,
		Services:    w.services(),
		Autoscaled:  w.cfg.Autoscale,
		Config:      w.apiConfig(),
		Secrets:     w.apiSecrets(),
		SecretsDigest: w.secretsDigest(map[string]string{
			"apiSigningKey": w.cfg.Secrets.APISigningKey, "livekitSecret": w.cfg.Secrets.LiveKit,
		}),
		BucketKey:   w.recordings().accessKey,
		Request:     w.plan.APIRequest(w.site.Name),
		NodeRanges:  w.cfg.nodeRanges(),
		RemoteRedis: w.remoteRedis(),
		Store:       w.ownStore(),
	}, opts...)
	if err != nil {
		return nil, err
	}
	if err := w.monitoring(ctx, opts...); err != nil {
		return nil, err
	}
	_, err = components.NewEdge(ctx, w.site.Name, &components.EdgeArgs{
		Environment: w.env,
		Config: manifests.NewTraefik([]string{w.site.VPCRange.String()}, w.cfg.Target.ParticipantsPerMeeting,
			manifests.ClusterRoutes(w.edgeHosts(), manifests.APINamespace, manifests.MediaNamespace)),
		Certificate:        pulumi.String(w.cfg.Secrets.EdgeCertificate),
		Key:                secret(w.cfg.Secrets.EdgeKey),
		SecretsDigest:      w.secretsDigest(map[string]string{"edgeTLS": w.cfg.Secrets.EdgeCertificate + w.cfg.Secrets.EdgeKey}),
		Request:            w.plan.EdgeRequest(),
		LoadBalancerRanges: []string{w.site.VPCRange.String()},
	}, opts...)
	return api, err
}

// metricsAPIs declares what the autoscalers ask.
func (w *workloads) metricsAPIs(ctx *pulumi.Context, opts ...pulumi.ResourceOption) error {
	s := w.cfg.Secrets
	_, err := components.NewMetricsAPIs(ctx, w.site.Name, &components.MetricsAPIsArgs{
		Environment: w.env, Config: manifests.NewAdapter(),
		Certificate: pulumi.String(s.MetricsCertificate), Key: secret(s.MetricsKey), Authority: pulumi.String(s.MetricsAuthority),
		NodeRanges: []string{w.site.VPCRange.String()},
	}, opts...)
	return err
}

// secretsDigest tells pods that secrets of theirs changed. It is in an annotation, where
// more people may look than into Secrets: each value must be too long to guess, as the
// loader requires of all that it is given here. Where they are in a store, the program does
// not learn of a change.
func (w *workloads) secretsDigest(values map[string]string) string {
	if w.cfg.SecretStore != nil {
		return ""
	}
	return fingerprint(values)
}

func (w *workloads) livekitDigest() string {
	return w.secretsDigest(map[string]string{"livekitSecret": w.cfg.Secrets.LiveKit})
}

// secret marks a value of the configuration, so that the engine keeps it encrypted.
func secret(text string) pulumi.StringInput {
	return pulumi.ToSecret(pulumi.String(text)).(pulumi.StringOutput)
}

// media declares the SFU, where the site has its nodes, and the recorders.
func (w *workloads) media(ctx *pulumi.Context, opts ...pulumi.ResourceOption) error {
	if pool := poolOf(w.pools, sizing.RoleSFU); pool.Count > 0 {
		limits := w.plan.Daemons.LiveKit
		if _, err := components.NewLiveKit(ctx, w.site.Name, &components.LiveKitArgs{
			Environment: w.env,
			Config: manifests.NewLiveKit(manifests.LiveKitPlan{
				Region: w.site.Region, MaxParticipants: w.cfg.Target.ParticipantsPerMeeting, Redis: w.redis(),
				CPULoadLimit: limits.CPULoadPercent / 100,
				Limit: manifests.LiveKitLimit{
					NumTracks: limits.NumTracks, BytesPerSec: limits.BytesPerSecond,
					SubscriptionLimitVideo: limits.SubscriptionLimitVideo, SubscriptionLimitAudio: limits.SubscriptionLimitAudio,
				},
			}),
			Key: secret(w.cfg.Secrets.LiveKit), KeyDigest: w.livekitDigest(), RedisPassword: w.redisPassword(), RedisAuthority: w.redisAuthority(),
			Scaling: w.sfuScaling(), Nodes: pool.Count, Request: w.plan.MediaRequest(),
		}, opts...); err != nil {
			return err
		}
	}
	pool := poolOf(w.pools, sizing.RoleRecorder)
	if pool.Count == 0 {
		return nil
	}
	recordings := w.recordings()
	_, err := components.NewRecorders(ctx, w.site.Name, &components.RecordersArgs{
		Environment: w.env,
		Config:      manifests.NewEgress(w.redis(), "ws://"+w.livekitAddress(), recordings.egress()),
		Store:       w.ownStore(),
		LiveKitKey:  secret(w.cfg.Secrets.LiveKit), KeyDigest: w.livekitDigest(),
		RedisPassword: w.redisPassword(), RedisAuthority: w.redisAuthority(),
		AccessKey: recordings.accessKey, SecretKey: recordings.secretKey,
		Nodes: pool.Count, Request: w.plan.RecorderRequest(), NodeRanges: []string{w.site.VPCRange.String()},
	}, opts...)
	return err
}

func (w *workloads) sfuScaling() sizing.Scaling {
	for _, s := range w.plan.Daemons.SFUScaling {
		if s.Site == w.site.Name {
			return s
		}
	}
	return sizing.Scaling{}
}

func (w *workloads) services() []sizing.ServicePods {
	var here []sizing.ServicePods
	for _, s := range w.plan.Daemons.Services {
		if s.Site == w.site.Name {
			here = append(here, s)
		}
	}
	return here
}

// edgeHosts are the site's names by what they are for.
func (w *workloads) edgeHosts() manifests.EdgeHosts {
	var hosts manifests.EdgeHosts
	for _, h := range w.hosts {
		into := map[components.Purpose]*[]string{
			components.PurposeAPI: &hosts.API, components.PurposeWebSocket: &hosts.WebSocket, components.PurposeLiveKit: &hosts.LiveKit,
		}[h.Purpose]
		*into = append(*into, h.FQDN(w.cfg.Domain))
	}
	return hosts
}

func address(service, namespace string, port int) string {
	return net.JoinHostPort(manifests.ServiceHost(service, namespace), strconv.Itoa(port))
}

func (w *workloads) livekitAddress() string {
	return address(manifests.LiveKitService, manifests.MediaNamespace, manifests.LiveKitPort)
}

// redis is the Redis cluster, as LiveKit and its recorders see it.
func (w *workloads) redis() manifests.LiveKitRedis {
	return manifests.LiveKitRedis{
		ClusterAddresses: []string{address(manifests.RedisService, manifests.DataNamespace, manifests.RedisPort)},
		Username:         manifests.RedisUserLiveKit,
		TLS:              &manifests.LiveKitRedisTLS{Enabled: true, CACertFile: manifests.RedisAuthorityFile},
	}
}

// redisPassword is that of a user of Redis, redisAuthority what its nodes are checked
// against.
func (w *workloads) redisPassword() pulumi.StringInput {
	return secret(w.cfg.Secrets.redisPasswords().LiveKit)
}

func (w *workloads) redisAuthority() pulumi.StringInput {
	return pulumi.String(w.cfg.Secrets.DataAuthority)
}

// spacesURL is the endpoint of a region's buckets
// (docs.digitalocean.com/products/spaces/reference/s3-compatibility).
func spacesURL(region string) string { return "https://" + spacesHost(region) }

func spacesHost(region string) string { return region + ".digitaloceanspaces.com" }

func (w *workloads) apiConfig() manifests.API {
	return manifests.API{
		Environment:    manifests.APIEnvironment{Stack: w.cfg.Stack, Site: w.site.Name, Region: w.site.Region},
		Listen:         ":" + strconv.Itoa(manifests.APIPort),
		Metrics:        ":" + strconv.Itoa(manifests.APIMetricsPort),
		DrainSeconds:   manifests.APIDrainSeconds,
		SigningKeyFile: manifests.APISigningKeyFile,
		Limits: manifests.APILimits{
			WebSockets: sizing.WebSocketsPerAPIInstance, ParticipantsPerMeeting: w.cfg.Target.ParticipantsPerMeeting,
		},
		Database: manifests.APIDatabase{
			Address: address(manifests.PgBouncerService, manifests.DataNamespace, manifests.PgBouncerPort),
			Name:    manifests.DatabaseName, User: manifests.DatabaseUser, PasswordFile: manifests.APIDatabasePasswordFile,
			CAFile: manifests.APIDataAuthorityFile,
		},
		Redis: manifests.APIRedis{
			Addresses: []string{address(manifests.RedisService, manifests.DataNamespace, manifests.RedisPort)},
			User:      manifests.RedisUserAPI, PasswordFile: manifests.APIRedisPasswordFile,
			CAFile: manifests.APIDataAuthorityFile,
		},
		LiveKit: manifests.APILiveKit{
			InternalURL: "http://" + w.livekitAddress(), PublicURL: "wss://" + w.edgeHosts().LiveKit[0],
			Key: manifests.LiveKitKeyName, SecretFile: manifests.APILiveKitSecretFile,
		},
		Recordings: w.recordings().api(),
	}
}

// apiSecrets maps the files of the API's secrets to their contents.
func (w *workloads) apiSecrets() pulumi.StringMap {
	files, recordings := pulumi.StringMap{}, w.recordings()
	for path, value := range map[string]pulumi.StringInput{
		manifests.APISigningKeyFile:       secret(w.cfg.Secrets.APISigningKey),
		manifests.APIDatabasePasswordFile: secret(w.cfg.Secrets.databasePassword(manifests.DatabaseUser)),
		manifests.APIRedisPasswordFile:    secret(w.cfg.Secrets.redisPasswords().API),
		manifests.APIDataAuthorityFile:    w.redisAuthority(),
		manifests.APILiveKitSecretFile:    secret(w.cfg.Secrets.LiveKit),
		manifests.APIBucketKeyFile:        recordings.accessKey,
		manifests.APIBucketSecretFile:     recordings.secretKey,
	} {
		files[path[len(manifests.APISecretDir)+1:]] = value
	}
	return files
}
