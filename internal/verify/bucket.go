package verify

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/gomeet/infra/manifests"
)

// Bucket is where recordings go.
type Bucket struct {
	// Endpoint is the store's URL, Region and Name the bucket's.
	Endpoint, Region, Name string
	// PathStyle puts the name into the path.
	PathStyle bool
	// AccessKey and SecretKey may write it; empty are those of the site's recorders.
	AccessKey, SecretKey string
	// Store says that it is the platform's own object store, inside of the first cluster.
	Store bool
}

// opened is a bucket with its client.
type opened struct {
	client *s3.Client
	name   string
}

// recorderSecret are the keys of the recorders' Secret (components.Recorders).
const recorderAccessKey, recorderSecretKey, recorderAuthority = "access-key", "secret-key", "redis-ca.crt"

// openBucket makes a client, through a tunnel where the store is inside.
func (p *probe) openBucket(ctx context.Context) (*opened, error) {
	b := p.Bucket
	client := &http.Client{Timeout: lookTime}
	if b.Store || b.SecretKey == "" {
		if p.site.Inside == nil {
			return nil, fmt.Errorf("%w: the keys of bucket %s are there", errInside, b.Name)
		}
		secret, err := p.site.Inside.Secret(ctx, manifests.RecordingNamespace, manifests.EgressService)
		if err != nil {
			return nil, fmt.Errorf("%w: %w", errInside, err)
		}
		b.AccessKey, b.SecretKey = string(secret[recorderAccessKey]), string(secret[recorderSecretKey])
		if b.Store {
			if client.Transport, err = p.intoStore(ctx, b.Endpoint, secret[recorderAuthority]); err != nil {
				return nil, err
			}
		}
	}
	return &opened{name: b.Name, client: s3.New(s3.Options{
		BaseEndpoint: &b.Endpoint, Region: b.Region, UsePathStyle: b.PathStyle, HTTPClient: client,
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: b.AccessKey, SecretAccessKey: b.SecretKey}, nil
		}),
	})}, nil
}

// intoStore leads to the object store, which the authority of the data tier vouches for.
func (p *probe) intoStore(ctx context.Context, endpoint string, authority []byte) (*http.Transport, error) {
	target, err := url.Parse(endpoint)
	if err != nil {
		return nil, fmt.Errorf("the endpoint of the recordings: %w", err)
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(authority) {
		return nil, errors.New("the recorders' Secret has no authority of the object store")
	}
	// The store is at the first site only.
	first := *p
	first.site = p.Sites[0]
	address, err := first.tunnel(ctx, manifests.DataNamespace, manifests.MinIOService, manifests.MinIOPort)
	if err != nil {
		return nil, err
	}
	return &http.Transport{
		TLSClientConfig: &tls.Config{RootCAs: roots, ServerName: target.Hostname()},
		DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, network, address)
		},
	}, nil
}

// begins returns the first bytes of an object, and how many it has.
func (b *opened) begins(ctx context.Context, key string, bytes int) (start []byte, size int64, err error) {
	ctx, cancel := context.WithTimeout(ctx, lookTime)
	defer cancel()
	// Not a range, which an object that is too small for it refuses.
	object, err := b.client.GetObject(ctx, &s3.GetObjectInput{Bucket: &b.name, Key: &key})
	if err != nil {
		return nil, 0, fmt.Errorf("looking for %s in bucket %s: %w", key, b.name, err)
	}
	defer object.Body.Close()
	if start, err = io.ReadAll(io.LimitReader(object.Body, int64(bytes))); err != nil {
		return nil, 0, fmt.Errorf("reading %s in bucket %s: %w", key, b.name, err)
	}
	return start, aws.ToInt64(object.ContentLength), nil
}

// remove deletes an object, and in a bucket with versions all of them, whatever has become
// of ctx. One that is not there is no error.
func (b *opened) remove(ctx context.Context, key string) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), endTime)
	defer cancel()
	versions, err := b.client.ListObjectVersions(ctx, &s3.ListObjectVersionsInput{Bucket: &b.name, Prefix: &key})
	if err != nil {
		return fmt.Errorf("deleting %s from bucket %s: %w", key, b.name, err)
	}
	for _, version := range versions.Versions {
		if _, err := b.client.DeleteObject(ctx, &s3.DeleteObjectInput{Bucket: &b.name, Key: version.Key, VersionId: version.VersionId}); err != nil {
			return fmt.Errorf("deleting %s from bucket %s: %w", key, b.name, err)
		}
	}
	return nil
}
