package components

import (
	"fmt"

	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/gomeet/infra/manifests"
	"github.com/gomeet/infra/sizing"
)

// MinIO is the self-hosted object store at the primary site: one server per node of the
// pool, each with its volume; a job that makes the bucket and its user; and a daily copy
// of the recordings to Spaces. Only a stack with objectStore "minio" has it (docs/decisions/0007).
// It costs its volumes; the nodes are the plan's anyway. Four servers are one erasure set,
// so another number of them needs a new store (docs/data.md).
type MinIO struct {
	pulumi.ResourceState

	data *Data
	// secret holds the passwords.
	secret pulumi.StringInput
}

// MinIOArgs configures MinIO.
type MinIOArgs struct {
	// Data is the ground of the site's data tier.
	Data *Data
	// Config is every server's.
	Config manifests.MinIO
	// Image has MinIO and its client.
	Image string
	// VolumeGiB is the size of each server's volume, Request what its pod asks for.
	VolumeGiB int
	Request   sizing.PodRequest
	// RootPassword and Password are those of manifests.MinIORootUser and MinIOUser, both
	// secret.
	RootPassword, Password pulumi.StringInput
	// PasswordsDigest changes with them: then the user's is set anew.
	PasswordsDigest string
	// RetentionDays is when recordings are deleted here; the copy has its own retention.
	RetentionDays int
	// Copy is the bucket that the recordings are copied to; its recipient is not used.
	Copy BackupBucket
	// Reached says that other sites reach it, by a NodePort, from NodeRanges in CIDR
	// notation.
	Reached    bool
	NodeRanges []string
}

const (
	minioApp = manifests.MinIOService
	// minioJobs is the app of the jobs beside the servers.
	minioJobs = "minio-jobs"
)

// NewMinIO deploys the store. The options must carry the cluster's provider.
func NewMinIO(ctx *pulumi.Context, name string, args *MinIOArgs, opts ...pulumi.ResourceOption) (*MinIO, error) {
	store := &MinIO{data: args.Data}
	if err := ctx.RegisterComponentResource("gomeet:data:MinIO", name, store, opts...); err != nil {
		return nil, err
	}
	child, data, logical := pulumi.Parent(store), args.Data, name+"-minio"
	command, err := args.Config.Args()
	if err != nil {
		return nil, err
	}
	if store.secret, err = keepSecret(ctx, logical, manifests.DataNamespace, minioApp, data.env, "", pulumi.StringMap{
		"root-password": args.RootPassword, "password": args.Password,
	}, child, pulumi.DependsOn([]pulumi.Resource{data})); err != nil {
		return nil, err
	}
	if err := store.services(ctx, logical, args); err != nil {
		return nil, err
	}
	if err := allowEdges(ctx, logical, manifests.DataNamespace, minioApp, data.env, minioEdges(args), child); err != nil {
		return nil, err
	}
	set, err := newMembers(ctx, logical, data.env, members{
		namespace: data.in, app: minioApp, service: manifests.MinIOMembers, count: args.Config.Nodes,
		volume: "data", gib: args.VolumeGiB,
		changes: rolls(fmt.Sprint(command, args.Config.Env())), spec: store.pod(args, command),
	}, child)
	if err != nil {
		return nil, err
	}
	if err := store.jobs(ctx, logical, args, child, pulumi.DependsOn([]pulumi.Resource{set})); err != nil {
		return nil, err
	}
	return store, ctx.RegisterResourceOutputs(store, pulumi.Map{})
}

// services makes the clients' one, the headless one, and a headless one per pod: the
// certificate of the data tier names Services, and a server must find its own address
// behind its name.
func (m *MinIO) services(ctx *pulumi.Context, logical string, args *MinIOArgs) error {
	child, data := pulumi.Parent(m), m.data
	ports := corev1.ServicePortArray{servicePort("minio", manifests.MinIOPort)}
	if err := headless(ctx, logical, data.env, data.in, manifests.MinIOMembers, minioApp, ports, child); err != nil {
		return err
	}
	metadata, own := unawaited(object(data.in, minioApp, data.env)), servicePort("minio", manifests.MinIOPort)
	spec := &corev1.ServiceSpecArgs{Selector: selector(minioApp), Ports: corev1.ServicePortArray{own}}
	if args.Reached {
		own.NodePort = pulumi.Int(manifests.MinIONodePort)
		reached(metadata, spec)
	}
	if _, err := corev1.NewService(ctx, logical, &corev1.ServiceArgs{Metadata: metadata, Spec: spec}, child); err != nil {
		return err
	}
	for i := range args.Config.Nodes {
		pod := fmt.Sprintf("%s-%d", minioApp, i)
		metadata := unawaited(object(data.in, minioApp, data.env))
		metadata.Name = pulumi.String(pod)
		if _, err := corev1.NewService(ctx, fmt.Sprintf("%s-%d", logical, i), &corev1.ServiceArgs{
			Metadata: metadata,
			Spec: &corev1.ServiceSpecArgs{
				ClusterIP: pulumi.String("None"), PublishNotReadyAddresses: pulumi.Bool(true), Ports: ports,
				Selector: merge(selector(minioApp), pulumi.StringMap{"statefulset.kubernetes.io/pod-name": pulumi.String(pod)}),
			},
		}, child); err != nil {
			return err
		}
	}
	return nil
}

// minioEdges is what a server may receive and send: clients, the jobs, scrapes, other
// sites, and the other servers.
func minioEdges(args *MinIOArgs) edges {
	own := peer{app: minioApp, namespace: manifests.DataNamespace}
	e := edges{
		in: []allowed{
			tcp(own, manifests.MinIOPort),
			tcp(peer{app: minioJobs, namespace: manifests.DataNamespace}, manifests.MinIOPort),
			tcp(peer{namespace: manifests.APINamespace}, manifests.MinIOPort),
			tcp(peer{app: recorderApp, namespace: manifests.RecordingNamespace}, manifests.MinIOPort),
			tcp(peer{namespace: manifests.MonitoringNamespace}, manifests.MinIOPort),
		},
		out: []allowed{tcp(own, manifests.MinIOPort)},
	}
	if args.Reached {
		e.in = append(e.in, withNodes(args.NodeRanges, manifests.MinIOPort)...)
	}
	return e
}
