package spaces_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/digitalocean/godo"
	"github.com/stretchr/testify/require"

	"github.com/gomeet/infra/sandbox/spaces"
)

func TestBucketRegion(t *testing.T) {
	w := newWorld(t)
	inSingapore := &types.CreateBucketConfiguration{LocationConstraint: "sgp1"}
	tests := map[string]struct {
		client *s3.Client
		config *types.CreateBucketConfiguration
		want   string
	}{
		"of the host":                 {w.region("fra1"), nil, "fra1"},
		"of the constraint":           {w.client(), inSingapore, "sgp1"},
		"of the signature":            {w.client(func(o *s3.Options) { o.Region = "tor1" }), nil, "tor1"},
		"of the configuration":        {w.client(), nil, "nyc3"},
		"constraint before signature": {w.client(func(o *s3.Options) { o.Region = "tor1" }), inSingapore, "sgp1"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			bucket := aws.String(strings.ReplaceAll(name, " ", "-"))
			_, err := test.client.CreateBucket(t.Context(), &s3.CreateBucketInput{Bucket: bucket, CreateBucketConfiguration: test.config})
			require.NoError(t, err)
			location, err := w.client().GetBucketLocation(t.Context(), &s3.GetBucketLocationInput{Bucket: bucket})
			require.NoError(t, err)
			require.Equal(t, test.want, string(location.LocationConstraint))
			head, err := w.client().HeadBucket(t.Context(), &s3.HeadBucketInput{Bucket: bucket})
			require.NoError(t, err)
			require.Equal(t, test.want, *head.BucketRegion)
		})
	}
}

func TestBucketLivesInOneRegion(t *testing.T) {
	w := newWorld(t)
	mustBucket(t, w.region("sgp1"), "recordings")
	mustBucket(t, w.region("fra1"), "backups")

	_, err := w.region("fra1").HeadBucket(t.Context(), &s3.HeadBucketInput{Bucket: aws.String("recordings")})
	requireCode(t, err, 404, "NotFound")
	_, err = w.region("fra1").CreateBucket(t.Context(), &s3.CreateBucketInput{Bucket: aws.String("recordings")})
	requireCode(t, err, 409, "BucketAlreadyOwnedByYou")

	list, err := w.region("fra1").ListBuckets(t.Context(), &s3.ListBucketsInput{})
	require.NoError(t, err)
	require.Len(t, list.Buckets, 1)
	require.Equal(t, "backups", *list.Buckets[0].Name)
	require.False(t, list.Buckets[0].CreationDate.IsZero())
	list, err = w.client().ListBuckets(t.Context(), &s3.ListBucketsInput{})
	require.NoError(t, err)
	require.Len(t, list.Buckets, 2)
}

func TestBucketErrors(t *testing.T) {
	w := newWorld(t)
	client := w.client()
	mustBucket(t, client, "taken")
	bucket := func(name string) *s3.CreateBucketInput { return &s3.CreateBucketInput{Bucket: aws.String(name)} }

	_, err := client.CreateBucket(t.Context(), bucket("taken"))
	requireCode(t, err, 409, "BucketAlreadyOwnedByYou")
	_, err = client.CreateBucket(t.Context(), bucket("Capital"))
	requireCode(t, err, 400, "InvalidBucketName")
	wrong := bucket("elsewhere")
	wrong.CreateBucketConfiguration = &types.CreateBucketConfiguration{LocationConstraint: "eu-west-1"}
	_, err = client.CreateBucket(t.Context(), wrong)
	requireCode(t, err, 400, "InvalidLocationConstraint")
	_, err = client.DeleteBucket(t.Context(), &s3.DeleteBucketInput{Bucket: aws.String("nowhere")})
	requireCode(t, err, 404, "NoSuchBucket")
	_, err = client.PutBucketWebsite(t.Context(), &s3.PutBucketWebsiteInput{
		Bucket:               aws.String("site"),
		WebsiteConfiguration: &types.WebsiteConfiguration{IndexDocument: &types.IndexDocument{Suffix: aws.String("index.html")}},
	})
	requireCode(t, err, 404, "NoSuchBucket")
	_, err = client.GetBucketWebsite(t.Context(), &s3.GetBucketWebsiteInput{Bucket: aws.String("taken")})
	requireCode(t, err, 501, "NotImplemented")
}

