package e2e_test

import (
	"context"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/stretchr/testify/require"
)

func (c cloud) buckets() {
	keys, _, err := c.SpacesKeys.List(c.t.Context(), everything)
	require.NoError(c.t, err)
	require.Len(c.t, keys, 2)
	grants := map[string]string{}
	for _, key := range keys {
		require.Len(c.t, key.Grants, 1)
		grants[key.Name] = string(key.Grants[0].Permission) + " " + key.Grants[0].Bucket[:strings.LastIndex(key.Grants[0].Bucket, "-")]
	}
	require.Equal(c.t, map[string]string{
		"gomeet-prod-recordings": "readwrite gomeet-prod-recordings", "gomeet-prod-backups": "readwrite gomeet-prod-backups",
	}, grants)
	client := c.objects()
	list, err := client.ListBuckets(c.t.Context(), &s3.ListBucketsInput{})
	require.NoError(c.t, err)
	require.Len(c.t, list.Buckets, 3)
	for _, b := range list.Buckets {
		purpose := strings.Split(*b.Name, "-")[2]
		where, err := client.GetBucketLocation(c.t.Context(), &s3.GetBucketLocationInput{Bucket: b.Name})
		require.NoError(c.t, err)
		require.EqualValues(c.t, map[string]string{"recordings": "sgp1", "backups": "syd1", "state": "syd1"}[purpose], where.LocationConstraint)
		versioning, err := client.GetBucketVersioning(c.t.Context(), &s3.GetBucketVersioningInput{Bucket: b.Name})
		require.NoError(c.t, err)
		require.EqualValues(c.t, "Enabled", versioning.Status)
		acl, err := client.GetBucketAcl(c.t.Context(), &s3.GetBucketAclInput{Bucket: b.Name})
		require.NoError(c.t, err)
		require.Len(c.t, acl.Grants, 1, "private")
		rules, err := client.GetBucketLifecycleConfiguration(c.t.Context(), &s3.GetBucketLifecycleConfigurationInput{Bucket: b.Name})
		require.NoError(c.t, err)
		require.Len(c.t, rules.Rules, 1)
		rule := rules.Rules[0]
		require.EqualValues(c.t, 7, *rule.AbortIncompleteMultipartUpload.DaysAfterInitiation)
		require.EqualValues(c.t, map[string]int32{"recordings": 7, "backups": 30, "state": 90}[purpose], *rule.NoncurrentVersionExpiration.NoncurrentDays)
		if purpose == "recordings" {
			require.EqualValues(c.t, 365, *rule.Expiration.Days)
		} else {
			require.Nil(c.t, rule.Expiration, "the backup tools delete")
		}
	}
	endpoints, _, err := c.CDNs.List(c.t.Context(), everything)
	require.NoError(c.t, err)
	require.Len(c.t, endpoints, 1)
	require.Equal(c.t, "recordings.gomeet.example", endpoints[0].CustomDomain)
	require.True(c.t, strings.HasPrefix(endpoints[0].Origin, "gomeet-prod-recordings-"))
}

// objects reaches the buckets with the account's own key.
func (c cloud) objects() *s3.Client {
	return s3.New(s3.Options{
		BaseEndpoint: aws.String(c.bucketURL), Region: "sgp1", UsePathStyle: true,
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: c.accessKey, SecretAccessKey: c.secretKey}, nil
		}),
	})
}
