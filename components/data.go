package components

import (
	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/gomeet/infra/manifests"
)

// Data is the ground of one site's data tier: a namespace that enforces the restricted
// profile, the scripts, the certificate of all its programs and, where there are backup
// jobs, the key of their bucket. It costs nothing. A new certificate reaches pods when
// they next start.
type Data struct {
	pulumi.ResourceState

	env     Environment
	in      pulumi.StringOutput
	scripts *corev1.ConfigMap
	// tls holds the certificate, backups the bucket's key and the recipient.
	tls, backups pulumi.StringInput
	// tools is the image of the jobs, bucket where backups go.
	tools  string
	bucket BackupBucket
	// digest changes when a script does.
	digest string
}

// DataArgs configures Data.
type DataArgs struct {
	Environment Environment
	// Certificate, Key and Authority are PEM. Key is a secret.
	Certificate, Key, Authority pulumi.StringInput
	// ToolsImage is the pinned image of the backup jobs.
	ToolsImage string
	// Backups is where backups go.
	Backups BackupBucket
}

const (
	tlsApp, backupsApp = "data-tls", "backups"
	scriptsDir         = "/scripts"
	// scriptMode lets everybody run the scripts, in octal 0555.
	scriptMode = 0o555
)

// NewData makes the namespace and what everything in it shares. The options must carry
// the cluster's provider.
func NewData(ctx *pulumi.Context, name string, args *DataArgs, opts ...pulumi.ResourceOption) (*Data, error) {
	data := &Data{env: args.Environment, tools: args.ToolsImage, bucket: args.Backups}
	if err := ctx.RegisterComponentResource("gomeet:data:Data", name, data, opts...); err != nil {
		return nil, err
	}
	child, logical := pulumi.Parent(data), name+"-data"
	namespace, err := newNamespace(ctx, logical, manifests.DataNamespace, data.env, restricted, child)
	if err != nil {
		return nil, err
	}
	data.in = namespace.Metadata.Name().Elem()
	texts, err := manifests.Scripts()
	if err != nil {
		return nil, err
	}
	files, all := pulumi.StringMap{}, ""
	for _, file := range sortedNames(texts) {
		files[file] = pulumi.String(texts[file])
		all += texts[file]
	}
	data.digest = digest(all)
	if data.scripts, err = corev1.NewConfigMap(ctx, logical+"-scripts", &corev1.ConfigMapArgs{
		Metadata: object(data.in, "scripts", data.env), Data: files,
	}, child); err != nil {
		return nil, err
	}
	made := pulumi.DependsOn([]pulumi.Resource{namespace})
	if data.tls, err = keepSecret(ctx, logical+"-tls", manifests.DataNamespace, tlsApp, data.env, "", pulumi.StringMap{
		"tls.crt": args.Certificate, "tls.key": args.Key, "ca.crt": args.Authority,
	}, child, made); err != nil {
		return nil, err
	}
	if data.backups, err = keepSecret(ctx, logical+"-backups", manifests.DataNamespace, backupsApp, data.env, "", pulumi.StringMap{
		"access-key": args.Backups.AccessKey, "secret-key": args.Backups.SecretKey, "recipient": args.Backups.Recipient,
	}, child, made); err != nil {
		return nil, err
	}
	return data, ctx.RegisterResourceOutputs(data, pulumi.Map{"namespace": data.in})
}

// scriptsVolume is all scripts, executable: they read each other.
func (d *Data) scriptsVolume() *corev1.VolumeArgs {
	return &corev1.VolumeArgs{Name: pulumi.String("scripts"), ConfigMap: &corev1.ConfigMapVolumeSourceArgs{
		Name: d.scripts.Metadata.Name(), DefaultMode: pulumi.Int(scriptMode),
	}}
}

// tlsVolume is the whole certificate, for servers; authorityVolume what clients need.
func (d *Data) tlsVolume() *corev1.VolumeArgs { return secretVolume("tls", d.tls) }

func (d *Data) authorityVolume() *corev1.VolumeArgs { return secretItems("tls", d.tls, "ca.crt") }

// secretItems mounts some keys of a Secret only.
func secretItems(name string, secret pulumi.StringInput, keys ...string) *corev1.VolumeArgs {
	var items corev1.KeyToPathArray
	for _, key := range keys {
		items = append(items, &corev1.KeyToPathArgs{Key: pulumi.String(key), Path: pulumi.String(key)})
	}
	return &corev1.VolumeArgs{Name: pulumi.String(name), Secret: &corev1.SecretVolumeSourceArgs{
		SecretName: secret, DefaultMode: pulumi.Int(secretMode), Items: items,
	}}
}
