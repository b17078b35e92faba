package components

import (
	"fmt"

	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/gomeet/infra/manifests"
	"github.com/gomeet/infra/sizing"
)

const (
	// redisStopSeconds is how long a node may take to stop: Redis gives its replicas 10 s
	// to catch up (redis.conf, shutdown-timeout), and then writes a last snapshot.
	redisStopSeconds = 120
	// redisReadySeconds is between two looks at a node, each of a few redis-cli.
	redisReadySeconds, redisReadyTimeout = 10, 5
)

// redisPod is one node of the cluster.
func redisPod(args *RedisArgs, config *corev1.ConfigMap, users pulumi.StringInput) *corev1.PodSpecArgs {
	tls := manifests.DataTLS()
	spec := &corev1.PodSpecArgs{
		AutomountServiceAccountToken:  pulumi.Bool(false),
		EnableServiceLinks:            pulumi.Bool(false),
		PriorityClassName:             pulumi.String(string(priorityData)),
		TerminationGracePeriodSeconds: pulumi.Int(redisStopSeconds),
		SecurityContext:               restrictedPod(),
		Containers: corev1.ContainerArray{&corev1.ContainerArgs{
			Name:    pulumi.String(redisApp),
			Image:   pulumi.String(manifests.RedisImage),
			Command: pulumi.ToStringArray([]string{scriptsDir + "/redis-start.sh"}),
			Env: corev1.EnvVarArray{
				fromField("POD_IP", "status.podIP"), fromField("POD_NAME", "metadata.name"),
				// The Service of each pod has the pod's name.
				variable("REDIS_SERVICE", manifests.DataNamespace+".svc.cluster.local"),
				variable("REDIS_CONFIG", redisConfigDir+"/"+manifests.RedisFile),
				// What redis-ready.sh needs.
				variable("REDIS_NODES", fmt.Sprintf("127.0.0.1:%d", manifests.RedisPort)), variable("REDIS_TLS_CA", tls.CA),
				variable("REDIS_USER", manifests.RedisUserExporter), fromSecret("REDISCLI_AUTH", users, "exporter-password"),
			},
			Ports: corev1.ContainerPortArray{
				containerPort("redis", manifests.RedisPort), containerPort("bus", manifests.RedisPort+redisBus),
			},
			Resources: resources(args.Layout.Request),
			// Loading the append-only file is no failure.
			StartupProbe: startup(tcpOpen("redis", 2)),
			ReadinessProbe: &corev1.ProbeArgs{
				Exec:          &corev1.ExecActionArgs{Command: pulumi.ToStringArray([]string{scriptsDir + "/redis-ready.sh"})},
				PeriodSeconds: pulumi.Int(redisReadySeconds), TimeoutSeconds: pulumi.Int(redisReadyTimeout),
			},
			LivenessProbe: tcpOpen("redis", 10),
			VolumeMounts: corev1.VolumeMountArray{
				mount("config", redisConfigDir), mount("users", redisSecretDir), mount("tls", manifests.DataTLSDir), mount("scripts", scriptsDir),
				writable("data", "/data"),
			},
			SecurityContext: restrictedContainer(),
		}},
		Volumes: corev1.VolumeArray{
			configVolume("config", config), secretItems("users", users, "users.acl", "auth.conf"),
			args.Data.tlsVolume(), args.Data.scriptsVolume(),
		},
	}
	if args.Layout.PerNode > 1 {
		spec.TopologySpreadConstraints = spread(redisApp)
	} else {
		spec.Affinity = oneANode(redisApp)
	}
	onRole(spec, sizing.RoleRedis)
	return spec
}
