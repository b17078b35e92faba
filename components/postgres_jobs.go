package components

import (
	"fmt"

	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	rbacv1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/rbac/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/gomeet/infra/manifests"
	"github.com/gomeet/infra/sizing"
)

const (
	// postgresJobs is the app of the jobs beside the members.
	postgresJobs = "postgres-jobs"
	// migrateSeconds is how long a migration may take, with the time a new cluster needs.
	migrateSeconds = 1800
	// fullSeconds and incrSeconds end a backup before the next of its kind is due.
	fullSeconds, incrSeconds = 23 * 3600, 5 * 3600
	// drillSeconds ends a drill within the night it began in.
	drillSeconds = 8 * 3600
)

// drillRequest is for a server in the task's pod: PostgreSQL with its defaults (128 MiB of
// shared_buffers), and what recovers it.
var drillRequest = sizing.PodRequest{MilliCPU: 100, MemoryMiB: 512}

// migrate brings the schema up to date and sets the passwords of its roles. It does so
// again when a step, a script, a password or the image is new; what was applied stays.
func (p *Postgres) migrate(ctx *pulumi.Context, logical string, args *PostgresArgs, opts ...pulumi.ResourceOption) error {
	steps, err := manifests.Migrations()
	if err != nil {
		return err
	}
	files, all := pulumi.StringMap{}, args.RolesDigest
	for _, step := range steps {
		files[step.File] = pulumi.String(step.SQL)
		all += step.SQL
	}
	migrations, err := corev1.NewConfigMap(ctx, logical+"-migrations", &corev1.ConfigMapArgs{
		Metadata: object(p.data.in, "postgres-migrations", p.data.env), Data: files,
	}, opts...)
	if err != nil {
		return err
	}
	roles, err := keepSecret(ctx, logical+"-roles", manifests.DataNamespace, "postgres-roles", p.data.env, "", args.Roles, opts...)
	if err != nil {
		return err
	}
	c := args.Config
	if err := allowEdges(ctx, logical+"-jobs", manifests.DataNamespace, postgresJobs, p.data.env, edges{out: []allowed{
		tcp(peer{app: postgresApp, namespace: manifests.DataNamespace}, c.Port),
		tcp(peer{namespace: manifests.MonitoringNamespace}, manifests.PushgatewayPort),
		controlPlane, tcp(world, 443),
	}}, opts...); err != nil {
		return err
	}
	return p.data.once(ctx, logical+"-migrate", task{
		name: "postgres-migrate", app: postgresJobs, image: args.Image, user: postgresUser, deadline: migrateSeconds,
		command: []string{"sh", "-c", scriptsDir + "/postgres-migrate.sh && " + scriptsDir + "/postgres-passwords.sh"},
		env: corev1.EnvVarArray{
			variable("MIGRATIONS", migrationsDir), variable("PASSWORDS", "/run/secrets/roles"), variable("PGDATABASE", manifests.DatabaseName),
			variable("PGHOST", manifests.ServiceHost(c.Scope, c.Namespace)), variable("PGPORT", fmt.Sprint(c.Port)), variable("PGUSER", "postgres"),
			variable("PGSSLMODE", "verify-full"), variable("PGSSLROOTCERT", manifests.DataTLS().CA), variable("PGCONNECT_TIMEOUT", "5"),
			fromSecret("PGPASSWORD", p.secret, "postgres"),
		},
		volumes: corev1.VolumeArray{
			p.data.authorityVolume(), configVolume("migrations", migrations), secretVolume("roles", roles),
		},
		mounts: corev1.VolumeMountArray{
			mount("tls", manifests.DataTLSDir), mount("migrations", migrationsDir), mount("roles", "/run/secrets/roles"),
		},
	}, all, opts...)
}

// backups makes the schedules of the design. A backup runs in the primary's pod, where
// the data is, so the job may run a command in the members' pods; the drill needs only
// the bucket and room for the database.
func (p *Postgres) backups(ctx *pulumi.Context, logical string, args *PostgresArgs, opts ...pulumi.ResourceOption) error {
	verbs := func(verbs ...string) pulumi.StringArray { return pulumi.ToStringArray(verbs) }
	account, err := serviceAccount(ctx, logical+"-jobs", p.data, postgresJobs, rbacv1.PolicyRuleArray{
		&rbacv1.PolicyRuleArgs{ApiGroups: verbs(""), Resources: verbs("pods"), Verbs: verbs("get", "list")},
		&rbacv1.PolicyRuleArgs{ApiGroups: verbs(""), Resources: verbs("pods/exec"), Verbs: verbs("create", "get")},
	}, opts...)
	if err != nil {
		return err
	}
	for _, kind := range []struct {
		name, schedule string
		seconds        int
	}{
		{"full", manifests.PgBackRestFullSchedule, fullSeconds}, {"incr", manifests.PgBackRestIncrSchedule, incrSeconds},
	} {
		backup := task{
			name: "postgres-backup-" + kind.name, app: postgresJobs, image: p.data.tools, deadline: kind.seconds, account: account,
			command: []string{scriptsDir + "/postgres-backup-exec.sh", kind.name},
			env: corev1.EnvVarArray{
				variable("NAMESPACE", manifests.DataNamespace), variable("SELECTOR", manifests.PatroniScopeLabel+"="+args.Config.Scope),
				variable("CONTAINER", postgresApp), variable("SCRIPTS", scriptsDir),
			},
		}
		if err := p.data.schedule(ctx, logical, kind.schedule, backup, opts...); err != nil {
			return err
		}
		if kind.schedule == manifests.PgBackRestIncrSchedule {
			// Nothing is archived before the first backup has made the stanza.
			backup.name, backup.unawaited = "postgres-backup-first", true
			if err := p.data.once(ctx, logical+"-backup-first", backup, "", opts...); err != nil {
				return err
			}
		}
	}
	return p.data.schedule(ctx, logical, manifests.PostgresDrillSchedule, task{
		name: "postgres-drill", app: postgresJobs, image: args.Image, user: postgresUser, deadline: drillSeconds, request: drillRequest,
		command: []string{"sh", "-c", "mkdir -p \"$DRILL_DIR\" && " + scriptsDir + "/postgres-drill.sh"},
		env: append(p.archiveEnvironment(),
			variable("DRILL_DIR", claimDir+"/drill"), variable("PG_BIN", args.Config.BinDir), variable("PGDATABASE", manifests.DatabaseName), pushMetrics()),
		volumes: corev1.VolumeArray{configItem("archive", p.config, manifests.PgBackRestFile)},
		mounts:  corev1.VolumeMountArray{mount("archive", pgBackRestDir)},
		// Room for the database of the target; a third of the volume is data (sizing).
		claimGiB: max(1, args.VolumeGiB/2),
	}, opts...)
}
