package components

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"

	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	policyv1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/policy/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/gomeet/infra/sizing"
)

// nonroot is the unprivileged user and group of containers whose image names none;
// 65532 is "nonroot" in the distroless base images.
const nonroot = 65532

// restrictedPod is the pod's half of the restricted profile.
func restrictedPod() *corev1.PodSecurityContextArgs {
	return &corev1.PodSecurityContextArgs{
		RunAsNonRoot:   pulumi.Bool(true),
		RunAsUser:      pulumi.Int(nonroot),
		RunAsGroup:     pulumi.Int(nonroot),
		FsGroup:        pulumi.Int(nonroot),
		SeccompProfile: &corev1.SeccompProfileArgs{Type: pulumi.String("RuntimeDefault")},
	}
}

// restrictedContainer is the container's half.
func restrictedContainer() *corev1.SecurityContextArgs {
	return &corev1.SecurityContextArgs{
		AllowPrivilegeEscalation: pulumi.Bool(false),
		ReadOnlyRootFilesystem:   pulumi.Bool(true),
		Capabilities:             &corev1.CapabilitiesArgs{Drop: pulumi.StringArray{pulumi.String("ALL")}},
	}
}

// resources asks for what a pod of one container gets. Memory is limited to what is
// asked for, so that a leak ends its own pod; CPU is not: what is idle may be used.
func resources(r sizing.PodRequest) *corev1.ResourceRequirementsArgs {
	cpu, memory := pulumi.String(fmt.Sprintf("%dm", r.MilliCPU)), pulumi.String(fmt.Sprintf("%dMi", r.MemoryMiB))
	return &corev1.ResourceRequirementsArgs{
		Requests: pulumi.StringMap{"cpu": cpu, "memory": memory, "ephemeral-storage": pulumi.String(scratch)},
		Limits:   pulumi.StringMap{"memory": memory, "ephemeral-storage": pulumi.String(scratch)},
	}
}

// scratch is what a pod may write to its node's own disk: logs, since file systems are
// read-only. Kubelet rotates logs at 10 MiB, five files a container
// (kubelet, containerLogMaxSize and containerLogMaxFiles).
const scratch = "256Mi"

// onRole keeps pods on the nodes of a role and lets them pass its taint, if it has one.
func onRole(spec *corev1.PodSpecArgs, role sizing.Role) {
	spec.NodeSelector = pulumi.StringMap{RoleLabel: pulumi.String(string(role))}
	if dedicated[role] {
		spec.Tolerations = corev1.TolerationArray{&corev1.TolerationArgs{
			Key: pulumi.String(RoleLabel), Operator: pulumi.String("Equal"), Value: pulumi.String(string(role)), Effect: pulumi.String("NoSchedule"),
		}}
	}
}

// spread keeps the pods of an app evenly on nodes. Where there are fewer nodes than pods
// it still lets them run.
func spread(app string) corev1.TopologySpreadConstraintArray {
	return corev1.TopologySpreadConstraintArray{&corev1.TopologySpreadConstraintArgs{
		MaxSkew:           pulumi.Int(1),
		TopologyKey:       pulumi.String("kubernetes.io/hostname"),
		WhenUnsatisfiable: pulumi.String("ScheduleAnyway"),
		LabelSelector:     &metav1.LabelSelectorArgs{MatchLabels: selector(app)},
	}}
}

// What an eviction may do with a pod that is not ready (kubernetes.io, "Unhealthy Pod
// Eviction Policy").
const (
	// always: a pod that is not ready holds up no drain.
	always = "AlwaysAllow"
	// ifHealthy: it counts like any other.
	ifHealthy = "IfHealthyBudget"
)

// budget lets an eviction take one pod of an app at a time.
func budget(ctx *pulumi.Context, logical, namespace, app string, env Environment, opts ...pulumi.ResourceOption) error {
	return budgetOf(ctx, logical, namespace, app, env, always, opts...)
}

