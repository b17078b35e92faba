package stacks

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/gomeet/infra/components"
	"github.com/gomeet/infra/manifests"
	"github.com/gomeet/infra/sizing"
)

// ObjectStore is where recordings go (docs/decisions/0007). Backups go to Spaces in any case.
type ObjectStore string

const (
	// ObjectStoreSpaces is DigitalOcean's.
	ObjectStoreSpaces ObjectStore = "spaces"
	// ObjectStoreMinIO is the stack's own, on the minio pool of the primary site.
	ObjectStoreMinIO ObjectStore = "minio"
)

// objectStore reports a pool that holds no store.
func (l *loader) objectStore(plan *sizing.Plan) {
	if l.config.ObjectStore != ObjectStoreMinIO {
		return
	}
	if err := manifests.DefaultMinIO(plan.Total(sizing.RoleMinIO)).Validate(); err != nil {
		l.problems.add(qualified("objectStore"), string(ObjectStoreMinIO), "does not fit its pool: %v", err)
	}
}

// bucket is the bucket of the recordings, as the programs that use it see it.
type bucket struct {
	endpoint, region, name string
	// publicHost serves its objects to participants, empty if nothing does.
	publicHost string
	// caFile is the authority of the endpoint's certificate in the API's pods; empty is
	// the world's.
	caFile               string
	pathStyle            bool
	accessKey, secretKey pulumi.StringInput
}

func (w *workloads) ownStore() bool { return w.cfg.ObjectStore == ObjectStoreMinIO }

func (w *workloads) recordings() bucket {
	if w.ownStore() {
		return bucket{
			endpoint: "https://" + address(manifests.MinIOService, manifests.DataNamespace, manifests.MinIOPort),
			region:   manifests.MinIORegion, name: manifests.MinIOBucket,
			caFile: manifests.APIDataAuthorityFile, pathStyle: true,
			accessKey: pulumi.String(manifests.MinIOUser), secretKey: secret(w.cfg.Secrets.objectStorePassword(manifests.MinIOUser)),
		}
	}
	region, storage := w.cfg.Sites[0].Region, w.shared.storage
	return bucket{
		endpoint: spacesURL(region), region: region, name: storage.RecordingsName, publicHost: w.shared.delivery.Host,
		accessKey: storage.RecordingsKey.AccessKey, secretKey: storage.RecordingsKey.SecretKey,
	}
}

func (b bucket) egress() manifests.EgressS3 {
	return manifests.EgressS3{Region: b.region, Endpoint: b.endpoint, Bucket: b.name, ForcePathStyle: b.pathStyle}
}

func (b bucket) api() manifests.APIBucket {
	return manifests.APIBucket{
		Endpoint: b.endpoint, Region: b.region, Bucket: b.name, PublicHost: b.publicHost, PathStyle: b.pathStyle, CAFile: b.caFile,
		AccessKeyFile: manifests.APIBucketKeyFile, SecretKeyFile: manifests.APIBucketSecretFile,
	}
}

// minio declares the stack's own store.
func (w *workloads) minio(ctx *pulumi.Context, data *components.Data, opts ...pulumi.ResourceOption) error {
	region, storage, password := w.cfg.Sites[0].Region, w.shared.storage, w.cfg.Secrets.objectStorePassword
	_, err := components.NewMinIO(ctx, w.site.Name, &components.MinIOArgs{
		Data: data, Config: manifests.DefaultMinIO(poolOf(w.pools, sizing.RoleMinIO).Count), Image: w.cfg.MinIOImage,
		VolumeGiB: w.plan.VolumeAt(sizing.RoleMinIO, w.site.Name), Request: w.plan.MinIORequest(),
		RootPassword: secret(password(manifests.MinIORootUser)), Password: secret(password(manifests.MinIOUser)),
		PasswordsDigest: w.secretsDigest(map[string]string{"objectStorePassword": w.cfg.Secrets.ObjectStorePassword}),
		// The volumes are sized for the hot days; the copy is kept for the rest.
		RetentionDays: w.cfg.Target.HotDays,
		Copy: components.BackupBucket{
			Name: pulumi.String(storage.RecordingsName), Region: region, Endpoint: spacesHost(region),
			AccessKey: storage.RecordingsKey.AccessKey, SecretKey: storage.RecordingsKey.SecretKey,
		},
		Reached: w.reached(), NodeRanges: w.cfg.nodeRanges(),
	}, opts...)
	return err
}

// objectStorePassword is that of a user of the stack's own object store.
func (s Secrets) objectStorePassword(user string) string { return derive(s.ObjectStorePassword, user) }
