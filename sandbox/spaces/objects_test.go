package spaces_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/stretchr/testify/require"
)

func TestObject(t *testing.T) {
	for name, client := range map[string]func(*world) *s3.Client{
		"path style":         func(w *world) *s3.Client { return w.client() },
		"virtual-host style": func(w *world) *s3.Client { return w.region("sgp1") },
	} {
		t.Run(name, func(t *testing.T) {
			client := client(newWorld(t))
			bucket, key := aws.String("recordings"), aws.String("2026/room ä+1.mp4")
			mustBucket(t, client, *bucket)
			put, err := client.PutObject(t.Context(), &s3.PutObjectInput{
				Bucket: bucket, Key: key, Body: strings.NewReader("hello world"), ContentType: aws.String("video/mp4"),
				CacheControl: aws.String("no-store"), ContentLanguage: aws.String("id"), Metadata: map[string]string{"room": "42"},
			})
			require.NoError(t, err)

			get, err := client.GetObject(t.Context(), &s3.GetObjectInput{Bucket: bucket, Key: key})
			require.NoError(t, err)
			require.Equal(t, "hello world", read(t, get.Body))
			require.Equal(t, *put.ETag, *get.ETag)
			require.Equal(t, "video/mp4", *get.ContentType)
			require.Equal(t, "no-store", *get.CacheControl)
			require.Equal(t, "id", *get.ContentLanguage)
			require.Equal(t, map[string]string{"room": "42"}, get.Metadata)
			require.Nil(t, get.VersionId)

			ranged, err := client.GetObject(t.Context(), &s3.GetObjectInput{Bucket: bucket, Key: key, Range: aws.String("bytes=6-")})
			require.NoError(t, err)
			require.Equal(t, "world", read(t, ranged.Body))

			copied := aws.String("copy")
			_, err = client.CopyObject(t.Context(), &s3.CopyObjectInput{Bucket: bucket, Key: copied, CopySource: aws.String("recordings/2026/room%20%C3%A4%2B1.mp4")})
			require.NoError(t, err)
			head, err := client.HeadObject(t.Context(), &s3.HeadObjectInput{Bucket: bucket, Key: copied})
			require.NoError(t, err)
			require.Equal(t, int64(11), *head.ContentLength)
			require.Equal(t, "42", head.Metadata["room"])

			// What is put anew has nothing of what was there before.
			_, err = client.PutObject(t.Context(), &s3.PutObjectInput{Bucket: bucket, Key: key, Body: strings.NewReader("")})
			require.NoError(t, err)
			head, err = client.HeadObject(t.Context(), &s3.HeadObjectInput{Bucket: bucket, Key: key})
			require.NoError(t, err)
			require.Empty(t, head.Metadata)
			require.Nil(t, head.CacheControl)

			_, err = client.DeleteObject(t.Context(), &s3.DeleteObjectInput{Bucket: bucket, Key: key})
			require.NoError(t, err)
			_, err = client.GetObject(t.Context(), &s3.GetObjectInput{Bucket: bucket, Key: key})
			requireCode(t, err, 404, "NoSuchKey")
		})
	}
}

func TestConditionalPut(t *testing.T) {
	client := newWorld(t).client()
	mustBucket(t, client, "state")
	lock := func() error {
		_, err := client.PutObject(t.Context(), &s3.PutObjectInput{Bucket: aws.String("state"), Key: aws.String("lock"), IfNoneMatch: aws.String("*")})
		return err
	}
	require.NoError(t, lock())
	requireCode(t, lock(), 412, "PreconditionFailed")
}

