package components

import (
	"maps"
	"slices"

	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// BackupBucket is where backups go.
type BackupBucket struct {
	// Name, Region and Endpoint are the bucket's; Endpoint is a host.
	Name             pulumi.StringInput
	Region, Endpoint string
	// AccessKey and SecretKey may read and write the bucket; Recipient is the age public
	// key that all but PostgreSQL's own backups are encrypted with.
	AccessKey, SecretKey, Recipient pulumi.StringInput
}

// remote is rclone's name of the bucket, configured by variables alone.
const remote = "BACKUPS"

// rclone returns the variables with which rclone and the backup scripts reach the bucket
// (rclone.org, "Environment Variables", config file settings).
func (d *Data) rclone(prefix string) corev1.EnvVarArray {
	set := func(name, value string) corev1.EnvVarInput { return variable("RCLONE_CONFIG_"+remote+"_"+name, value) }
	return corev1.EnvVarArray{
		set("TYPE", "s3"), set("PROVIDER", "DigitalOcean"), set("REGION", d.bucket.Region), set("ENDPOINT", d.bucket.Endpoint),
		// The key may use the bucket, not look for it or create it.
		set("NO_CHECK_BUCKET", "true"),
		fromSecret("RCLONE_CONFIG_"+remote+"_ACCESS_KEY_ID", d.backups, "access-key"),
		fromSecret("RCLONE_CONFIG_"+remote+"_SECRET_ACCESS_KEY", d.backups, "secret-key"),
		fromSecret("BACKUP_RECIPIENT", d.backups, "recipient"),
		&corev1.EnvVarArgs{Name: pulumi.String("BACKUP_REMOTE"), Value: pulumi.Sprintf("%s:%s/%s", remote, d.bucket.Name, prefix)},
	}
}

func variable(name, value string) *corev1.EnvVarArgs {
	return &corev1.EnvVarArgs{Name: pulumi.String(name), Value: pulumi.String(value)}
}

// fromField is a variable whose value is a field of the pod.
func fromField(name, path string) *corev1.EnvVarArgs {
	return &corev1.EnvVarArgs{Name: pulumi.String(name), ValueFrom: &corev1.EnvVarSourceArgs{
		FieldRef: &corev1.ObjectFieldSelectorArgs{FieldPath: pulumi.String(path)},
	}}
}

func sortedNames[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
