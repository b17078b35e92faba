package components

import (
	"fmt"

	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/gomeet/infra/manifests"
)

const (
	// redisRepairSchedule is how often the cluster is looked after: Redis itself replaces
	// a lost master within seconds, and this only brings back what was lost with it.
	redisRepairSchedule = "*/5 * * * *"
	// redisRepairSeconds ends a repair before the one after the next.
	redisRepairSeconds = 540
	// redisCreateSeconds is how long the nodes may take to come, with their volumes.
	redisCreateSeconds = 1800
	// redisBackupSeconds ends a backup before the next.
	redisBackupSeconds = 3300
)

// jobs makes what creates and repairs the cluster, and the backups. Only their pods have
// the operator's password; they have no token for the Kubernetes API.
func (r *Redis) jobs(ctx *pulumi.Context, logical string, args *RedisArgs, opts ...pulumi.ResourceOption) error {
	data := args.Data
	operator, err := keepSecret(ctx, logical+"-operator", manifests.DataNamespace, operatorApp, data.env, "", pulumi.StringMap{
		"password": args.OperatorPassword,
	}, opts...)
	if err != nil {
		return err
	}
	if err := allowEdges(ctx, logical+"-jobs", manifests.DataNamespace, redisJobs, data.env, edges{out: []allowed{
		tcp(peer{app: redisApp, namespace: manifests.DataNamespace}, manifests.RedisPort), tcp(world, 443),
		tcp(peer{namespace: manifests.MonitoringNamespace}, manifests.PushgatewayPort),
	}}, opts...); err != nil {
		return err
	}
	reach := corev1.EnvVarArray{
		variable("REDIS_NODES", redisNodes(args.Layout.Pods)), variable("REDIS_TLS_CA", manifests.DataTLS().CA),
		variable("REDIS_USER", manifests.RedisUserOperator), fromSecret("REDISCLI_AUTH", operator, "password"),
	}
	common := task{
		app: redisJobs, image: data.tools, env: reach,
		volumes: corev1.VolumeArray{data.authorityVolume()}, mounts: corev1.VolumeMountArray{mount("tls", manifests.DataTLSDir)},
	}
	repair := common
	repair.name, repair.image, repair.deadline = "redis-cluster", manifests.RedisImage, redisRepairSeconds
	repair.command = []string{scriptsDir + "/redis-cluster.sh"}
	repair.env = append(corev1.EnvVarArray{variable("REDIS_REPLICAS", fmt.Sprint(args.Layout.Replicas))}, reach...)
	if err := data.schedule(ctx, logical, redisRepairSchedule, repair, opts...); err != nil {
		return err
	}
	// Once now: whatever needs Redis would wait for the schedule, and deployments that wait
	// for their pods give up after ten minutes.
	first := repair
	first.name, first.deadline, first.anyScripts = "redis-create", redisCreateSeconds, true // The schedule runs new ones.
	if err := data.once(ctx, logical+"-create", first, "", opts...); err != nil {
		return err
	}
	for _, kind := range []struct{ name, schedule string }{
		{"hourly", manifests.RedisHourlySchedule}, {"daily", manifests.RedisDailySchedule},
	} {
		backup := common
		backup.name, backup.deadline = "redis-backup-"+kind.name, redisBackupSeconds
		backup.command = []string{scriptsDir + "/redis-backup.sh", kind.name}
		backup.env = append(append(data.rclone("redis"), pushMetrics()), reach...)
		// One snapshot, and all that are encrypted already.
		backup.workGiB = max(1, (args.Layout.Pods+1)*args.Layout.MaxMemoryMiB/1024)
		if err := data.schedule(ctx, logical, kind.schedule, backup, opts...); err != nil {
			return err
		}
	}
	return nil
}
