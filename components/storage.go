package components

import (
	"github.com/pulumi/pulumi-digitalocean/sdk/v4/go/digitalocean"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/gomeet/infra/sizing"
)

// Storage is the stack's Spaces buckets, each private and versioned, and a key for each
// that a workload writes to:
//
//	recordings  in the primary site's region; objects go after the retention
//	backups     in another region; the backup tools delete, versions stay a while
//	state       in the other region; Pulumi's state, for whoever keeps it there
//
// All buckets share one subscription and are billed by GiB. A change of name or region
// replaces a bucket, and the provider refuses to delete one that holds objects. A
// protected stack keeps its buckets even when it is destroyed.
//
// DigitalOcean's cold storage is a kind of bucket, not a transition: lifecycle rules
// cannot move objects there, the provider cannot make such a bucket, and a CDN cannot
// serve it (docs.digitalocean.com/products/spaces/details/availability, 2026-03-23). So
// recordings stay in standard storage, hot ones on the platform's own object store, and
// the price of the difference is in package sizing.
type Storage struct {
	pulumi.ResourceState

	// Recordings, Backups and State are the buckets.
	Recordings, Backups, State *digitalocean.SpacesBucket
	// RecordingsName and BackupsName are the names of those buckets, known before they
	// exist.
	RecordingsName, BackupsName string
	// RecordingsKey and BackupsKey may read and write one bucket each.
	RecordingsKey, BackupsKey *digitalocean.SpacesKey
}

// StorageArgs configures Storage.
type StorageArgs struct {
	// Environment is the stack's; it has no site.
	Environment Environment
	// Region holds the recordings, BackupRegion the rest.
	Region, BackupRegion string
	// RecordingDays is when recordings are deleted.
	RecordingDays int
}

const (
	// abortDays ends uploads that were never finished, a week after they began: no
	// recording takes longer. Spaces itself waits for 90 days
	// (docs.digitalocean.com/products/spaces/details/limits).
	abortDays = 7
	// oldBackupDays and oldStateDays are how long an overwritten or deleted version can be
	// brought back, as sizing.RecordingVersionDays of recordings. Backups are kept for the
	// design's 30 days, and so is what was deleted of them; state is small.
	oldBackupDays = 30
	oldStateDays  = 90
)

// NewStorage creates the stack's buckets and keys.
func NewStorage(ctx *pulumi.Context, name string, args *StorageArgs, opts ...pulumi.ResourceOption) (*Storage, error) {
	id := args.Environment.ID
	storage := &Storage{RecordingsName: args.Environment.Name("recordings", id), BackupsName: args.Environment.Name("backups", id)}
	if err := ctx.RegisterComponentResource("gomeet:storage:Storage", name, storage, opts...); err != nil {
		return nil, err
	}
	for _, b := range []struct {
		purpose, region     string
		expireDays, oldDays int
		into                **digitalocean.SpacesBucket
	}{
		{"recordings", args.Region, args.RecordingDays, sizing.RecordingVersionDays, &storage.Recordings},
		{"backups", args.BackupRegion, 0, oldBackupDays, &storage.Backups},
		{"state", args.BackupRegion, 0, oldStateDays, &storage.State},
	} {
		bucket, err := digitalocean.NewSpacesBucket(ctx, name+"-"+b.purpose, &digitalocean.SpacesBucketArgs{
			// Unique among all customers of DigitalOcean.
			Name:           pulumi.String(args.Environment.Name(b.purpose, args.Environment.ID)),
			Region:         pulumi.String(b.region),
			Acl:            pulumi.String("private"),
			ForceDestroy:   pulumi.Bool(false),
			Versioning:     &digitalocean.SpacesBucketVersioningArgs{Enabled: pulumi.Bool(true)},
			LifecycleRules: digitalocean.SpacesBucketLifecycleRuleArray{lifecycle(b.expireDays, b.oldDays)},
		}, pulumi.Parent(storage), pulumi.Protect(args.Environment.Protected), pulumi.RetainOnDelete(args.Environment.Protected))
		if err != nil {
			return nil, err
		}
		*b.into = bucket
	}
	var err error
	if storage.RecordingsKey, err = storage.key(ctx, name+"-recordings", args.Environment.Name("recordings"), storage.Recordings); err != nil {
		return nil, err
	}
	if storage.BackupsKey, err = storage.key(ctx, name+"-backups", args.Environment.Name("backups"), storage.Backups); err != nil {
		return nil, err
	}
	return storage, ctx.RegisterResourceOutputs(storage, pulumi.Map{
		"recordings": storage.Recordings.Name, "backups": storage.Backups.Name, "state": storage.State.Name,
	})
}

// lifecycle returns the one rule of a bucket; expireDays 0 keeps objects for ever.
func lifecycle(expireDays, oldDays int) *digitalocean.SpacesBucketLifecycleRuleArgs {
	rule := &digitalocean.SpacesBucketLifecycleRuleArgs{
		Id:                                 pulumi.String("keep"),
		Enabled:                            pulumi.Bool(true),
		AbortIncompleteMultipartUploadDays: pulumi.Int(abortDays),
		NoncurrentVersionExpiration: &digitalocean.SpacesBucketLifecycleRuleNoncurrentVersionExpirationArgs{
			Days: pulumi.Int(oldDays),
		},
	}
	if expireDays > 0 {
		rule.Expiration = &digitalocean.SpacesBucketLifecycleRuleExpirationArgs{Days: pulumi.Int(expireDays)}
	}
	return rule
}

// key makes a key that can read and write one bucket and nothing else.
func (s *Storage) key(ctx *pulumi.Context, logical, physical string, bucket *digitalocean.SpacesBucket) (*digitalocean.SpacesKey, error) {
	return digitalocean.NewSpacesKey(ctx, logical, &digitalocean.SpacesKeyArgs{
		Name: pulumi.String(physical),
		Grants: digitalocean.SpacesKeyGrantArray{&digitalocean.SpacesKeyGrantArgs{
			Bucket: bucket.Name, Permission: pulumi.String("readwrite"),
		}},
	}, pulumi.Parent(s), pulumi.AdditionalSecretOutputs([]string{"secretKey"}))
}
