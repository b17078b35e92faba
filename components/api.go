package components

import (
	"crypto/sha256"
	"encoding/hex"

	appsv1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/apps/v1"
	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/gomeet/infra/manifests"
	"github.com/gomeet/infra/sizing"
)

// API is the GoMeet API of one site: a namespace, its configuration, its secret
// and a Deployment with one pod per API node.
type API struct {
	pulumi.ResourceState

	// Namespace is the namespace's name.
	Namespace pulumi.StringOutput
	// Pods is the number of pods. The provider waits for the rollout, so that all of
	// them were ready when the deployment ended; the status it keeps may be older.
	Pods pulumi.IntOutput
}

// APIArgs configures an API.
type APIArgs struct {
	Environment Environment
	// Image is the pinned image.
	Image string
	// Replicas is the number of pods, one per API node of the site.
	Replicas int
	// Config is rendered into the ConfigMap.
	Config manifests.API
	// SigningKey signs session tokens. It is a secret.
	SigningKey pulumi.StringInput
	// Requests are the CPU and memory one pod asks for, as Kubernetes quantities
	// such as "2" and "4Gi".
	Requests Resources
}

const (
	apiName = "api"
	// apiPort serves HTTP and WebSockets ("port: 8080 # API" in the design).
	apiPort = 8080
	// apiDrainSeconds is how long a pod may take to hand its WebSockets over. The
	// design gives no figure; a client reconnects within one ping interval, 30 s in
	// common servers, so a minute sees every client move.
	apiDrainSeconds = 60
	// apiUser is the unprivileged user the container runs as; 65532 is "nonroot"
	// in the distroless base images.
	apiUser = 65532
)

// NewAPI deploys the API of a site. The options must carry the cluster's provider.
func NewAPI(ctx *pulumi.Context, name string, args *APIArgs, opts ...pulumi.ResourceOption) (*API, error) {
	api := &API{}
	if err := ctx.RegisterComponentResource("gomeet:app:API", name, api, opts...); err != nil {
		return nil, err
	}
	child := pulumi.Parent(api)
	namespace, err := corev1.NewNamespace(ctx, name, &corev1.NamespaceArgs{
		Metadata: &metav1.ObjectMetaArgs{
			Name: pulumi.String(platform),
			Labels: merge(recommended(platform, args.Environment), pulumi.StringMap{
				// Pod Security Admission: the strictest profile, enforced.
				"pod-security.kubernetes.io/enforce": pulumi.String("restricted"),
			}),
		},
	}, child)
	if err != nil {
		return nil, err
	}
	api.Namespace = namespace.Metadata.Name().Elem()

	rendered, err := args.Config.Render()
	if err != nil {
		return nil, err
	}
	config, err := corev1.NewConfigMap(ctx, name, &corev1.ConfigMapArgs{
		Metadata: api.metadata(args.Environment),
		Data:     pulumi.StringMap{manifests.APIFile: pulumi.String(rendered)},
	}, child)
	if err != nil {
		return nil, err
	}
	secret, err := corev1.NewSecret(ctx, name, &corev1.SecretArgs{
		Metadata:   api.metadata(args.Environment),
		StringData: pulumi.StringMap{"signing-key": args.SigningKey},
	}, child)
	if err != nil {
		return nil, err
	}
	deployment, err := appsv1.NewDeployment(ctx, name, &appsv1.DeploymentArgs{
		Metadata: api.metadata(args.Environment),
		Spec: &appsv1.DeploymentSpecArgs{
			Replicas: pulumi.Int(args.Replicas),
			Selector: &metav1.LabelSelectorArgs{MatchLabels: selector(apiName)},
			Strategy: rollingUpdate(),
			Template: &corev1.PodTemplateSpecArgs{
				Metadata: &metav1.ObjectMetaArgs{
					Labels: recommended(apiName, args.Environment),
					// A new configuration rolls the pods.
					Annotations: pulumi.StringMap{labelPrefix + "config": pulumi.String(digest(rendered))},
				},
				Spec: api.pod(args, config, secret),
			},
		},
	}, child)
	if err != nil {
		return nil, err
	}
	api.Pods = deployment.Spec.Replicas().Elem()
	return api, ctx.RegisterResourceOutputs(api, pulumi.Map{
		"namespace": api.Namespace,
		"pods":      api.Pods,
	})
}

