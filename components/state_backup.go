package components

import (
	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	rbacv1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/rbac/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/gomeet/infra/manifests"
)

// StateBackup keeps a daily, encrypted copy of the cluster's objects in the backup
// bucket: what was deployed, with what was changed by hand. The copy holds Secrets, so it
// is encrypted in the pod, with a key that the pod can only encrypt with. It costs its
// share of the bucket.
//
// Pulumi's own state is not among it: its bucket is versioned and in the same other
// region, and a key for it in the cluster would open everything.
type StateBackup struct {
	pulumi.ResourceState
}

// StateBackupArgs configures StateBackup.
type StateBackupArgs struct {
	// Data is the ground of the site's data tier.
	Data *Data
}

const (
	stateJobs = "state-jobs"
	// stateSeconds is how long a copy of some thousand objects may take.
	stateSeconds = 1800
)

// NewStateBackup makes the schedule. The options must carry the cluster's provider.
func NewStateBackup(ctx *pulumi.Context, name string, args *StateBackupArgs, opts ...pulumi.ResourceOption) (*StateBackup, error) {
	backup := &StateBackup{}
	if err := ctx.RegisterComponentResource("gomeet:data:StateBackup", name, backup, opts...); err != nil {
		return nil, err
	}
	child, data, logical := pulumi.Parent(backup), args.Data, name+"-state"
	account, err := corev1.NewServiceAccount(ctx, logical, &corev1.ServiceAccountArgs{
		Metadata: object(data.in, stateJobs, data.env), AutomountServiceAccountToken: pulumi.Bool(false),
	}, child)
	if err != nil {
		return nil, err
	}
	all := pulumi.StringArray{pulumi.String("*")}
	metadata := object(nil, "gomeet-state-backup", data.env)
	role, err := rbacv1.NewClusterRole(ctx, logical, &rbacv1.ClusterRoleArgs{
		Metadata: metadata,
		// A backup reads everything, also what operators will add; it changes nothing.
		Rules: rbacv1.PolicyRuleArray{&rbacv1.PolicyRuleArgs{
			ApiGroups: all, Resources: all, Verbs: pulumi.ToStringArray([]string{"get", "list"}),
		}},
	}, child)
	if err != nil {
		return nil, err
	}
	made := account.Metadata.Name().Elem()
	if _, err := rbacv1.NewClusterRoleBinding(ctx, logical, &rbacv1.ClusterRoleBindingArgs{
		Metadata: object(nil, "gomeet-state-backup", data.env),
		RoleRef: &rbacv1.RoleRefArgs{
			ApiGroup: pulumi.String("rbac.authorization.k8s.io"), Kind: pulumi.String("ClusterRole"), Name: role.Metadata.Name().Elem(),
		},
		Subjects: rbacv1.SubjectArray{&rbacv1.SubjectArgs{Kind: pulumi.String("ServiceAccount"), Name: made, Namespace: data.in}},
	}, child); err != nil {
		return nil, err
	}
	if err := allowEdges(ctx, logical, manifests.DataNamespace, stateJobs, data.env, edges{out: []allowed{
		controlPlane, tcp(peer{namespace: manifests.MonitoringNamespace}, manifests.PushgatewayPort),
	}}, child); err != nil {
		return nil, err
	}
	if err := data.schedule(ctx, logical, manifests.StateBackupSchedule, task{
		name: "state-backup", app: stateJobs, image: data.tools, deadline: stateSeconds, account: made, workGiB: 1,
		command: []string{scriptsDir + "/state-backup.sh"},
		env:     append(data.rclone("state/"+data.env.Site), variable("KUBERNETES", "1"), pushMetrics()),
	}, child); err != nil {
		return nil, err
	}
	return backup, ctx.RegisterResourceOutputs(backup, pulumi.Map{})
}
