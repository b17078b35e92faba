package components

import (
	"fmt"

	appsv1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/apps/v1"
	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/gomeet/infra/manifests"
	"github.com/gomeet/infra/sizing"
)

// PgBouncer is the poolers of one site, beside PostgreSQL where it has it: clients there reach the
// primary, wherever it is, through one Service. They cost nothing besides their share of
// the nodes. A changed configuration rolls them, one at a time; each lets transactions
// end first.
type PgBouncer struct {
	pulumi.ResourceState
}

// PgBouncerArgs configures PgBouncer.
type PgBouncerArgs struct {
	// Data is the ground of the site's data tier.
	Data *Data
	// Config is every pooler's.
	Config manifests.PgBouncer
	// Image has PgBouncer.
	Image string
	// Users is userlist.txt, StatsPassword that of its user who may only look. Both are
	// secrets.
	Users, StatsPassword pulumi.StringInput
	// Pods is their number, Role that of their nodes, Request what each asks for.
	Pods    int
	Role    sizing.Role
	Request sizing.PodRequest
	// Primary are node ranges in which the primary is reached, in CIDR notation, where it
	// is at another site.
	Primary []string
}

const (
	poolerApp       = manifests.PgBouncerService
	poolerConfigDir = "/etc/pgbouncer"
	poolerSecretDir = "/run/secrets/pgbouncer"
	// poolerFinishSeconds is how long a stopping pooler waits for transactions: PostgreSQL
	// ends one whose client does nothing after as long (idle_in_transaction_session_timeout
	// in this platform's configuration), and a statement after 5 s.
	poolerFinishSeconds = 60
	// poolerStopSeconds is that, the time endpoints take to spread before it, and 5 s for
	// Kubernetes to run the hook and to send its own signal after it.
	poolerStopSeconds = apiSettleSeconds + poolerFinishSeconds + 5
)

// poolerStop ends a pooler, which is the first process of its container. SIGINT refuses new
// transactions and waits for those that run. Kubernetes' own SIGTERM waits for all clients
// to disconnect instead, since PgBouncer 1.23 (pull request 902), and the API's pools never
// do; at the end SIGKILL would cut transactions. A second signal of either kind makes a
// pooler exit at once (pgbouncer.org/usage.html, "Signals"), so the hook goes on until
// PgBouncer has ended, and the container and the hook with it.
var poolerStop = fmt.Sprintf("sleep %d; kill -INT 1; sleep %d", apiSettleSeconds, poolerFinishSeconds)

// NewPgBouncer deploys the poolers. The options must carry the cluster's provider.
func NewPgBouncer(ctx *pulumi.Context, name string, args *PgBouncerArgs, opts ...pulumi.ResourceOption) (*PgBouncer, error) {
	pooler := &PgBouncer{}
	if err := ctx.RegisterComponentResource("gomeet:data:PgBouncer", name, pooler, opts...); err != nil {
		return nil, err
	}
	child, data, logical := pulumi.Parent(pooler), args.Data, name+"-pgbouncer"
	rendered, err := args.Config.Render()
	if err != nil {
		return nil, err
	}
	config, err := corev1.NewConfigMap(ctx, logical, &corev1.ConfigMapArgs{
		Metadata: object(data.in, poolerApp, data.env), Data: pulumi.StringMap{manifests.PgBouncerFile: pulumi.String(rendered)},
	}, child)
	if err != nil {
		return nil, err
	}
	users, err := keepSecret(ctx, logical, manifests.DataNamespace, poolerApp, data.env, "", pulumi.StringMap{
		"userlist.txt": args.Users, "stats-password": args.StatsPassword,
	},
		child, pulumi.DependsOn([]pulumi.Resource{data}))
	if err != nil {
		return nil, err
	}
	if err := allowEdges(ctx, logical, manifests.DataNamespace, poolerApp, data.env, poolerEdges(args.Primary), child); err != nil {
		return nil, err
	}
	ports := corev1.ServicePortArray{servicePort("pgbouncer", args.Config.Port)}
	if err := headless(ctx, logical, data.env, data.in, manifests.PgBouncerMembers, poolerApp, ports, child); err != nil {
		return nil, err
	}
	if _, err := corev1.NewService(ctx, logical, &corev1.ServiceArgs{
		Metadata: unawaited(object(data.in, poolerApp, data.env)),
		Spec:     &corev1.ServiceSpecArgs{Selector: selector(poolerApp), Ports: ports},
	}, child); err != nil {
		return nil, err
	}
	deployment, err := appsv1.NewDeployment(ctx, logical, &appsv1.DeploymentArgs{
		// A pooler is ready without a server, so the program could wait; but its
		// Secret may come from a store later.
		Metadata: unawaited(object(data.in, poolerApp, data.env)),
		Spec: &appsv1.DeploymentSpecArgs{
			Replicas: pulumi.Int(args.Pods),
			Selector: &metav1.LabelSelectorArgs{MatchLabels: selector(poolerApp)},
			// A second pod does not fit beside the member.
			Strategy: &appsv1.DeploymentStrategyArgs{
				Type:          pulumi.String("RollingUpdate"),
				RollingUpdate: &appsv1.RollingUpdateDeploymentArgs{MaxSurge: pulumi.Int(0), MaxUnavailable: pulumi.Int(1)},
			},
			MinReadySeconds: pulumi.Int(settleSeconds),
			Template: &corev1.PodTemplateSpecArgs{
				Metadata: &metav1.ObjectMetaArgs{Labels: recommended(poolerApp, data.env), Annotations: rolls(rendered)},
				Spec:     poolerPod(args, config, users),
			},
		},
	}, child)
	if err != nil {
		return nil, err
	}
	if err := budget(ctx, logical, manifests.DataNamespace, poolerApp, data.env, child, pulumi.DependsOn([]pulumi.Resource{deployment})); err != nil {
		return nil, err
	}
	return pooler, ctx.RegisterResourceOutputs(pooler, pulumi.Map{})
}

