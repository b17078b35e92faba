package components

import (
	"fmt"
	"strings"

	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/gomeet/infra/manifests"
	"github.com/gomeet/infra/sizing"
)

// Redis is the Redis Cluster of the platform, at the primary site: one node per node of
// the pool, each with its volume; a job that creates the cluster and then repairs it
// every few minutes; hourly and daily backups. It costs its nodes and volumes. A changed
// configuration rolls the pods, one at a time, each after the one before is in sync; a
// changed volume size holds for new members only: volumes that exist grow by
// hand (docs/data.md).
//
// Clients are sent to redis-<n>.data.svc.cluster.local, a Service per pod, so that the
// same name can lead there from another site.
type Redis struct {
	pulumi.ResourceState
}

// RedisArgs configures a Redis.
type RedisArgs struct {
	// Data is the ground of the site's data tier.
	Data *Data
	// Layout is how the cluster lies on its nodes.
	Layout sizing.RedisLayout
	// Users is users.acl and Auth auth.conf; ExporterPassword and OperatorPassword are
	// those of two of the users. All are secrets.
	Users, Auth, ExporterPassword, OperatorPassword pulumi.StringInput
	// NodeRanges are where LiveKit's nodes are, in CIDR notation.
	NodeRanges []string
	// Reached says that other sites reach it, by a NodePort for each server.
	Reached bool
}

const (
	redisApp = manifests.RedisService
	// redisJobs is the app of the jobs that look after the cluster, operatorApp the Secret
	// they alone mount.
	redisJobs, operatorApp = "redis-jobs", "redis-operator"
	redisConfigDir         = "/etc/redis"
	redisSecretDir         = "/run/secrets/redis"
	// redisBus is how far the port of the cluster's bus is above that of the clients.
	redisBus = 10_000
)

// NewRedis deploys the cluster. The options must carry the cluster's provider.
func NewRedis(ctx *pulumi.Context, name string, args *RedisArgs, opts ...pulumi.ResourceOption) (*Redis, error) {
	redis := &Redis{}
	if err := ctx.RegisterComponentResource("gomeet:data:Redis", name, redis, opts...); err != nil {
		return nil, err
	}
	child, data, logical := pulumi.Parent(redis), args.Data, name+"-redis"
	config := manifests.DefaultRedis()
	config.MaxMemoryMiB, config.TLS = args.Layout.MaxMemoryMiB, manifests.DataTLS()
	rendered, err := config.Render()
	if err != nil {
		return nil, err
	}
	files, err := corev1.NewConfigMap(ctx, logical, &corev1.ConfigMapArgs{
		Metadata: object(data.in, redisApp, data.env),
		Data:     pulumi.StringMap{manifests.RedisFile: pulumi.String(rendered)},
	}, child)
	if err != nil {
		return nil, err
	}
	users, err := keepSecret(ctx, logical, manifests.DataNamespace, redisApp, data.env, "", pulumi.StringMap{
		"users.acl": args.Users, "auth.conf": args.Auth, "exporter-password": args.ExporterPassword,
	}, child, pulumi.DependsOn([]pulumi.Resource{data}))
	if err != nil {
		return nil, err
	}
	if err := redis.services(ctx, logical, args); err != nil {
		return nil, err
	}
	if err := allowEdges(ctx, logical, manifests.DataNamespace, redisApp, data.env, redisEdges(args.NodeRanges), child); err != nil {
		return nil, err
	}
	set, err := newMembers(ctx, logical, data.env, members{
		namespace: data.in, app: redisApp, service: manifests.RedisNodes, count: args.Layout.Pods,
		volume: "data", gib: args.Layout.VolumeGiB,
		changes: rolls(rendered, data.digest), spec: redisPod(args, files, users),
	}, child)
	if err != nil {
		return nil, err
	}
	if err := redis.jobs(ctx, logical, args, child, pulumi.DependsOn([]pulumi.Resource{set})); err != nil {
		return nil, err
	}
	return redis, ctx.RegisterResourceOutputs(redis, pulumi.Map{})
}

// services makes the one that clients begin at, the headless one, and one per pod.
func (r *Redis) services(ctx *pulumi.Context, logical string, args *RedisArgs) error {
	data, child := args.Data, pulumi.Parent(r)
	ports := corev1.ServicePortArray{servicePort("redis", manifests.RedisPort)}
	if err := headless(ctx, logical, data.env, data.in, manifests.RedisNodes, redisApp, ports, child); err != nil {
		return err
	}
	if _, err := corev1.NewService(ctx, logical, &corev1.ServiceArgs{
		Metadata: unawaited(object(data.in, redisApp, data.env)),
		Spec:     &corev1.ServiceSpecArgs{Selector: selector(redisApp), Ports: ports},
	}, child); err != nil {
		return err
	}
	for i := range args.Layout.Pods {
		pod := fmt.Sprintf("%s-%d", redisApp, i)
		metadata := unawaited(object(data.in, redisApp, data.env))
		metadata.Name = pulumi.String(pod)
		own := servicePort("redis", manifests.RedisPort)
		spec := &corev1.ServiceSpecArgs{Ports: corev1.ServicePortArray{own}}
		if args.Reached {
			own.NodePort = pulumi.Int(manifests.RedisNodePort + i)
			reached(metadata, spec)
		}
		// Clients may be sent to a replica that is about to become a master.
		spec.PublishNotReadyAddresses = pulumi.Bool(true)
		spec.Selector = merge(selector(redisApp), pulumi.StringMap{"statefulset.kubernetes.io/pod-name": pulumi.String(pod)})
		if _, err := corev1.NewService(ctx, fmt.Sprintf("%s-%d", logical, i), &corev1.ServiceArgs{
			Metadata: metadata, Spec: spec,
		}, child); err != nil {
			return err
		}
	}
	return nil
}

// redisEdges is what a node may receive and send: clients, the exporter, the jobs, and
// the other nodes with their bus. LiveKit comes from its nodes' addresses.
func redisEdges(nodes []string) edges {
	own := peer{app: redisApp, namespace: manifests.DataNamespace}
	e := edges{
		in: []allowed{
			tcp(own, manifests.RedisPort, manifests.RedisPort+redisBus),
			tcp(peer{app: redisJobs, namespace: manifests.DataNamespace}, manifests.RedisPort),
			tcp(peer{namespace: manifests.APINamespace}, manifests.RedisPort),
			tcp(peer{app: recorderApp, namespace: manifests.RecordingNamespace}, manifests.RedisPort),
			tcp(peer{namespace: manifests.MonitoringNamespace}, manifests.RedisPort),
		},
		out: []allowed{tcp(own, manifests.RedisPort, manifests.RedisPort+redisBus)},
	}
	e.in = append(e.in, withNodes(nodes, manifests.RedisPort)...)
	return e
}

// redisNodes is every node as the scripts want it.
func redisNodes(pods int) string {
	var nodes []string
	for i := range pods {
		nodes = append(nodes, fmt.Sprintf("%s-%d.%s:%d", redisApp, i,
			manifests.ServiceHost(manifests.RedisNodes, manifests.DataNamespace), manifests.RedisPort))
	}
	return strings.Join(nodes, " ")
}
