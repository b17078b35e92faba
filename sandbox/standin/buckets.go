package standin

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/smithy-go"
)

// versioning is whether a bucket keeps what is overwritten or deleted.
type versioning struct {
	Enabled bool `json:"enabled"`
}

// bucketState is digitalocean.SpacesBucket. Its id is its name.
type bucketState struct {
	Name   string `json:"name"`
	Region string `json:"region" pulumi:"cleared,replace"`
	// ACL is a canned ACL. The official provider does not read it back.
	ACL              string          `json:"acl" pulumi:"cleared"`
	ForceDestroy     bool            `json:"forceDestroy" pulumi:"cleared"`
	Versioning       *versioning     `json:"versioning,omitempty" pulumi:"object"`
	LifecycleRules   []lifecycleRule `json:"lifecycleRules,omitempty"`
	BucketDomainName string          `json:"bucketDomainName" pulumi:"output"`
	BucketURN        string          `json:"bucketUrn" pulumi:"output"`
	Endpoint         string          `json:"endpoint" pulumi:"output"`
}

var bucket = of[bucketState]{
	defaults: func(s *bucketState) { // the official provider's
		if s.Region == "" {
			s.Region = "nyc3"
		}
		if s.ACL == "" {
			s.ACL = "private"
		}
	},
	make: func(ctx context.Context, c *clients, in bucketState) (string, error) {
		b, err := c.buckets(in.Region)
		if err != nil {
			return "", err
		}
		_, err = b.CreateBucket(ctx, &s3.CreateBucketInput{
			Bucket: &in.Name, ACL: types.BucketCannedACL(in.ACL),
			CreateBucketConfiguration: &types.CreateBucketConfiguration{LocationConstraint: types.BucketLocationConstraint(in.Region)},
		})
		return in.Name, err
	},
	// The rest is set before the bucket counts as ready.
	wait: func(ctx context.Context, c *clients, id string, in bucketState) error {
		return configureBucket(ctx, c, id, in, bucketState{ACL: in.ACL})
	},
	name: func(_ context.Context, _ *clients, name string) (string, bucketState, error) {
		region, id, ok := strings.Cut(name, ",")
		if !ok {
			return "", bucketState{}, fmt.Errorf("%q is no bucket, want REGION,NAME such as sgp1,recordings", name)
		}
		return id, bucketState{Region: region}, nil
	},
	look: lookBucket,
	change: func(ctx context.Context, c *clients, id string, in, old bucketState) error {
		if in.Name != id {
			// The official provider lets this pass, and loses track of the bucket.
			return fmt.Errorf("name is %q, want %q: a bucket cannot be renamed", in.Name, id)
		}
		return configureBucket(ctx, c, id, in, old)
	},
	remove: func(ctx context.Context, c *clients, id string, old bucketState) error {
		b, err := c.buckets(old.Region)
		if err != nil {
			return err
		}
		_, err = b.DeleteBucket(ctx, &s3.DeleteBucketInput{Bucket: &id})
		if !hasCode(err, "BucketNotEmpty") || !old.ForceDestroy {
			return err
		}
		if err := emptyBucket(ctx, b, id); err != nil {
			return fmt.Errorf("emptying bucket %q: %w", id, err)
		}
		_, err = b.DeleteBucket(ctx, &s3.DeleteBucketInput{Bucket: &id})
		return err
	},
}

// hasCode reports an error of the S3 API with a code.
func hasCode(err error, code string) bool {
	var answer smithy.APIError
	return errors.As(err, &answer) && answer.ErrorCode() == code
}

// configureBucket changes what the program wants changed.
func configureBucket(ctx context.Context, c *clients, name string, in, old bucketState) error {
	b, err := c.buckets(in.Region)
	if err != nil {
		return err
	}
	if in.ACL != old.ACL {
		if _, err := b.PutBucketAcl(ctx, &s3.PutBucketAclInput{Bucket: &name, ACL: types.BucketCannedACL(in.ACL)}); err != nil {
			return err
		}
	}
	if in.Versioning != nil && (old.Versioning == nil || *in.Versioning != *old.Versioning) {
		status := types.BucketVersioningStatusSuspended
		if in.Versioning.Enabled {
			status = types.BucketVersioningStatusEnabled
		}
		if _, err := b.PutBucketVersioning(ctx, &s3.PutBucketVersioningInput{
			Bucket: &name, VersioningConfiguration: &types.VersioningConfiguration{Status: status},
		}); err != nil {
			return err
		}
	}
	return putLifecycle(ctx, b, name, in.LifecycleRules, old.LifecycleRules)
}

func lookBucket(ctx context.Context, c *clients, id string, old bucketState) (bucketState, error) {
	b, err := c.buckets(old.Region)
	if err != nil {
		return bucketState{}, err
	}
	if _, err := b.HeadBucket(ctx, &s3.HeadBucketInput{Bucket: &id}); err != nil {
		return bucketState{}, err
	}
	location, err := b.GetBucketLocation(ctx, &s3.GetBucketLocationInput{Bucket: &id})
	if err != nil {
		return bucketState{}, err
	}
	kept, err := b.GetBucketVersioning(ctx, &s3.GetBucketVersioningInput{Bucket: &id})
	if err != nil {
		return bucketState{}, err
	}
	rules, err := lookLifecycle(ctx, b, id, old.LifecycleRules)
	region := string(location.LocationConstraint)
	return bucketState{
		Name: id, Region: region, ACL: old.ACL, ForceDestroy: old.ForceDestroy, LifecycleRules: rules,
		Versioning:       &versioning{Enabled: kept.Status == types.BucketVersioningStatusEnabled},
		BucketDomainName: id + "." + region + ".digitaloceanspaces.com",
		BucketURN:        "do:space:" + id, Endpoint: region + ".digitaloceanspaces.com",
	}, err
}

// emptyBucket deletes every version of every object and every deletion's marker.
func emptyBucket(ctx context.Context, b *s3.Client, name string) error {
	pages := s3.NewListObjectVersionsPaginator(b, &s3.ListObjectVersionsInput{Bucket: &name})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return err
		}
		var all []types.ObjectIdentifier
		for _, v := range page.Versions {
			all = append(all, types.ObjectIdentifier{Key: v.Key, VersionId: v.VersionId})
		}
		for _, m := range page.DeleteMarkers {
			all = append(all, types.ObjectIdentifier{Key: m.Key, VersionId: m.VersionId})
		}
		if len(all) == 0 {
			continue
		}
		deleted, err := b.DeleteObjects(ctx, &s3.DeleteObjectsInput{Bucket: &name, Delete: &types.Delete{Objects: all}})
		if err != nil {
			return err
		}
		for _, failed := range deleted.Errors {
			return fmt.Errorf("object %q: %s", aws.ToString(failed.Key), aws.ToString(failed.Message))
		}
	}
	return nil
}