func TestListing(t *testing.T) {
	client := newWorld(t).client()
	bucket := aws.String("recordings")
	mustBucket(t, client, *bucket)
	for _, key := range []string{"a", "a/1", "a/2", "b", "b-1", "c/1/x", "c/2"} {
		_, err := client.PutObject(t.Context(), &s3.PutObjectInput{Bucket: bucket, Key: aws.String(key)})
		require.NoError(t, err)
	}
	tests := map[string]struct {
		prefix, delimiter string
		want              []string
	}{
		"everything":           {"", "", []string{"a", "a/1", "a/2", "b", "b-1", "c/1/x", "c/2"}},
		"a prefix":             {"a/", "", []string{"a/1", "a/2"}},
		"a delimiter":          {"", "/", []string{"a", "a/", "b", "b-1", "c/"}},
		"prefix and delimiter": {"c/", "/", []string{"c/1/", "c/2"}},
		"nothing":              {"z", "/", nil},
	}
	for name, test := range tests {
		for _, size := range []int32{1, 2, 1000} {
			t.Run(fmt.Sprintf("%s by %d", name, size), func(t *testing.T) {
				pages := s3.NewListObjectsV2Paginator(client, &s3.ListObjectsV2Input{
					Bucket: bucket, Prefix: aws.String(test.prefix), Delimiter: aws.String(test.delimiter), MaxKeys: aws.Int32(size),
				})
				var got []string
				for pages.HasMorePages() {
					page, err := pages.NextPage(t.Context())
					require.NoError(t, err)
					require.LessOrEqual(t, len(page.Contents)+len(page.CommonPrefixes), int(size))
					for _, object := range page.Contents {
						got = append(got, *object.Key)
					}
					for _, prefix := range page.CommonPrefixes {
						got = append(got, *prefix.Prefix)
					}
				}
				require.ElementsMatch(t, test.want, got)
			})
		}
	}
}

func TestVersions(t *testing.T) {
	client := newWorld(t).client()
	bucket, key := aws.String("recordings"), aws.String("a")
	mustBucket(t, client, *bucket)
	put := func(content string) *string {
		t.Helper()
		out, err := client.PutObject(t.Context(), &s3.PutObjectInput{Bucket: bucket, Key: key, Body: strings.NewReader(content)})
		require.NoError(t, err)
		return out.VersionId
	}
	get := func(id *string) (string, error) {
		out, err := client.GetObject(t.Context(), &s3.GetObjectInput{Bucket: bucket, Key: key, VersionId: id})
		if err != nil {
			return "", err
		}
		return read(t, out.Body), nil
	}
	versioning := func(status types.BucketVersioningStatus) {
		t.Helper()
		_, err := client.PutBucketVersioning(t.Context(), &s3.PutBucketVersioningInput{Bucket: bucket, VersioningConfiguration: &types.VersioningConfiguration{Status: status}})
		require.NoError(t, err)
		out, err := client.GetBucketVersioning(t.Context(), &s3.GetBucketVersioningInput{Bucket: bucket})
		require.NoError(t, err)
		require.Equal(t, status, out.Status)
	}

	never, err := client.GetBucketVersioning(t.Context(), &s3.GetBucketVersioningInput{Bucket: bucket})
	require.NoError(t, err)
	require.Empty(t, never.Status)
	require.Nil(t, put("before"))

	versioning(types.BucketVersioningStatusEnabled)
	first, second := put("first"), put("2nd")
	for id, want := range map[string]string{"null": "before", *first: "first", *second: "2nd"} {
		got, err := get(&id)
		require.NoError(t, err)
		require.Equal(t, want, got)
		head, err := client.HeadObject(t.Context(), &s3.HeadObjectInput{Bucket: bucket, Key: key, VersionId: &id})
		require.NoError(t, err)
		require.Equal(t, int64(len(want)), *head.ContentLength)
		require.Equal(t, id, *head.VersionId)
	}

	removed, err := client.DeleteObject(t.Context(), &s3.DeleteObjectInput{Bucket: bucket, Key: key})
	require.NoError(t, err)
	require.True(t, *removed.DeleteMarker)
	_, err = get(nil)
	requireCode(t, err, 404, "NoSuchKey")
	_, err = client.DeleteBucket(t.Context(), &s3.DeleteBucketInput{Bucket: bucket})
	requireCode(t, err, 409, "BucketNotEmpty")
	_, err = client.DeleteObject(t.Context(), &s3.DeleteObjectInput{Bucket: bucket, Key: key, VersionId: removed.VersionId})
	require.NoError(t, err)
	got, err := get(nil)
	require.NoError(t, err)
	require.Equal(t, "2nd", got)

	// Suspended, a put takes the place of the null version only.
	versioning(types.BucketVersioningStatusSuspended)
	require.Equal(t, "null", *put("after"))
	require.Equal(t, []string{"null", *second, *first}, list(t, client, bucket))

	// This is how the Terraform provider empties a bucket.
	var ids []types.ObjectIdentifier
	for _, id := range list(t, client, bucket) {
		ids = append(ids, types.ObjectIdentifier{Key: key, VersionId: &id})
	}
	_, err = client.DeleteObjects(t.Context(), &s3.DeleteObjectsInput{Bucket: bucket, Delete: &types.Delete{Objects: ids}})
	require.NoError(t, err)
	_, err = client.DeleteBucket(t.Context(), &s3.DeleteBucketInput{Bucket: bucket})
	require.NoError(t, err)
}