// budgetOf says what may be done with pods that are not ready.
func budgetOf(ctx *pulumi.Context, logical, namespace, app string, env Environment, unready string, opts ...pulumi.ResourceOption) error {
	_, err := policyv1.NewPodDisruptionBudget(ctx, logical, &policyv1.PodDisruptionBudgetArgs{
		Metadata: object(pulumi.String(namespace), app, env),
		Spec: &policyv1.PodDisruptionBudgetSpecArgs{
			MaxUnavailable:             pulumi.Int(1),
			Selector:                   &metav1.LabelSelectorArgs{MatchLabels: selector(app)},
			UnhealthyPodEvictionPolicy: pulumi.String(unready),
		},
	}, opts...)
	return err
}

// httpGet and tcpOpen are probes; every says how often, in seconds.
func httpGet(path, port string, every int) *corev1.ProbeArgs {
	return &corev1.ProbeArgs{
		HttpGet:       &corev1.HTTPGetActionArgs{Path: pulumi.String(path), Port: pulumi.String(port)},
		PeriodSeconds: pulumi.Int(every), TimeoutSeconds: pulumi.Int(probeTimeout),
	}
}

func tcpOpen(port string, every int) *corev1.ProbeArgs {
	return &corev1.ProbeArgs{
		TcpSocket:     &corev1.TCPSocketActionArgs{Port: pulumi.String(port)},
		PeriodSeconds: pulumi.Int(every), TimeoutSeconds: pulumi.Int(probeTimeout),
	}
}

// probeTimeout in seconds: a busy node answers late, and Kubernetes' default of 1 s has
// restarted many healthy pods.
const probeTimeout = 3

func containerPort(name string, number int) *corev1.ContainerPortArgs {
	return &corev1.ContainerPortArgs{Name: pulumi.String(name), ContainerPort: pulumi.Int(number)}
}

func mount(volume, path string) *corev1.VolumeMountArgs {
	return &corev1.VolumeMountArgs{Name: pulumi.String(volume), MountPath: pulumi.String(path), ReadOnly: pulumi.Bool(true)}
}

func configVolume(name string, config *corev1.ConfigMap) *corev1.VolumeArgs {
	return &corev1.VolumeArgs{
		Name: pulumi.String(name), ConfigMap: &corev1.ConfigMapVolumeSourceArgs{Name: config.Metadata.Name()},
	}
}

// secretMode lets the group read a secret and nobody else anything, in octal 0440.
const secretMode = 0o440

func secretVolume(name string, secret pulumi.StringInput) *corev1.VolumeArgs {
	return &corev1.VolumeArgs{Name: pulumi.String(name), Secret: &corev1.SecretVolumeSourceArgs{
		SecretName: secret, DefaultMode: pulumi.Int(secretMode),
	}}
}

// fromSecret is a variable whose value is in a Secret.
func fromSecret(variable string, secret pulumi.StringInput, key string) *corev1.EnvVarArgs {
	return &corev1.EnvVarArgs{
		Name: pulumi.String(variable),
		ValueFrom: &corev1.EnvVarSourceArgs{SecretKeyRef: &corev1.SecretKeySelectorArgs{
			Name: secret, Key: pulumi.String(key),
		}},
	}
}

// rolls makes new pods when what they read at their start changes.
func rolls(texts ...string) pulumi.StringMap {
	return pulumi.StringMap{labelPrefix + "config": pulumi.String(digest(strings.Join(texts, "\n---\n")))}
}

// rollsWithKey makes new pods when the program has another key to a bucket made, which it
// knows by the part that is no secret. Where the pods' secrets are in a store, so is theirs.
func rollsWithKey(env Environment, accessKey pulumi.StringInput) pulumi.StringMap {
	if env.Secrets != nil {
		return nil
	}
	return pulumi.StringMap{labelPrefix + "bucket-key": accessKey.ToStringOutput().ApplyT(digest).(pulumi.StringOutput)}
}

func digest(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:8])
}
