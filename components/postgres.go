package components

import (
	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	rbacv1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/rbac/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/gomeet/infra/manifests"
	"github.com/gomeet/infra/sizing"
)

// Postgres is the PostgreSQL of one site under Patroni: one member per node of the pool,
// each with its volume; at the first site a primary with synchronous replicas, its
// backups and its restore drill, at others a standby cluster that follows it
// (docs/decisions/0006). It costs its nodes and volumes.
//
// A changed patroni.yml rolls the members, one at a time. What all members have in common
// is read from it only when the cluster is new, and is later sent to Patroni (docs/data.md).
// A changed volume size holds for new members only: volumes that exist grow by
// hand.
type Postgres struct {
	pulumi.ResourceState

	data   *Data
	secret pulumi.StringInput
	config *corev1.ConfigMap
}

// PostgresArgs configures Postgres.
type PostgresArgs struct {
	// Data is the ground of the site's data tier.
	Data *Data
	// Config is Patroni's, Archive pgBackRest's.
	Config  manifests.Patroni
	Archive manifests.PgBackRest
	// Image has PostgreSQL, Patroni and pgBackRest.
	Image string
	// Members is their number, VolumeGiB the size of each one's volume, Request what its
	// pod asks for.
	Members, VolumeGiB int
	Request            sizing.PodRequest
	// Passwords are those of the members and of the pooler's console, and Roles those of
	// the roles that the migrations create; both by user. Cipher encrypts backups. All
	// are secrets.
	Passwords, Roles pulumi.StringMap
	Cipher           pulumi.StringInput
	// RolesDigest changes when one of Roles does.
	RolesDigest string
	// NodeRanges are where other sites' connections come from, and go to where the
	// primary is at another one, in CIDR notation.
	NodeRanges []string
	// Reached says that other sites reach the primary, by a NodePort.
	Reached bool
}

const (
	postgresApp = "postgres"
	// postgresUser is the user of the image (tools/images/postgres).
	postgresUser = 999
	// Where the image expects what is mounted.
	patroniDir, pgBackRestDir, postgresHome = "/etc/patroni", "/etc/pgbackrest", "/var/lib/postgresql"
	migrationsDir                           = "/migrations"
)

// NewPostgres deploys the members. The options must carry the cluster's provider.
func NewPostgres(ctx *pulumi.Context, name string, args *PostgresArgs, opts ...pulumi.ResourceOption) (*Postgres, error) {
	postgres := &Postgres{data: args.Data}
	if err := ctx.RegisterComponentResource("gomeet:data:Postgres", name, postgres, opts...); err != nil {
		return nil, err
	}
	child, data, logical := pulumi.Parent(postgres), args.Data, name+"-postgres"
	patroni, err := args.Config.Render()
	if err != nil {
		return nil, err
	}
	archive, err := args.Archive.Render()
	if err != nil {
		return nil, err
	}
	if postgres.config, err = corev1.NewConfigMap(ctx, logical, &corev1.ConfigMapArgs{
		Metadata: object(data.in, postgresApp, data.env),
		Data:     pulumi.StringMap{manifests.PatroniFile: pulumi.String(patroni), manifests.PgBackRestFile: pulumi.String(archive)},
	}, child); err != nil {
		return nil, err
	}
	if postgres.secret, err = keepSecret(ctx, logical, manifests.DataNamespace, postgresApp, data.env, "",
		merge(args.Passwords, pulumi.StringMap{"cipher": args.Cipher}), child, pulumi.DependsOn([]pulumi.Resource{data})); err != nil {
		return nil, err
	}
	account, err := postgres.account(ctx, logical)
	if err != nil {
		return nil, err
	}
	if err := postgres.services(ctx, logical, args); err != nil {
		return nil, err
	}
	if err := allowEdges(ctx, logical, manifests.DataNamespace, postgresApp, data.env, postgresEdges(args.NodeRanges), child); err != nil {
		return nil, err
	}
	set, err := newMembers(ctx, logical, data.env, members{
		namespace: data.in, app: postgresApp, service: manifests.PostgresMembers, count: args.Members,
		volume: "data", gib: args.VolumeGiB,
		labels:  pulumi.StringMap{manifests.PatroniScopeLabel: pulumi.String(args.Config.Scope)},
		changes: rolls(patroni, archive, data.digest), spec: postgres.pod(args, account),
	}, child)
	if err != nil {
		return nil, err
	}
	if args.Config.Standby == nil {
		after := pulumi.DependsOn([]pulumi.Resource{set})
		if err := postgres.migrate(ctx, logical, args, child, after); err != nil {
			return nil, err
		}
		if err := postgres.backups(ctx, logical, args, child, after); err != nil {
			return nil, err
		}
	}
	return postgres, ctx.RegisterResourceOutputs(postgres, pulumi.Map{})
}

