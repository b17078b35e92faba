package components

import (
	"fmt"

	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/gomeet/infra/manifests"
	"github.com/gomeet/infra/sizing"
)

const (
	// postgresStopSeconds is how long a member may take to stop: a primary writes a
	// checkpoint, and sends the last WAL to the archive and the replicas.
	postgresStopSeconds = 300
	// postgresShm is /dev/shm: parallel queries share memory there, and a container's
	// default is 64 MiB.
	postgresShm = "1Gi"
)

// pod is one member: Patroni, which runs PostgreSQL.
func (p *Postgres) pod(args *PostgresArgs, account pulumi.StringInput) *corev1.PodSpecArgs {
	c := args.Config
	security := asUser(postgresUser)
	// A large volume's files are not touched at each start.
	security.FsGroupChangePolicy = pulumi.String("OnRootMismatch")
	spec := &corev1.PodSpecArgs{
		// Patroni keeps its lock in Kubernetes, so this pod has a token.
		ServiceAccountName:            account.ToStringOutput().ToStringPtrOutput(),
		AutomountServiceAccountToken:  pulumi.Bool(true),
		ImagePullSecrets:              pullSecrets(args.Image),
		EnableServiceLinks:            pulumi.Bool(false),
		PriorityClassName:             pulumi.String(string(priorityData)),
		TerminationGracePeriodSeconds: pulumi.Int(postgresStopSeconds),
		Affinity:                      oneANode(postgresApp),
		SecurityContext:               security,
		Containers: corev1.ContainerArray{&corev1.ContainerArgs{
			Name:    pulumi.String(postgresApp),
			Image:   pulumi.String(args.Image),
			Command: pulumi.ToStringArray([]string{"patroni", patroniDir + "/" + manifests.PatroniFile}),
			Env:     p.environment(c),
			Ports: corev1.ContainerPortArray{
				containerPort("postgresql", c.Port), containerPort("patroni", c.RESTPort),
			},
			Resources: resources(args.Request),
			// A member that replays WAL, or copies its primary, is busy and not broken.
			StartupProbe:   startup(tcpOpen("patroni", 5)),
			ReadinessProbe: httpsGet("/readiness", "patroni", 10),
			// Patroni itself; of PostgreSQL Patroni takes care.
			LivenessProbe: httpsGet("/liveness", "patroni", 10),
			VolumeMounts: corev1.VolumeMountArray{
				mount("config", patroniDir), mount("archive", pgBackRestDir), mount("tls", manifests.DataTLSDir), mount("scripts", scriptsDir),
				writable("data", postgresHome), writable("run", c.RunDir), writable("tmp", "/tmp"), writable("shm", "/dev/shm"),
			},
			SecurityContext: restrictedContainer(),
		}},
		Volumes: corev1.VolumeArray{
			configItem("config", p.config, manifests.PatroniFile), configItem("archive", p.config, manifests.PgBackRestFile),
			p.data.tlsVolume(), p.data.scriptsVolume(),
			inMemory("run", "16Mi"), inMemory("tmp", "64Mi"), inMemory("shm", postgresShm),
		},
	}
	onRole(spec, sizing.RolePG)
	return spec
}

// environment is manifests.PatroniEnv, manifests.PgBackRestEnv, and what the scripts read.
func (p *Postgres) environment(c manifests.Patroni) corev1.EnvVarArray {
	member := "$(PATRONI_NAME)." + manifests.ServiceHost(manifests.PostgresMembers, manifests.DataNamespace)
	return append(p.archiveEnvironment(),
		fromField("PATRONI_NAME", "metadata.name"), fromField("PATRONI_KUBERNETES_POD_IP", "status.podIP"),
		variable("PATRONI_RESTAPI_CONNECT_ADDRESS", fmt.Sprintf("%s:%d", member, c.RESTPort)),
		variable("PATRONI_POSTGRESQL_CONNECT_ADDRESS", fmt.Sprintf("%s:%d", member, c.Port)),
		fromSecret("PATRONI_SUPERUSER_PASSWORD", p.secret, "postgres"),
		fromSecret("PATRONI_REPLICATION_PASSWORD", p.secret, "replicator"),
		fromSecret("PATRONI_REWIND_PASSWORD", p.secret, "rewind"),
		// patronictl, which people type (docs/data.md), finds the cluster by Patroni's own file.
		variable("PATRONICTL_CONFIG_FILE", patroniDir+"/"+manifests.PatroniFile),
		// scripts/postgres-role-change.sh
		variable("POOLERS", fmt.Sprintf("%s:%d", manifests.ServiceHost(manifests.PgBouncerMembers, manifests.DataNamespace), manifests.PgBouncerPort)),
		fromSecret("PGBOUNCER_ADMIN_PASSWORD", p.secret, manifests.DefaultPgBouncer().AdminUser),
		// scripts/postgres-backup.sh
		variable("PGHOST", c.RunDir), variable("PGPORT", fmt.Sprint(c.Port)), variable("HOME", "/tmp"),
		variable("INCR_DAYS", fmt.Sprint(manifests.PgBackRestIncrDays)),
		pushMetrics(),
	)
}

// archiveEnvironment is pgBackRest's configuration and its secrets.
func (p *Postgres) archiveEnvironment() corev1.EnvVarArray {
	return corev1.EnvVarArray{
		variable("PGBACKREST_CONFIG", pgBackRestDir+"/"+manifests.PgBackRestFile),
		fromSecret("PGBACKREST_REPO1_S3_KEY", p.data.backups, "access-key"),
		fromSecret("PGBACKREST_REPO1_S3_KEY_SECRET", p.data.backups, "secret-key"),
		fromSecret("PGBACKREST_REPO1_CIPHER_PASS", p.secret, "cipher"),
	}
}