// list returns the IDs of a bucket's versions, read in pages of one.
func list(t *testing.T, client *s3.Client, bucket *string) (ids []string) {
	t.Helper()
	pages := s3.NewListObjectVersionsPaginator(client, &s3.ListObjectVersionsInput{Bucket: bucket, MaxKeys: aws.Int32(1)})
	for pages.HasMorePages() {
		page, err := pages.NextPage(t.Context())
		require.NoError(t, err)
		for _, v := range page.Versions {
			require.Equal(t, len(ids) == 0, *v.IsLatest)
			ids = append(ids, *v.VersionId)
		}
	}
	return ids
}

// A multipart upload goes on in a new process after the old one was killed.
func TestMultipartSurvivesRestart(t *testing.T) {
	w := newWorld(t)
	bucket, key := aws.String("recordings"), aws.String("long.mp4")
	mustBucket(t, w.client(), *bucket)
	created, err := w.client().CreateMultipartUpload(t.Context(), &s3.CreateMultipartUploadInput{Bucket: bucket, Key: key, ContentType: aws.String("video/mp4")})
	require.NoError(t, err)
	var done []types.CompletedPart
	upload := func(n int32, content []byte) {
		t.Helper()
		out, err := w.client().UploadPart(t.Context(), &s3.UploadPartInput{Bucket: bucket, Key: key, UploadId: created.UploadId, PartNumber: &n, Body: bytes.NewReader(content)})
		require.NoError(t, err)
		done = append(done, types.CompletedPart{PartNumber: &n, ETag: out.ETag})
	}
	first := bytes.Repeat([]byte("a"), 5<<20)
	upload(1, first)
	w.stop()
	w.start()
	upload(2, []byte("the end"))

	uploads, err := w.client().ListMultipartUploads(t.Context(), &s3.ListMultipartUploadsInput{Bucket: bucket})
	require.NoError(t, err)
	require.Len(t, uploads.Uploads, 1)
	parts, err := w.client().ListParts(t.Context(), &s3.ListPartsInput{Bucket: bucket, Key: key, UploadId: created.UploadId})
	require.NoError(t, err)
	require.Len(t, parts.Parts, 2)

	complete := func(parts ...types.CompletedPart) (*s3.CompleteMultipartUploadOutput, error) {
		return w.client().CompleteMultipartUpload(t.Context(), &s3.CompleteMultipartUploadInput{
			Bucket: bucket, Key: key, UploadId: created.UploadId, MultipartUpload: &types.CompletedMultipartUpload{Parts: parts},
		})
	}
	_, err = complete(done[1], done[0])
	requireCode(t, err, 400, "InvalidPartOrder")
	_, err = complete(types.CompletedPart{PartNumber: aws.Int32(3), ETag: done[0].ETag})
	requireCode(t, err, 400, "InvalidPart")
	completed, err := complete(done...)
	require.NoError(t, err)
	get, err := w.client().GetObject(t.Context(), &s3.GetObjectInput{Bucket: bucket, Key: key})
	require.NoError(t, err)
	require.Equal(t, *completed.ETag, *get.ETag)
	require.Equal(t, "video/mp4", *get.ContentType)
	require.Equal(t, string(first)+"the end", read(t, get.Body))
	_, err = complete(done...)
	requireCode(t, err, 404, "NoSuchUpload")
}

func TestAbortMultipart(t *testing.T) {
	client := newWorld(t).client()
	bucket, key := aws.String("recordings"), aws.String("long.mp4")
	mustBucket(t, client, *bucket)
	created, err := client.CreateMultipartUpload(t.Context(), &s3.CreateMultipartUploadInput{Bucket: bucket, Key: key})
	require.NoError(t, err)
	abort := &s3.AbortMultipartUploadInput{Bucket: bucket, Key: key, UploadId: created.UploadId}
	_, err = client.AbortMultipartUpload(t.Context(), abort)
	require.NoError(t, err)
	_, err = client.AbortMultipartUpload(t.Context(), abort)
	requireCode(t, err, 404, "NoSuchUpload")
}