// account is the members' service account: Patroni keeps its lock in Kubernetes.
func (p *Postgres) account(ctx *pulumi.Context, logical string) (pulumi.StringOutput, error) {
	var rules rbacv1.PolicyRuleArray
	for _, rule := range manifests.PatroniRules {
		rules = append(rules, &rbacv1.PolicyRuleArgs{
			ApiGroups: pulumi.StringArray{pulumi.String("")},
			Resources: pulumi.ToStringArray(rule.Resources), Verbs: pulumi.ToStringArray(rule.Verbs),
		})
	}
	return serviceAccount(ctx, logical, p.data, postgresApp, rules, pulumi.Parent(p))
}

// services makes the primary's, which Patroni points at it, the replicas', and the
// headless one of the members.
func (p *Postgres) services(ctx *pulumi.Context, logical string, args *PostgresArgs) error {
	child, data := pulumi.Parent(p), p.data
	ports := corev1.ServicePortArray{servicePort("postgresql", args.Config.Port)}
	if err := headless(ctx, logical, data.env, data.in, manifests.PostgresMembers, postgresApp, ports, child); err != nil {
		return err
	}
	for _, service := range []struct {
		name     string
		selector pulumi.StringMap
	}{
		// Without a selector: the Endpoints of this name are Patroni's.
		{args.Config.Scope, nil},
		{manifests.PostgresReplicas, merge(selector(postgresApp), pulumi.StringMap{manifests.PatroniRoleLabel: pulumi.String("replica")})},
	} {
		metadata, spec := unawaited(object(data.in, service.name, data.env)), &corev1.ServiceSpecArgs{Ports: ports}
		if service.selector != nil {
			spec.Selector = service.selector
		} else if args.Reached {
			own := servicePort("postgresql", args.Config.Port)
			own.NodePort = pulumi.Int(manifests.PostgresNodePort)
			spec.Ports = corev1.ServicePortArray{own}
			reached(metadata, spec)
		}
		if _, err := corev1.NewService(ctx, logical+"-"+service.name, &corev1.ServiceArgs{Metadata: metadata, Spec: spec}, child); err != nil {
			return err
		}
	}
	return nil
}

// postgresEdges is what a member may receive and send: poolers, jobs, other members,
// followers at other sites, Kubernetes' API, and the bucket.
func postgresEdges(nodes []string) edges {
	config := manifests.DefaultPatroni()
	in := manifests.DataNamespace
	own := peer{app: postgresApp, namespace: in}
	e := edges{
		in: []allowed{
			tcp(own, config.Port, config.RESTPort),
			tcp(peer{app: poolerApp, namespace: in}, config.Port),
			tcp(peer{app: postgresJobs, namespace: in}, config.Port),
			tcp(peer{namespace: manifests.MonitoringNamespace}, config.Port, config.RESTPort),
		},
		out: []allowed{
			tcp(own, config.Port, config.RESTPort),
			// The new primary tells the poolers.
			tcp(peer{app: poolerApp, namespace: in}, manifests.PgBouncerPort),
			tcp(peer{namespace: manifests.MonitoringNamespace}, manifests.PushgatewayPort),
			controlPlane, tcp(world, 443),
		},
	}
	e.in = append(e.in, withNodes(nodes, config.Port)...)
	e.out = append(e.out, withNodes(nodes, config.Port)...)
	return e
}