func TestDeleteBucket(t *testing.T) {
	client := newWorld(t).client()
	bucket := aws.String("recordings")
	mustBucket(t, client, *bucket)
	_, err := client.PutObject(t.Context(), &s3.PutObjectInput{Bucket: bucket, Key: aws.String("a"), Body: strings.NewReader("a")})
	require.NoError(t, err)
	_, err = client.CreateMultipartUpload(t.Context(), &s3.CreateMultipartUploadInput{Bucket: bucket, Key: aws.String("b")})
	require.NoError(t, err)

	_, err = client.DeleteBucket(t.Context(), &s3.DeleteBucketInput{Bucket: bucket})
	requireCode(t, err, 409, "BucketNotEmpty")
	_, err = client.DeleteObject(t.Context(), &s3.DeleteObjectInput{Bucket: bucket, Key: aws.String("a")})
	require.NoError(t, err)
	_, err = client.DeleteBucket(t.Context(), &s3.DeleteBucketInput{Bucket: bucket})
	require.NoError(t, err)
	_, err = client.HeadBucket(t.Context(), &s3.HeadBucketInput{Bucket: bucket})
	requireCode(t, err, 404, "NotFound")
	mustBucket(t, client, *bucket)
}

// Where *.localhost is not resolved, a client can use the endpoint as its proxy.
func TestThroughProxy(t *testing.T) {
	w := newWorld(t)
	proxy, err := url.Parse(w.server.URL)
	require.NoError(t, err)
	client := w.client(func(o *s3.Options) {
		o.BaseEndpoint, o.UsePathStyle = aws.String("http://sgp1.localhost"), false
		o.HTTPClient = &http.Client{Transport: &http.Transport{Proxy: http.ProxyURL(proxy)}}
	})
	mustBucket(t, client, "recordings")
	location, err := w.client().GetBucketLocation(t.Context(), &s3.GetBucketLocationInput{Bucket: aws.String("recordings")})
	require.NoError(t, err)
	require.Equal(t, "sgp1", string(location.LocationConstraint))
}

func TestNewErrors(t *testing.T) {
	w := newWorld(t)
	keys := spaces.FullAccess(keyID, secret)
	tests := map[string]struct {
		config spaces.Config
		want   string
	}{
		"no directory":     {spaces.Config{Keys: keys}, "Config.Dir is empty"},
		"no keys":          {spaces.Config{Dir: t.TempDir()}, "Config.Keys is nil"},
		"unknown region":   {spaces.Config{Dir: t.TempDir(), Keys: keys, Region: "mars1"}, `Config.Region is "mars1"`},
		"directory in use": {spaces.Config{Dir: w.dir, Keys: keys}, "in use by another process"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			_, _, err := spaces.New(test.config)
			require.ErrorContains(t, err, test.want)
		})
	}
}

func TestGrants(t *testing.T) {
	w := newWorld(t)
	w.stop()
	limited := func(id string, permission godo.SpacesKeyPermission) spaces.Keys {
		return spaces.KeyFunc(func(asked string) (spaces.Key, bool) {
			return spaces.Key{ID: id, Secret: secret, Grants: []*godo.Grant{{Bucket: "mine", Permission: permission}}}, asked == id
		})
	}
	w.keys = spaces.First(w.keys, limited("READER", godo.SpacesKeyRead), limited("WRITER", godo.SpacesKeyReadWrite))
	w.start()
	mustBucket(t, w.client(), "mine")
	mustBucket(t, w.client(), "other")

	tests := map[string]struct {
		key                                string
		read, write, configure, readOthers bool
	}{
		"full access":    {keyID, true, true, true, true},
		"read":           {"READER", true, false, false, false},
		"read and write": {"WRITER", true, true, false, false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			client := w.client(as(test.key, secret))
			allowed := func(want bool, err error) {
				t.Helper()
				if want {
					require.NoError(t, err)
				} else {
					requireCode(t, err, 403, "AccessDenied")
				}
			}
			_, err := client.ListObjectsV2(t.Context(), &s3.ListObjectsV2Input{Bucket: aws.String("mine")})
			allowed(test.read, err)
			_, err = client.PutObject(t.Context(), &s3.PutObjectInput{Bucket: aws.String("mine"), Key: aws.String("k")})
			allowed(test.write, err)
			_, err = client.PutBucketAcl(t.Context(), &s3.PutBucketAclInput{Bucket: aws.String("mine"), ACL: types.BucketCannedACLPrivate})
			allowed(test.configure, err)
			_, err = client.ListObjectsV2(t.Context(), &s3.ListObjectsV2Input{Bucket: aws.String("other")})
			allowed(test.readOthers, err)
			_, err = client.CopyObject(t.Context(), &s3.CopyObjectInput{Bucket: aws.String("mine"), Key: aws.String("k2"), CopySource: aws.String("other/none")})
			if test.readOthers {
				requireCode(t, err, 404, "NoSuchKey")
			} else {
				requireCode(t, err, 403, "AccessDenied")
			}
			list, err := client.ListBuckets(t.Context(), &s3.ListBucketsInput{})
			require.NoError(t, err)
			require.Len(t, list.Buckets, map[bool]int{true: 2, false: 1}[test.readOthers])
		})
	}
}