func (a *API) metadata(env Environment) *metav1.ObjectMetaArgs {
	return &metav1.ObjectMetaArgs{
		Name:      pulumi.String(apiName),
		Namespace: a.Namespace,
		Labels:    recommended(apiName, env),
	}
}

// rollingUpdate replaces pods one by one. There is one pod per node, so a surge pod
// may find no room, and the pool is sized with spare instances (sizing).
func rollingUpdate() *appsv1.DeploymentStrategyArgs {
	return &appsv1.DeploymentStrategyArgs{
		Type: pulumi.String("RollingUpdate"),
		RollingUpdate: &appsv1.RollingUpdateDeploymentArgs{
			MaxSurge:       pulumi.Int(0),
			MaxUnavailable: pulumi.Int(1),
		},
	}
}

func (a *API) pod(args *APIArgs, config *corev1.ConfigMap, secret *corev1.Secret) *corev1.PodSpecArgs {
	resources := pulumi.StringMap{
		"cpu":    pulumi.String(args.Requests.CPU),
		"memory": pulumi.String(args.Requests.Memory),
	}
	return &corev1.PodSpecArgs{
		// The API never talks to the Kubernetes API.
		AutomountServiceAccountToken:  pulumi.Bool(false),
		NodeSelector:                  pulumi.StringMap{RoleLabel: pulumi.String(string(sizing.RoleAPI))},
		TerminationGracePeriodSeconds: pulumi.Int(apiDrainSeconds),
		TopologySpreadConstraints: corev1.TopologySpreadConstraintArray{
			&corev1.TopologySpreadConstraintArgs{
				MaxSkew:           pulumi.Int(1),
				TopologyKey:       pulumi.String("kubernetes.io/hostname"),
				WhenUnsatisfiable: pulumi.String("DoNotSchedule"),
				LabelSelector:     &metav1.LabelSelectorArgs{MatchLabels: selector(apiName)},
			},
		},
		SecurityContext: &corev1.PodSecurityContextArgs{
			RunAsNonRoot:   pulumi.Bool(true),
			RunAsUser:      pulumi.Int(apiUser),
			RunAsGroup:     pulumi.Int(apiUser),
			SeccompProfile: &corev1.SeccompProfileArgs{Type: pulumi.String("RuntimeDefault")},
		},
		Containers: corev1.ContainerArray{&corev1.ContainerArgs{
			Name:  pulumi.String(apiName),
			Image: pulumi.String(args.Image),
			Args:  pulumi.StringArray{pulumi.String("--config=/etc/gomeet/" + manifests.APIFile)},
			Ports: corev1.ContainerPortArray{&corev1.ContainerPortArgs{
				Name: pulumi.String("http"), ContainerPort: pulumi.Int(apiPort),
			}},
			Resources:      &corev1.ResourceRequirementsArgs{Requests: resources, Limits: pulumi.StringMap{"memory": resources["memory"]}},
			ReadinessProbe: httpProbe("/health"),
			LivenessProbe:  httpProbe("/health"),
			VolumeMounts: corev1.VolumeMountArray{
				mount("config", "/etc/gomeet"),
				mount("secret", manifests.APISecretDir),
			},
			SecurityContext: &corev1.SecurityContextArgs{
				AllowPrivilegeEscalation: pulumi.Bool(false),
				ReadOnlyRootFilesystem:   pulumi.Bool(true),
				Capabilities:             &corev1.CapabilitiesArgs{Drop: pulumi.StringArray{pulumi.String("ALL")}},
			},
		}},
		Volumes: corev1.VolumeArray{
			&corev1.VolumeArgs{
				Name:      pulumi.String("config"),
				ConfigMap: &corev1.ConfigMapVolumeSourceArgs{Name: config.Metadata.Name()},
			},
			&corev1.VolumeArgs{
				Name:   pulumi.String("secret"),
				Secret: &corev1.SecretVolumeSourceArgs{SecretName: secret.Metadata.Name()},
			},
		},
	}
}

func httpProbe(path string) *corev1.ProbeArgs {
	return &corev1.ProbeArgs{HttpGet: &corev1.HTTPGetActionArgs{Path: pulumi.String(path), Port: pulumi.String("http")}}
}

func mount(volume, path string) *corev1.VolumeMountArgs {
	return &corev1.VolumeMountArgs{Name: pulumi.String(volume), MountPath: pulumi.String(path), ReadOnly: pulumi.Bool(true)}
}

func digest(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:8])
}
