package components

import (
	"fmt"

	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/gomeet/infra/manifests"
)

// exporters makes those that look at the data tier, where the site has it, and the
// gateway that keeps what its jobs report.
func exporters(
	ctx *pulumi.Context, logical string, args *MonitoringArgs, authority *corev1.VolumeArgs, opts ...pulumi.ResourceOption,
) error {
	var all []watcher
	if args.RedisPassword != nil {
		secret, err := keepSecret(ctx, logical+"-redis", manifests.MonitoringNamespace, manifests.RedisExporterService, args.Environment, "",
			pulumi.StringMap{"password": args.RedisPassword}, opts...)
		if err != nil {
			return err
		}
		all = append(all, redisExporter(args, authority, secret))
	}
	if args.PostgresExporter != nil {
		secret, err := keepSecret(ctx, logical+"-postgres", manifests.MonitoringNamespace, manifests.PostgresExporterService, args.Environment, "",
			pulumi.StringMap{manifests.PostgresExporterFile: args.PostgresExporter}, opts...)
		if err != nil {
			return err
		}
		all = append(all, postgresExporter(args, authority, secret))
	}
	if len(all) > 0 {
		all = append(all, pushgateway(args))
	}
	for _, w := range all {
		if err := w.deployment(ctx, logical, args.Environment, opts...); err != nil {
			return err
		}
	}
	return nil
}

// redisExporter asks the node that Prometheus names, as a user that sees no key.
func redisExporter(args *MonitoringArgs, authority *corev1.VolumeArgs, secret pulumi.StringInput) watcher {
	return watcher{
		app: manifests.RedisExporterService, image: manifests.RedisExporterImage, portName: "metrics", port: manifests.RedisExporterPort,
		env: corev1.EnvVarArray{
			// No server of its own: only those it is asked about.
			variable("REDIS_ADDR", ""), variable("REDIS_USER", manifests.RedisUserExporter), fromSecret("REDIS_PASSWORD", secret, "password"),
			variable("REDIS_EXPORTER_TLS_CA_CERT_FILE", manifests.DataAuthorityDir+"/ca.crt"),
		},
		mounts: corev1.VolumeMountArray{mount("authority", manifests.DataAuthorityDir)}, volumes: corev1.VolumeArray{authority},
		request: args.Layout.Small,
		edges: edges{
			in:  []allowed{fromPrometheus(manifests.RedisExporterPort)},
			out: []allowed{tcp(peer{app: redisApp, namespace: manifests.DataNamespace}, manifests.RedisPort)},
		},
	}
}

// postgresExporter asks the member that Prometheus names, as a user that sees statistics
// and no row.
func postgresExporter(args *MonitoringArgs, authority *corev1.VolumeArgs, secret pulumi.StringInput) watcher {
	const dir = "/run/secrets/postgres-exporter"
	return watcher{
		app: manifests.PostgresExporterService, image: manifests.PostgresExporterImage, portName: "metrics", port: manifests.PostgresExporterPort,
		args:    []string{"--config.file=" + dir + "/" + manifests.PostgresExporterFile},
		mounts:  corev1.VolumeMountArray{mount("authority", manifests.DataAuthorityDir), mount("config", dir)},
		volumes: corev1.VolumeArray{authority, secretVolume("config", secret)},
		request: args.Layout.Small,
		edges: edges{
			in:  []allowed{fromPrometheus(manifests.PostgresExporterPort)},
			out: []allowed{tcp(peer{app: postgresApp, namespace: manifests.DataNamespace}, manifests.DefaultPatroni().Port)},
		},
	}
}

// pushgateway keeps what jobs report until they report again. It is in memory: after a
// restart BackupMissing waits longer than the longest interval.
func pushgateway(args *MonitoringArgs) watcher {
	return watcher{
		app: manifests.PushgatewayService, image: manifests.PushgatewayImage, portName: "metrics", port: manifests.PushgatewayPort, ready: "/-/ready",
		args:    []string{fmt.Sprintf("--web.listen-address=:%d", manifests.PushgatewayPort), "--persistence.file=/data/metrics"},
		mounts:  corev1.VolumeMountArray{writable("data", "/data")},
		volumes: corev1.VolumeArray{inMemory("data", "16Mi")},
		request: args.Layout.Small,
		edges: edges{in: []allowed{
			fromPrometheus(manifests.PushgatewayPort), tcp(peer{namespace: manifests.DataNamespace}, manifests.PushgatewayPort),
		}},
	}
}
