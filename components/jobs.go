package components

import (
	"cmp"
	"fmt"

	batchv1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/batch/v1"
	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/gomeet/infra/manifests"
	"github.com/gomeet/infra/sizing"
)

// task is a script that runs to its end in a pod of its own.
type task struct {
	// name is the object's, app what NetworkPolicies select it by; several tasks may
	// have one.
	name, app string
	image     string
	// command is the script and its arguments.
	command []string
	env     corev1.EnvVarArray
	volumes corev1.VolumeArray
	mounts  corev1.VolumeMountArray
	// workGiB is room in /tmp, on the node's disk or on a volume of its own if that is too
	// small; 0 is a little memory.
	workGiB int
	// claimGiB is a volume of its own at claimDir, as long as the pod lives; 0 is none.
	claimGiB int
	// deadline is the most seconds it may take.
	deadline int
	// request is what it asks for; none is taskRequest.
	request sizing.PodRequest
	// unawaited does not hold a deployment up.
	unawaited bool
	// anyScripts does not run again for other scripts.
	anyScripts bool
	// account is a service account with a token; empty is none.
	account pulumi.StringInput
	// role is where it runs; empty is the default pool, away from what it backs up.
	role sizing.Role
	// user is the user and group; 0 is nonroot.
	user int
}

// taskRequest is what a task asks for: tools that compress and send, one at a time.
var taskRequest = sizing.PodRequest{MilliCPU: 100, MemoryMiB: 256}

// workClaimed says that /tmp is a volume of its own, which goes with the pod.
func (t task) workClaimed() bool { return t.workGiB > workOnNodeGiB }

func (t task) pod(env Environment) *corev1.PodSpecArgs {
	security := restrictedPod()
	if t.user != 0 {
		security = asUser(t.user)
	}
	work := &corev1.EmptyDirVolumeSourceArgs{Medium: pulumi.String("Memory"), SizeLimit: pulumi.String("32Mi")}
	asked := resources(cmp.Or(t.request, taskRequest))
	if t.workGiB > 0 && !t.workClaimed() {
		size := pulumi.String(gibibytes(t.workGiB))
		work = &corev1.EmptyDirVolumeSourceArgs{SizeLimit: size}
		asked.Requests.(pulumi.StringMap)["ephemeral-storage"] = size
		asked.Limits.(pulumi.StringMap)["ephemeral-storage"] = pulumi.String(gibibytes(t.workGiB + 1))
	}
	spec := &corev1.PodSpecArgs{
		AutomountServiceAccountToken: pulumi.Bool(t.account != nil),
		EnableServiceLinks:           pulumi.Bool(false),
		RestartPolicy:                pulumi.String("Never"),
		PriorityClassName:            pulumi.String(string(priorityWatch)),
		SecurityContext:              security,
		Containers: corev1.ContainerArray{&corev1.ContainerArgs{
			Name:            pulumi.String(t.app),
			Image:           pulumi.String(t.image),
			Command:         pulumi.ToStringArray(t.command),
			Env:             append(corev1.EnvVarArray{variable("HOME", "/tmp")}, t.env...),
			Resources:       asked,
			VolumeMounts:    append(corev1.VolumeMountArray{mount("scripts", scriptsDir), writable("tmp", "/tmp")}, t.mounts...),
			SecurityContext: restrictedContainer(),
			// Why a job failed is then in its pod's status, too.
			TerminationMessagePolicy: pulumi.String("FallbackToLogsOnError"),
		}},
		Volumes: append(corev1.VolumeArray{&corev1.VolumeArgs{Name: pulumi.String("tmp"), EmptyDir: work}}, t.volumes...),
	}
	if t.workClaimed() {
		spec.Volumes.(corev1.VolumeArray)[0] = claimed("tmp", t.workGiB, recommended(t.app, env))
	}
	if t.claimGiB > 0 {
		container := spec.Containers.(corev1.ContainerArray)[0].(*corev1.ContainerArgs)
		container.VolumeMounts = append(container.VolumeMounts.(corev1.VolumeMountArray), writable("claim", claimDir))
		spec.Volumes = append(spec.Volumes.(corev1.VolumeArray), claimed("claim", t.claimGiB, recommended(t.app, env)))
	}
	if t.account != nil {
		spec.ServiceAccountName = t.account.ToStringOutput().ToStringPtrOutput()
		spec.ImagePullSecrets = pullSecrets(t.image)
	}
	role := t.role
	if role == "" {
		role = sizing.RoleDefault
	}
	onRole(spec, role)
	return spec
}

// claimDir is where a task's own volume is.
const claimDir = "/work"

