package e2e_test

import (
	"bytes"
	"context"
	"io"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/stretchr/testify/require"
)

// data is what must survive a change: resources by type and id, volumes by id, and an
// object in every bucket.
type data struct {
	resources, volumes []string
	buckets            []string
}

// precious is what the data is in or what reaches it, by its type in the state.
var precious = []string{"Vpc", "KubernetesCluster", "SpacesBucket", "Domain", "LoadBalancer", "PersistentVolumeClaim", "StatefulSet", "Namespace"}

// object is what the objects in the buckets are called, and what is in them.
const object = "precious"

// mark remembers the data of a stack that is going to be changed, and lays an object into
// each bucket.
func (c *campaign) mark(what operation) *data {
	c.t.Helper()
	if what != change {
		return nil
	}
	d := &data{resources: c.precious(), volumes: c.volumes()}
	list, err := c.cloud.objects().ListBuckets(context.Background(), &s3.ListBucketsInput{})
	require.NoError(c.t, err)
	for _, b := range list.Buckets {
		d.buckets = append(d.buckets, *b.Name)
		_, err := c.cloud.objects().PutObject(context.Background(), &s3.PutObjectInput{Bucket: b.Name, Key: ptr(object), Body: strings.NewReader(object)})
		require.NoError(c.t, err)
	}
	return d
}

// unmark requires that all of it is still there, and takes the objects out again.
func (c *campaign) unmark(d *data) {
	c.t.Helper()
	if d == nil {
		return
	}
	require.Subset(c.t, c.precious(), d.resources, "what holds data was replaced")
	require.Subset(c.t, c.volumes(), d.volumes, "a volume was deleted")
	for _, name := range d.buckets {
		got, err := c.cloud.objects().GetObject(context.Background(), &s3.GetObjectInput{Bucket: &name, Key: ptr(object)})
		require.NoError(c.t, err, "bucket %s", name)
		text, err := io.ReadAll(got.Body)
		require.NoError(c.t, err)
		require.True(c.t, bytes.Equal([]byte(object), text))
	}
	c.emptyBuckets()
}

// emptyBuckets deletes every version of every object.
func (c *campaign) emptyBuckets() {
	c.t.Helper()
	list, err := c.cloud.objects().ListBuckets(context.Background(), &s3.ListBucketsInput{})
	require.NoError(c.t, err)
	for _, b := range list.Buckets {
		all, err := c.cloud.objects().ListObjectVersions(context.Background(), &s3.ListObjectVersionsInput{Bucket: b.Name})
		require.NoError(c.t, err)
		for _, v := range all.Versions {
			_, err := c.cloud.objects().DeleteObject(context.Background(), &s3.DeleteObjectInput{Bucket: b.Name, Key: v.Key, VersionId: v.VersionId})
			require.NoError(c.t, err)
		}
	}
}

// precious lists what holds data, or costs hours to make again, as type and id.
func (c *campaign) precious() (ids []string) {
	c.t.Helper()
	for _, r := range c.state() {
		kind := r.Type[strings.LastIndex(r.Type, ":")+1:]
		pool := kind == "KubernetesNodePool" && (strings.Contains(r.URN, "-pg") || strings.Contains(r.URN, "-minio") || strings.Contains(r.URN, "-redis"))
		if pool || slices.Contains(precious, kind) {
			ids = append(ids, kind+" "+r.ID)
		}
	}
	return ids
}

// buryVolumes deletes what a protected stack keeps when it is destroyed, as whoever does
// not want the data any more would.
func (c *campaign) buryVolumes(what operation) {
	c.t.Helper()
	if !c.keepsVolumes || what != destroy && what != abandon {
		return
	}
	for _, id := range c.volumes() {
		_, err := c.cloud.Storage.DeleteVolume(context.Background(), id)
		require.NoError(c.t, err)
	}
}

func (c *campaign) volumes() (ids []string) {
	c.t.Helper()
	list, _, err := c.cloud.Storage.ListVolumes(context.Background(), nil)
	require.NoError(c.t, err)
	for _, v := range list {
		ids = append(ids, v.ID)
	}
	return ids
}

func ptr[T any](v T) *T { return &v }
