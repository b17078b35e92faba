package load

import (
	"fmt"
	"net/url"
	"strconv"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/gomeet/infra/manifests"
	"github.com/gomeet/infra/sizing"
)

const (
	// Secret holds what a test must not show: TOKEN, or LIVEKIT_API_KEY and LIVEKIT_API_SECRET.
	Secret = "load-secrets"
	// RoleLabel and Role are on the nodes of the workers' pool, and its taint. The label is
	// that of the stack's own pools (components.RoleLabel).
	RoleLabel = "gomeet.com/role"
	Role      = "load"

	scriptsDir = "/scripts"
	// nonroot is the user of the stack's own containers that need none in particular.
	nonroot = 65532
	// keptSeconds is how long a finished Job stays with its logs: until the next morning.
	keptSeconds = 24 * 60 * 60
)

// startTime is for nodes to pull the image and k6 to make its users, closeTime for what is
// open at the end (closeSeconds of lib.js) and the report.
var startTime, closeTime = 10 * time.Minute, 2 * time.Minute

// deadline is when a run is not going to end by itself any more, here or in a cluster.
func (s Spec) deadline() time.Duration { return startTime + s.Ramp + s.Hold + closeTime }

// Job renders the test as an Indexed Job: k6 splits the users by the pod's number. Nothing
// of it is retried, because a second try would meet the load of the first. It needs nodes
// with the label RoleLabel=Role, one for each worker.
func (s Spec) Job(request sizing.PodRequest) ([]Object, error) {
	if err := s.Validate(); err != nil {
		return nil, err
	}
	scripts, err := Scripts()
	if err != nil {
		return nil, err
	}
	target, err := url.Parse(s.Target)
	if err != nil {
		return nil, err
	}
	port, err := port(target)
	if err != nil {
		return nil, err
	}
	name := "load-" + string(s.Test)
	workers, deadline := int32(s.Workers), int64(s.deadline()/time.Second)
	job := &batchv1.Job{
		TypeMeta: metav1.TypeMeta{APIVersion: "batch/v1", Kind: "Job"}, ObjectMeta: s.metadata(name),
		Spec: batchv1.JobSpec{
			CompletionMode: ptr(batchv1.IndexedCompletion),
			Completions:    &workers, Parallelism: &workers,
			BackoffLimitPerIndex:    ptr(int32(0)),
			ActiveDeadlineSeconds:   &deadline,
			TTLSecondsAfterFinished: ptr(int32(keptSeconds)),
			Template: corev1.PodTemplateSpec{
				ObjectMeta: metav1.ObjectMeta{Labels: s.labels(), Annotations: map[string]string{
					// A node that is emptied in the middle takes its users along.
					"cluster-autoscaler.kubernetes.io/safe-to-evict": "false",
				}},
				Spec: s.pod(name, request),
			},
		},
	}
	config := &corev1.ConfigMap{
		TypeMeta: metav1.TypeMeta{APIVersion: "v1", Kind: "ConfigMap"}, ObjectMeta: s.metadata(name), Data: scripts,
	}
	return append(s.place(port), config, job), nil
}

func (s Spec) pod(config string, request sizing.PodRequest) corev1.PodSpec {
	milli := resource.MustParse(fmt.Sprintf("%dm", request.MilliCPU))
	memory := resource.MustParse(fmt.Sprintf("%dMi", request.MemoryMiB))
	scratch := resource.MustParse("256Mi")
	container := corev1.Container{
		Name: "k6", Image: manifests.K6Image,
		Command: append(append([]string{"k6"}, arguments...), scriptsDir+"/"+s.Test.Script()),
		Resources: corev1.ResourceRequirements{
			Requests: corev1.ResourceList{"cpu": milli, "memory": memory, "ephemeral-storage": scratch},
			Limits:   corev1.ResourceList{"memory": memory, "ephemeral-storage": scratch},
		},
		SecurityContext: &corev1.SecurityContext{
			AllowPrivilegeEscalation: ptr(false), ReadOnlyRootFilesystem: ptr(true),
			Capabilities: &corev1.Capabilities{Drop: []corev1.Capability{"ALL"}},
		},
		VolumeMounts: []corev1.VolumeMount{
			{Name: "scripts", MountPath: scriptsDir, ReadOnly: true}, {Name: "tmp", MountPath: "/tmp"},
		},
		// Which target was missed is then in the pod's status, too.
		TerminationMessagePolicy: corev1.TerminationMessageFallbackToLogsOnError,
	}
	for _, v := range append(s.environment(), variable{"HOME", "/tmp"}) {
		container.Env = append(container.Env, corev1.EnvVar{Name: v.name, Value: v.value})
	}
	names, needed := s.Test.secrets()
	for _, name := range names {
		container.Env = append(container.Env, corev1.EnvVar{Name: name, ValueFrom: &corev1.EnvVarSource{
			SecretKeyRef: &corev1.SecretKeySelector{
				LocalObjectReference: corev1.LocalObjectReference{Name: Secret}, Key: name, Optional: ptr(!needed),
			},
		}})
	}
	return corev1.PodSpec{
		RestartPolicy:                corev1.RestartPolicyNever,
		AutomountServiceAccountToken: ptr(false), EnableServiceLinks: ptr(false),
		SecurityContext: &corev1.PodSecurityContext{
			RunAsNonRoot: ptr(true), RunAsUser: ptr(int64(nonroot)), RunAsGroup: ptr(int64(nonroot)), FSGroup: ptr(int64(nonroot)),
			SeccompProfile: &corev1.SeccompProfile{Type: corev1.SeccompProfileTypeRuntimeDefault},
		},
		NodeSelector: map[string]string{RoleLabel: Role},
		Tolerations:  []corev1.Toleration{{Key: RoleLabel, Operator: corev1.TolerationOpEqual, Value: Role, Effect: corev1.TaintEffectNoSchedule}},
		// A node's address has only so many connections (sizing.LoadConnectionsPerAddress).
		Affinity: &corev1.Affinity{PodAntiAffinity: &corev1.PodAntiAffinity{
			RequiredDuringSchedulingIgnoredDuringExecution: []corev1.PodAffinityTerm{{
				TopologyKey: corev1.LabelHostname, LabelSelector: &metav1.LabelSelector{MatchLabels: selector()},
			}},
		}},
		Containers: []corev1.Container{container},
		Volumes: []corev1.Volume{
			{Name: "scripts", VolumeSource: corev1.VolumeSource{ConfigMap: &corev1.ConfigMapVolumeSource{
				LocalObjectReference: corev1.LocalObjectReference{Name: config},
			}}},
			{Name: "tmp", VolumeSource: corev1.VolumeSource{EmptyDir: &corev1.EmptyDirVolumeSource{Medium: corev1.StorageMediumMemory, SizeLimit: ptr(resource.MustParse("32Mi"))}}},
		},
	}
}

// port is what a URL's scheme means unless it names one.
func port(target *url.URL) (int, error) {
	if target.Port() != "" {
		return strconv.Atoi(target.Port())
	}
	if target.Scheme == "https" || target.Scheme == "wss" {
		return 443, nil
	}
	return 80, nil
}

func selector() map[string]string { return map[string]string{"app.kubernetes.io/name": Role} }

func (s Spec) labels() map[string]string {
	labels := selector()
	labels["app.kubernetes.io/component"], labels["app.kubernetes.io/part-of"] = string(s.Test), "gomeet"
	return labels
}

func (s Spec) metadata(name string) metav1.ObjectMeta {
	return metav1.ObjectMeta{Name: name, Namespace: manifests.LoadNamespace, Labels: s.labels()}
}

func ptr[T any](v T) *T { return &v }
