package standin

import (
	"context"
	"fmt"
	"reflect"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

// lifecycleRule says which objects of a bucket go when. All days are whole days.
type lifecycleRule struct {
	ID      string      `json:"id,omitempty"`
	Prefix  string      `json:"prefix,omitempty"`
	Enabled bool        `json:"enabled"`
	Expires *expiration `json:"expiration,omitempty"`
	Old     *noncurrent `json:"noncurrentVersionExpiration,omitempty"`
	Uploads int         `json:"abortIncompleteMultipartUploadDays,omitempty"`
}

// expiration is when an object goes; Date is a day such as 2026-01-31.
type expiration struct {
	Date                      string `json:"date,omitempty"`
	Days                      int    `json:"days,omitempty"`
	ExpiredObjectDeleteMarker bool   `json:"expiredObjectDeleteMarker,omitempty"`
}

// noncurrent is when a version goes that is not an object's last.
type noncurrent struct {
	Days int `json:"days,omitempty"`
}

// putLifecycle gives a bucket its rules, or none.
func putLifecycle(ctx context.Context, b *s3.Client, name string, want, had []lifecycleRule) error {
	if len(want) == len(had) && (len(want) == 0 || reflect.DeepEqual(want, had)) {
		return nil
	}
	if len(want) == 0 {
		_, err := b.DeleteBucketLifecycle(ctx, &s3.DeleteBucketLifecycleInput{Bucket: &name})
		return err
	}
	rules := make([]types.LifecycleRule, len(want))
	for i, r := range want {
		var err error
		if rules[i], err = r.rule(); err != nil {
			return fmt.Errorf("lifecycleRules[%d].%w", i, err)
		}
	}
	_, err := b.PutBucketLifecycleConfiguration(ctx, &s3.PutBucketLifecycleConfigurationInput{
		Bucket: &name, LifecycleConfiguration: &types.BucketLifecycleConfiguration{Rules: rules},
	})
	return err
}

func (r lifecycleRule) rule() (types.LifecycleRule, error) {
	rule := types.LifecycleRule{Status: types.ExpirationStatusDisabled, Filter: &types.LifecycleRuleFilter{Prefix: &r.Prefix}}
	if r.Enabled {
		rule.Status = types.ExpirationStatusEnabled
	}
	if r.ID != "" {
		rule.ID = &r.ID
	}
	if r.Uploads > 0 {
		rule.AbortIncompleteMultipartUpload = &types.AbortIncompleteMultipartUpload{DaysAfterInitiation: aws.Int32(int32(r.Uploads))}
	}
	if r.Old != nil {
		rule.NoncurrentVersionExpiration = &types.NoncurrentVersionExpiration{NoncurrentDays: aws.Int32(int32(r.Old.Days))}
	}
	switch e := r.Expires; {
	case e == nil:
	case e.Date != "":
		day, err := time.Parse(time.DateOnly, e.Date)
		if err != nil {
			return rule, fmt.Errorf("expiration.date is %q, want a day such as 2026-01-31", e.Date)
		}
		rule.Expiration = &types.LifecycleExpiration{Date: &day}
	case e.Days > 0:
		rule.Expiration = &types.LifecycleExpiration{Days: aws.Int32(int32(e.Days))}
	default:
		rule.Expiration = &types.LifecycleExpiration{ExpiredObjectDeleteMarker: &e.ExpiredObjectDeleteMarker}
	}
	return rule, nil
}

// lookLifecycle reads a bucket's rules. An id that the cloud gave a rule is left
// out where the program gave none.
func lookLifecycle(ctx context.Context, b *s3.Client, name string, old []lifecycleRule) ([]lifecycleRule, error) {
	now, err := b.GetBucketLifecycleConfiguration(ctx, &s3.GetBucketLifecycleConfigurationInput{Bucket: &name})
	if hasCode(err, "NoSuchLifecycleConfiguration") {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var list []lifecycleRule
	for i, rule := range now.Rules {
		r := lifecycleRule{ID: aws.ToString(rule.ID), Enabled: rule.Status == types.ExpirationStatusEnabled}
		if i < len(old) && old[i].ID == "" {
			r.ID = ""
		}
		if rule.Filter != nil {
			r.Prefix = aws.ToString(rule.Filter.Prefix)
		}
		if rule.AbortIncompleteMultipartUpload != nil {
			r.Uploads = int(aws.ToInt32(rule.AbortIncompleteMultipartUpload.DaysAfterInitiation))
		}
		if rule.NoncurrentVersionExpiration != nil {
			r.Old = &noncurrent{Days: int(aws.ToInt32(rule.NoncurrentVersionExpiration.NoncurrentDays))}
		}
		if e := rule.Expiration; e != nil {
			r.Expires = &expiration{Days: int(aws.ToInt32(e.Days)), ExpiredObjectDeleteMarker: aws.ToBool(e.ExpiredObjectDeleteMarker)}
			if e.Date != nil {
				r.Expires.Date = e.Date.Format(time.DateOnly)
			}
		}
		list = append(list, r)
	}
	return list, nil
}
