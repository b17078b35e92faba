package standin

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"net/url"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/digitalocean/godo"
	"golang.org/x/oauth2"
)

// clients are the two ways into the sandbox, as DigitalOcean has them: its API,
// which is embedded, and the S3 API of the buckets.
type clients struct {
	*godo.Client
	cfg Config
}

// errNotLoopback is why an endpoint is refused.
var errNotLoopback = errors.New("the sandbox's stand-in provider only talks to this machine; use Pulumi's own digitalocean plugin for a real account")

// newClients makes clients for loopback endpoints. A stack without buckets needs no
// endpoint for them.
func newClients(cfg Config) (*clients, error) {
	client, err := newClient(cfg.Endpoint, cfg.Token)
	if err != nil {
		return nil, err
	}
	if cfg.SpacesEndpoint != "" {
		if err := loopback("spacesEndpoint", cfg.SpacesEndpoint); err != nil {
			return nil, err
		}
	}
	return &clients{client, cfg}, nil
}

// newClient makes a client for a loopback endpoint. Failed requests are tried
// again as often as the official provider does by default (httpRetryMax 4).
func newClient(endpoint, token string) (*godo.Client, error) {
	if err := loopback("apiEndpoint", endpoint); err != nil {
		return nil, err
	}
	authorized := oauth2.NewClient(context.Background(), oauth2.StaticTokenSource(&oauth2.Token{AccessToken: token}))
	wait, most := 1.0, 30.0
	client, err := godo.New(authorized, godo.SetBaseURL(endpoint+"/"),
		godo.WithRetryAndBackoffs(godo.RetryConfig{RetryMax: 4, RetryWaitMin: &wait, RetryWaitMax: &most}))
	if err != nil {
		return nil, fmt.Errorf("making the API client: %w", err)
	}
	return client, nil
}

// loopback requires that an endpoint is on this machine.
func loopback(key, endpoint string) error {
	parsed, err := url.Parse(endpoint)
	if err != nil {
		return fmt.Errorf("digitalocean:%s: %q: %w", key, endpoint, errNotLoopback)
	}
	if host := parsed.Hostname(); host != "localhost" {
		if address, err := netip.ParseAddr(host); err != nil || !address.IsLoopback() {
			return fmt.Errorf("digitalocean:%s: %q: %w", key, endpoint, errNotLoopback)
		}
	}
	return nil
}

// buckets makes a client for the buckets of a region. The endpoint is the same for
// every region: the signature names it.
func (c *clients) buckets(region string) (*s3.Client, error) {
	for key, value := range map[string]string{
		"spacesEndpoint": c.cfg.SpacesEndpoint, "spacesAccessId": c.cfg.SpacesKey, "spacesSecretKey": c.cfg.SpacesSecret,
	} {
		if value == "" {
			return nil, fmt.Errorf("digitalocean:%s is missing; a bucket needs it", key)
		}
	}
	return s3.New(s3.Options{
		BaseEndpoint: aws.String(c.cfg.SpacesEndpoint), Region: region, UsePathStyle: true,
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: c.cfg.SpacesKey, SecretAccessKey: c.cfg.SpacesSecret}, nil
		}),
	}), nil
}