const (
	// retries of a task before it has failed: a network hiccup, not a broken backup.
	retries = 2
	// lateSeconds is how late a run may begin, when the control plane was away at its time.
	lateSeconds = 1800
	// keptSuccesses and keptFailures of each schedule stay readable.
	keptSuccesses, keptFailures = 1, 3
	// claimKeptSeconds is how long a run that had a volume stays readable: the volume goes
	// with the pod, and the pod with its Job. It costs as much as any other meanwhile, and
	// what was restored is on it.
	claimKeptSeconds = 24 * 3600
	// workOnNodeGiB is how much a task may need on its node's disk. The smallest node of the
	// default pool has 60 GiB (s-2vcpu-2gb), with the images on it.
	workOnNodeGiB = 48
)

// job is the specification that both kinds of run share.
func (t task) job(env Environment) *batchv1.JobSpecArgs {
	spec := &batchv1.JobSpecArgs{
		BackoffLimit:          pulumi.Int(retries),
		ActiveDeadlineSeconds: pulumi.Int(t.deadline),
		Template: &corev1.PodTemplateSpecArgs{
			Metadata: &metav1.ObjectMetaArgs{Labels: recommended(t.app, env)},
			Spec:     t.pod(env),
		},
	}
	if t.claimGiB > 0 || t.workClaimed() {
		spec.TtlSecondsAfterFinished = pulumi.Int(claimKeptSeconds)
	}
	return spec
}

// onceRetries of a task that waits for a new cluster of servers, which takes a minute to
// come, with Kubernetes' back-off of 10 s doubling to 6 minutes: a quarter of an hour.
const onceRetries = 8

// once runs a task now, and again when it would do something else. Kubernetes lets nobody
// change the pod of a Job that was made, so all of it is in the name's digest: another pod,
// if only its image or a label is another one, is another Job, made before the old one
// goes. changes is what the pod does not show: the texts and passwords that it reads.
//
// Which of the two goes first is the provider's choice, by their names: told to make the
// new one first, it would apply it onto an old one of the same name, and fail.
func (d *Data) once(ctx *pulumi.Context, logical string, t task, changes string, opts ...pulumi.ResourceOption) error {
	t.volumes = append(t.volumes, d.scriptsVolume())
	spec := t.job(d.env)
	spec.BackoffLimit = pulumi.Int(onceRetries)
	if !t.anyScripts {
		changes += d.digest
	}
	spec.Template.(*corev1.PodTemplateSpecArgs).Metadata.(*metav1.ObjectMetaArgs).Annotations = rolls(changes)
	metadata := object(d.in, t.name, d.env)
	if t.unawaited {
		unawaited(metadata)
	}
	metadata.Name = pulumi.JSONMarshal(spec.Template).ApplyT(func(pod string) string {
		return t.name + "-" + digest(pod)[:8]
	}).(pulumi.StringOutput)
	// The provider would give up after ten minutes, whatever the Job's deadline is.
	limit := fmt.Sprintf("%ds", t.deadline)
	_, err := batchv1.NewJob(ctx, logical, &batchv1.JobArgs{Metadata: metadata, Spec: spec},
		append(opts, pulumi.Timeouts(&pulumi.CustomTimeouts{Create: limit, Update: limit}))...)
	return err
}

// schedule runs a task at times in cron's format, in UTC. A run that is not over when the
// next one is due makes that one wait for its own next time.
func (d *Data) schedule(ctx *pulumi.Context, logical, cron string, t task, opts ...pulumi.ResourceOption) error {
	t.volumes = append(t.volumes, d.scriptsVolume())
	metadata := object(pulumi.String(manifests.DataNamespace), t.name, d.env)
	_, err := batchv1.NewCronJob(ctx, logical+"-"+t.name, &batchv1.CronJobArgs{
		Metadata: metadata,
		Spec: &batchv1.CronJobSpecArgs{
			Schedule: pulumi.String(cron), TimeZone: pulumi.String("Etc/UTC"),
			ConcurrencyPolicy:          pulumi.String("Forbid"),
			Suspend:                    pulumi.Bool(false), // Said, so that a forgotten "suspend" is found and mended.
			StartingDeadlineSeconds:    pulumi.Int(lateSeconds),
			SuccessfulJobsHistoryLimit: pulumi.Int(keptSuccesses), FailedJobsHistoryLimit: pulumi.Int(keptFailures),
			JobTemplate: &batchv1.JobTemplateSpecArgs{
				Metadata: &metav1.ObjectMetaArgs{Labels: recommended(t.app, d.env)}, Spec: t.job(d.env),
			},
		},
	}, opts...)
	return err
}

// writable mounts a volume that the container writes to.
func writable(volume, path string) *corev1.VolumeMountArgs {
	return &corev1.VolumeMountArgs{Name: pulumi.String(volume), MountPath: pulumi.String(path)}
}
