package components

import (
	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/gomeet/infra/manifests"
	"github.com/gomeet/infra/sizing"
)

// livekitPod is one SFU. It keeps every part of the restricted profile that does not
// contradict the host network; only the container that sets the node's kernel parameters,
// and ends, is privileged.
func livekitPod(args *LiveKitArgs, config *corev1.ConfigMap, secret pulumi.StringInput) *corev1.PodSpecArgs {
	c := args.Config
	ports := corev1.ContainerPortArray{
		hostPort("http", "TCP", c.Port), hostPort("metrics", "TCP", c.Prometheus.Port), hostPort("ice-tcp", "TCP", c.RTC.TCPPort),
		hostPort("ice-udp", "UDP", c.RTC.UDPPort.First),
	}
	if c.TURN.Enabled && c.TURN.UDPPort > 0 {
		ports = append(ports, hostPort("turn-udp", "UDP", c.TURN.UDPPort))
	}
	spec := &corev1.PodSpecArgs{
		AutomountServiceAccountToken:  pulumi.Bool(false),
		EnableServiceLinks:            pulumi.Bool(false),
		PriorityClassName:             pulumi.String(string(priorityMedia)),
		TerminationGracePeriodSeconds: pulumi.Int(manifests.LiveKitDrainSeconds),
		HostNetwork:                   pulumi.Bool(true),
		// The host's resolver does not know Redis' Service.
		DnsPolicy:       pulumi.String("ClusterFirstWithHostNet"),
		Affinity:        oneANode(livekitApp),
		SecurityContext: restrictedPod(),
		InitContainers: corev1.ContainerArray{&corev1.ContainerArgs{
			Name:    pulumi.String("kernel"),
			Image:   pulumi.String(manifests.KernelImage),
			Command: pulumi.ToStringArray([]string{"sysctl", "-p", livekitConfigDir + "/" + manifests.KernelFile}),
			// Kernel parameters belong to root, and Kubernetes lets no pod on the host
			// network name its own.
			SecurityContext: &corev1.SecurityContextArgs{
				Privileged: pulumi.Bool(true), RunAsUser: pulumi.Int(0), RunAsGroup: pulumi.Int(0), RunAsNonRoot: pulumi.Bool(false),
				ReadOnlyRootFilesystem: pulumi.Bool(true),
			},
			Resources:    resources(sizing.PodRequest{MilliCPU: 10, MemoryMiB: 16}),
			VolumeMounts: corev1.VolumeMountArray{mount("config", livekitConfigDir)},
		}},
		Containers: corev1.ContainerArray{&corev1.ContainerArgs{
			Name:         pulumi.String(livekitApp),
			Image:        pulumi.String(manifests.LiveKitImage),
			Args:         pulumi.ToStringArray([]string{"--config=" + livekitConfigDir + "/" + manifests.LiveKitFile}),
			Ports:        ports,
			Env:          corev1.EnvVarArray{fromSecret(manifests.LiveKitRedisPasswordEnv, secret, "redis-password")},
			Resources:    resources(args.Request),
			StartupProbe: startup(tcpOpen("http", 2)),
			// Ready means that its statistics went through Redis less than 4 s ago
			// (livekit, healthCheck). Alive must not: one outage of Redis would restart
			// every node at once, and did (livekit/livekit#4663).
			ReadinessProbe: httpGet("/", "http", 5),
			LivenessProbe:  tcpOpen("http", 10),
			VolumeMounts: corev1.VolumeMountArray{
				mount("config", livekitConfigDir), mount("keys", livekitKeyDir), mount("redis", redisAuthorityDir),
			},
			SecurityContext: restrictedContainer(),
		}},
		Volumes: corev1.VolumeArray{
			configVolume("config", config), secretItems("keys", secret, "keys.yaml"), secretItems("redis", secret, "redis-ca.crt"),
		},
	}
	onRole(spec, sizing.RoleSFU)
	return spec
}

// redisAuthorityDir is the directory of manifests.RedisAuthorityFile.
const redisAuthorityDir = "/run/secrets/redis-ca"

// livekitKeyDir is the directory of manifests.LiveKitKeyFile.
const livekitKeyDir = "/run/secrets/livekit"

// hostPort is a port of the node, which the scheduler then gives to one pod only.
func hostPort(name, protocol string, number int) *corev1.ContainerPortArgs {
	return &corev1.ContainerPortArgs{
		Name: pulumi.String(name), Protocol: pulumi.String(protocol), ContainerPort: pulumi.Int(number), HostPort: pulumi.Int(number),
	}
}

// oneANode keeps pods of an app on different nodes.
func oneANode(app string) *corev1.AffinityArgs {
	return &corev1.AffinityArgs{PodAntiAffinity: &corev1.PodAntiAffinityArgs{
		RequiredDuringSchedulingIgnoredDuringExecution: corev1.PodAffinityTermArray{&corev1.PodAffinityTermArgs{
			TopologyKey:   pulumi.String("kubernetes.io/hostname"),
			LabelSelector: &metav1.LabelSelectorArgs{MatchLabels: selector(app)},
		}},
	}}
}
