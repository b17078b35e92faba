package components

import (
	"encoding/base64"
	"strings"

	apiregistrationv1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/apiregistration/v1"
	appsv1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/apps/v1"
	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	rbacv1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/rbac/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/gomeet/infra/manifests"
	"github.com/gomeet/infra/sizing"
)

// aggregated is a daemon that serves an API of Kubernetes, behind the API server
// (kubernetes.io/docs/concepts/extend-kubernetes/api-extension/apiserver-aggregation).
type aggregated struct {
	app, image string
	// group is the API's; its version is v1beta1.
	group string
	// port is where it listens, args its arguments but for the certificate.
	port    int
	args    []string
	request sizing.PodRequest
	// rules are what it may read, out what it may call besides Kubernetes' API.
	rules rbacv1.PolicyRuleArray
	out   []allowed
	// config is mounted at configDir, if there is one; changes roll the pods.
	config    *corev1.ConfigMap
	configDir string
	changes   pulumi.StringMap

	in        pulumi.StringInput
	env       Environment
	tls       pulumi.StringInput
	authority pulumi.StringInput
	nodes     []string
}

// deploy makes everything the daemon has. The APIService comes last and goes first: while
// it has no pods behind it, Kubernetes can delete no namespace.
func (a aggregated) deploy(ctx *pulumi.Context, logical string, opts ...pulumi.ResourceOption) error {
	account, err := a.account(ctx, logical, opts...)
	if err != nil {
		return err
	}
	namespace := manifests.AutoscalingNamespace
	if err := allowEdges(ctx, logical, namespace, a.app, a.env, a.edges(), opts...); err != nil {
		return err
	}
	deployment, err := appsv1.NewDeployment(ctx, logical, &appsv1.DeploymentArgs{
		Metadata: object(a.in, a.app, a.env),
		Spec: &appsv1.DeploymentSpecArgs{
			Replicas: pulumi.Int(metricsReplicas),
			Selector: &metav1.LabelSelectorArgs{MatchLabels: selector(a.app)},
			Template: &corev1.PodTemplateSpecArgs{
				Metadata: &metav1.ObjectMetaArgs{Labels: recommended(a.app, a.env), Annotations: a.changes},
				Spec:     a.pod(account),
			},
		},
	}, opts...)
	if err != nil {
		return err
	}
	after := append(opts, pulumi.DependsOn([]pulumi.Resource{deployment}))
	if err := budget(ctx, logical, namespace, a.app, a.env, after...); err != nil {
		return err
	}
	service, err := corev1.NewService(ctx, logical, &corev1.ServiceArgs{
		Metadata: object(a.in, a.app, a.env),
		Spec: &corev1.ServiceSpecArgs{
			Selector: selector(a.app),
			Ports:    corev1.ServicePortArray{&corev1.ServicePortArgs{Name: pulumi.String("https"), Port: pulumi.Int(443), TargetPort: pulumi.String("https")}},
		},
	}, after...)
	if err != nil {
		return err
	}
	_, err = apiregistrationv1.NewAPIService(ctx, logical, &apiregistrationv1.APIServiceArgs{
		Metadata: &metav1.ObjectMetaArgs{Name: pulumi.String("v1beta1." + a.group), Labels: recommended(a.app, a.env), Annotations: takenBack()},
		Spec: &apiregistrationv1.APIServiceSpecArgs{
			Group: pulumi.String(a.group), Version: pulumi.String("v1beta1"),
			// Of both daemons' own manifests; they matter where two serve one group.
			GroupPriorityMinimum: pulumi.Int(100), VersionPriority: pulumi.Int(100),
			CaBundle: a.authority.ToStringOutput().ApplyT(func(pem string) string {
				return base64.StdEncoding.EncodeToString([]byte(pem))
			}).(pulumi.StringOutput),
			Service: &apiregistrationv1.ServiceReferenceArgs{Name: service.Metadata.Name(), Namespace: service.Metadata.Namespace(), Port: pulumi.Int(443)},
		},
	}, append(opts, pulumi.DependsOn([]pulumi.Resource{service, deployment}))...)
	return err
}

func (a aggregated) pod(account pulumi.StringInput) *corev1.PodSpecArgs {
	args := append([]string{"--tls-cert-file=" + metricsTLSDir + "/tls.crt", "--tls-private-key-file=" + metricsTLSDir + "/tls.key"}, a.args...)
	mounts, volumes := corev1.VolumeMountArray{mount("tls", metricsTLSDir)}, corev1.VolumeArray{secretVolume("tls", a.tls)}
	if a.config != nil {
		mounts, volumes = append(mounts, mount("config", a.configDir)), append(volumes, configVolume("config", a.config))
	}
	spec := &corev1.PodSpecArgs{
		ServiceAccountName: account,
		// It reads pods, and asks who calls it.
		AutomountServiceAccountToken: pulumi.Bool(true),
		EnableServiceLinks:           pulumi.Bool(false),
		// Without it the API does not grow.
		PriorityClassName:         pulumi.String(string(priorityAPI)),
		TopologySpreadConstraints: spread(a.app),
		SecurityContext:           restrictedPod(),
		Containers: corev1.ContainerArray{&corev1.ContainerArgs{
			Name:            pulumi.String(a.app),
			Image:           pulumi.String(a.image),
			Args:            pulumi.ToStringArray(args),
			Ports:           corev1.ContainerPortArray{containerPort("https", a.port)},
			Resources:       resources(a.request),
			ReadinessProbe:  httpsGet("/readyz", "https", 10),
			LivenessProbe:   httpsGet("/livez", "https", 10),
			VolumeMounts:    mounts,
			SecurityContext: restrictedContainer(),
		}},
		Volumes: volumes,
	}
	onRole(spec, sizing.RoleDefault)
	return spec
}

// edges is what the daemon may receive and send. DOKS' control plane calls through an
// agent in kube-system or on the nodes.
func (a aggregated) edges() edges {
	return edges{
		in:  append(withNodes(a.nodes, a.port), tcp(peer{namespace: "kube-system"}, a.port)),
		out: append([]allowed{controlPlane}, a.out...),
	}
}

// policy allows verbs, separated by spaces, on resources of an API group.
func policy(group, verbs string, resources ...string) *rbacv1.PolicyRuleArgs {
	return &rbacv1.PolicyRuleArgs{
		ApiGroups: pulumi.ToStringArray([]string{group}), Resources: pulumi.ToStringArray(resources),
		Verbs: pulumi.ToStringArray(strings.Fields(verbs)),
	}
}
