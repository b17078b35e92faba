package components

import (
	"fmt"

	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/gomeet/infra/manifests"
)

const (
	// setupSeconds is how long the servers may take to find each other, and the bucket to
	// be made.
	setupSeconds = 1800
	// copySeconds ends a copy before the next: a day of recordings is 180 GB (design's
	// target, composites), 23 minutes at 1 Gbit/s.
	copySeconds = 23 * 3600
)

// jobs makes the bucket and its user, and the daily copy. What they read from the host
// and the world is checked against both authorities: Go's programs add the files of
// SSL_CERT_DIR to the system's own.
func (m *MinIO) jobs(ctx *pulumi.Context, logical string, args *MinIOArgs, opts ...pulumi.ResourceOption) error {
	data := m.data
	if err := allowEdges(ctx, logical+"-jobs", manifests.DataNamespace, minioJobs, data.env, edges{out: []allowed{
		tcp(peer{app: minioApp, namespace: manifests.DataNamespace}, manifests.MinIOPort), tcp(world, 443),
		tcp(peer{namespace: manifests.MonitoringNamespace}, manifests.PushgatewayPort),
	}}, opts...); err != nil {
		return err
	}
	common := task{
		app: minioJobs, volumes: corev1.VolumeArray{data.authorityVolume()},
		mounts: corev1.VolumeMountArray{mount("tls", manifests.DataTLSDir)},
		env:    corev1.EnvVarArray{variable("SSL_CERT_DIR", manifests.DataTLSDir)},
	}
	if err := m.setup(ctx, logical, args, common, opts...); err != nil {
		return err
	}
	keys, err := keepSecret(ctx, logical+"-copy", manifests.DataNamespace, "minio-copy", data.env, "", pulumi.StringMap{
		"access-key": args.Copy.AccessKey, "secret-key": args.Copy.SecretKey,
	}, opts...)
	if err != nil {
		return err
	}
	recordings := common
	recordings.name, recordings.image, recordings.deadline = "recordings-copy", data.tools, copySeconds
	recordings.command = []string{scriptsDir + "/recordings-copy.sh"}
	recordings.env = append(append(common.env, m.copyRemotes(args, keys)...), pushMetrics())
	return data.schedule(ctx, logical, manifests.RecordingsCopySchedule, recordings, opts...)
}

// setup makes the bucket and its user.
func (m *MinIO) setup(ctx *pulumi.Context, logical string, args *MinIOArgs, t task, opts ...pulumi.ResourceOption) error {
	data := m.data
	t.name, t.image, t.deadline = "minio-setup", args.Image, setupSeconds
	t.command = []string{scriptsDir + "/minio-setup.sh"}
	host := fmt.Sprintf("%s:%d", manifests.ServiceHost(minioApp, manifests.DataNamespace), manifests.MinIOPort)
	t.env = append(t.env,
		fromSecret("ROOT_PASSWORD", m.secret, "root-password"), fromSecret("STORE_PASSWORD", m.secret, "password"),
		// Kubernetes puts the password in; it is letters and digits.
		variable("MC_HOST_store", "https://"+manifests.MinIORootUser+":$(ROOT_PASSWORD)@"+host),
		variable("MC_CONFIG_DIR", "/tmp/mc"), variable("BUCKET", manifests.MinIOBucket), variable("STORE_USER", manifests.MinIOUser),
		variable("RETENTION_DAYS", fmt.Sprint(args.RetentionDays)),
	)
	return data.once(ctx, logical+"-setup", t, args.PasswordsDigest, opts...)
}

// copyRemotes are rclone's names of both buckets, configured by variables alone.
func (m *MinIO) copyRemotes(args *MinIOArgs, keys pulumi.StringInput) corev1.EnvVarArray {
	set := func(remote, name, value string) corev1.EnvVarInput {
		return variable("RCLONE_CONFIG_"+remote+"_"+name, value)
	}
	secret := func(remote, name string, from pulumi.StringInput, key string) corev1.EnvVarInput {
		return fromSecret("RCLONE_CONFIG_"+remote+"_"+name, from, key)
	}
	host := fmt.Sprintf("https://%s:%d", manifests.ServiceHost(minioApp, manifests.DataNamespace), manifests.MinIOPort)
	return corev1.EnvVarArray{
		set("STORE", "TYPE", "s3"), set("STORE", "PROVIDER", "Minio"), set("STORE", "ENDPOINT", host),
		set("STORE", "REGION", manifests.MinIORegion), set("STORE", "ACCESS_KEY_ID", manifests.MinIOUser),
		secret("STORE", "SECRET_ACCESS_KEY", m.secret, "password"),
		set("COPY", "TYPE", "s3"), set("COPY", "PROVIDER", "DigitalOcean"), set("COPY", "ENDPOINT", args.Copy.Endpoint),
		set("COPY", "REGION", args.Copy.Region), set("COPY", "NO_CHECK_BUCKET", "true"),
		secret("COPY", "ACCESS_KEY_ID", keys, "access-key"), secret("COPY", "SECRET_ACCESS_KEY", keys, "secret-key"),
		variable("RECORDINGS_SOURCE", "STORE:"+manifests.MinIOBucket),
		&corev1.EnvVarArgs{Name: pulumi.String("RECORDINGS_COPY"), Value: pulumi.Sprintf("COPY:%s", args.Copy.Name)},
	}
}
