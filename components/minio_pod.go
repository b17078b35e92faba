package components

import (
	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/gomeet/infra/manifests"
	"github.com/gomeet/infra/sizing"
)

// minioStopSeconds is how long a server may finish what it is sending: it gives requests
// 10 s by default, and uploads are repeated.
const minioStopSeconds = 60

// pod is one server.
func (m *MinIO) pod(args *MinIOArgs, command []string) *corev1.PodSpecArgs {
	security := restrictedPod()
	// Two million objects are not touched at each start.
	security.FsGroupChangePolicy = pulumi.String("OnRootMismatch")
	// Clients come to a server that has joined the others, and the next one of a rollout
	// goes only then. From there on it is ready while it runs: when a quorum is lost, the
	// servers that are left are to be read from, and no restart heals them.
	joined := startup(httpsGet(manifests.MinIOJoinedPath, "minio", 5))
	ready := httpsGet(manifests.MinIOReadyPath, "minio", manifests.MinIOReadyEvery)
	ready.SuccessThreshold = pulumi.Int(manifests.MinIOReadyTimes)
	spec := &corev1.PodSpecArgs{
		AutomountServiceAccountToken:  pulumi.Bool(false),
		EnableServiceLinks:            pulumi.Bool(false),
		PriorityClassName:             pulumi.String(string(priorityData)),
		TerminationGracePeriodSeconds: pulumi.Int(minioStopSeconds),
		Affinity:                      oneANode(minioApp),
		SecurityContext:               security,
		Containers: corev1.ContainerArray{&corev1.ContainerArgs{
			Name:           pulumi.String(minioApp),
			Image:          pulumi.String(args.Image),
			Command:        pulumi.ToStringArray(command),
			Env:            m.environment(args.Config),
			Ports:          corev1.ContainerPortArray{containerPort("minio", manifests.MinIOPort)},
			Resources:      resources(args.Request),
			StartupProbe:   joined,
			ReadinessProbe: ready,
			LivenessProbe:  httpsGet(manifests.MinIOLivePath, "minio", 10),
			VolumeMounts: corev1.VolumeMountArray{
				mount("certs", args.Config.CertsDir), writable("data", args.Config.DataDir), writable("tmp", "/tmp"),
			},
			SecurityContext: restrictedContainer(),
		}},
		Volumes: corev1.VolumeArray{m.certificates(), inMemory("tmp", "16Mi")},
	}
	onRole(spec, sizing.RoleMinIO)
	return spec
}

// environment is the configuration and the root user's password.
func (m *MinIO) environment(c manifests.MinIO) corev1.EnvVarArray {
	env := corev1.EnvVarArray{variable("HOME", "/tmp"), fromSecret(manifests.MinIORootPasswordEnv, m.secret, "root-password")}
	values := c.Env()
	for _, name := range sortedNames(values) {
		env = append(env, variable(name, values[name]))
	}
	return env
}

// certificates is the data tier's certificate under the names that MinIO expects.
func (m *MinIO) certificates() *corev1.VolumeArgs {
	var items corev1.KeyToPathArray
	for _, file := range []struct{ key, path string }{
		{"tls.crt", "public.crt"}, {"tls.key", "private.key"}, {"ca.crt", "CAs/ca.crt"},
	} {
		items = append(items, &corev1.KeyToPathArgs{Key: pulumi.String(file.key), Path: pulumi.String(file.path)})
	}
	return &corev1.VolumeArgs{Name: pulumi.String("certs"), Secret: &corev1.SecretVolumeSourceArgs{
		SecretName: m.data.tls, DefaultMode: pulumi.Int(secretMode), Items: items,
	}}
}
