package components

import (
	"fmt"

	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/gomeet/infra/manifests"
	"github.com/gomeet/infra/sizing"
)

// poolerExporter is the container beside each pooler that turns its console's tables
// into metrics: behind the Service one would see another pooler with each scrape. Its
// user may look and change nothing.
func poolerExporter(config manifests.PgBouncer, users pulumi.StringInput) *corev1.ContainerArgs {
	return &corev1.ContainerArgs{
		Name:  pulumi.String(poolerApp + "-exporter"),
		Image: pulumi.String(manifests.PgBouncerExporterImage),
		Env: corev1.EnvVarArray{
			variable("PGBOUNCER_EXPORTER_CONNECTION_STRING", fmt.Sprintf("postgres://%s@localhost:%d/pgbouncer?sslmode=verify-full&sslrootcert=%s",
				config.StatsUser, config.Port, manifests.DataTLS().CA)),
			// What the connection's text leaves out.
			fromSecret("PGPASSWORD", users, "stats-password"),
		},
		Ports:           corev1.ContainerPortArray{containerPort("metrics", manifests.PgBouncerExporterPort)},
		Resources:       resources(sizing.PoolerExporterRequest()),
		ReadinessProbe:  tcpOpen("metrics", 10),
		LivenessProbe:   tcpOpen("metrics", 30),
		VolumeMounts:    corev1.VolumeMountArray{mount("tls", manifests.DataTLSDir)},
		SecurityContext: restrictedContainer(),
	}
}