func poolerPod(args *PgBouncerArgs, config *corev1.ConfigMap, users pulumi.StringInput) *corev1.PodSpecArgs {
	spec := &corev1.PodSpecArgs{
		AutomountServiceAccountToken:  pulumi.Bool(false),
		EnableServiceLinks:            pulumi.Bool(false),
		PriorityClassName:             pulumi.String(string(priorityData)),
		TerminationGracePeriodSeconds: pulumi.Int(poolerStopSeconds),
		Affinity:                      oneANode(poolerApp),
		SecurityContext:               asUser(postgresUser),
		Containers: corev1.ContainerArray{&corev1.ContainerArgs{
			Name:           pulumi.String(poolerApp),
			Image:          pulumi.String(args.Image),
			Command:        pulumi.ToStringArray([]string{"pgbouncer", poolerConfigDir + "/" + manifests.PgBouncerFile}),
			Ports:          corev1.ContainerPortArray{containerPort("pgbouncer", args.Config.Port)},
			Resources:      resources(args.Request),
			StartupProbe:   startup(tcpOpen("pgbouncer", 2)),
			ReadinessProbe: tcpOpen("pgbouncer", 5),
			LivenessProbe:  tcpOpen("pgbouncer", 10),
			Lifecycle: &corev1.LifecycleArgs{PreStop: &corev1.LifecycleHandlerArgs{
				Exec: &corev1.ExecActionArgs{Command: pulumi.ToStringArray([]string{"sh", "-c", poolerStop})},
			}},
			VolumeMounts: corev1.VolumeMountArray{
				mount("config", poolerConfigDir), mount("users", poolerSecretDir), mount("tls", manifests.DataTLSDir), writable("tmp", "/tmp"),
			},
			SecurityContext: restrictedContainer(),
		}, poolerExporter(args.Config, users)},
		Volumes: corev1.VolumeArray{
			configVolume("config", config), secretItems("users", users, "userlist.txt"), args.Data.tlsVolume(), inMemory("tmp", "16Mi"),
		},
	}
	onRole(spec, args.Role)
	return spec
}

// poolerEdges is what a pooler may receive and send: the API's clients, the members that
// tell it of a new primary, the exporter, and the primary.
func poolerEdges(primary []string) edges {
	in, c := manifests.DataNamespace, manifests.DefaultPatroni()
	e := edges{
		in: []allowed{
			tcp(peer{namespace: manifests.APINamespace}, manifests.PgBouncerPort),
			tcp(peer{app: postgresApp, namespace: in}, manifests.PgBouncerPort),
			tcp(peer{namespace: manifests.MonitoringNamespace}, manifests.PgBouncerExporterPort),
		},
		out: []allowed{tcp(peer{app: postgresApp, namespace: in}, c.Port)},
	}
	e.out = append(e.out, withNodes(primary, c.Port)...)
	return e
}
