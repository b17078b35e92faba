package standin

import (
	"context"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	p "github.com/pulumi/pulumi-go-provider"
	"github.com/stretchr/testify/require"
)

// fill puts two versions of an object into a bucket and deletes it, so that the
// bucket looks empty and is not.
func (e engine) fill(region, name string) {
	e.t.Helper()
	b, err := e.behind().buckets(region)
	require.NoError(e.t, err)
	key := "recording.mp4"
	for range 2 {
		_, err := b.PutObject(e.t.Context(), &s3.PutObjectInput{Bucket: &name, Key: &key, Body: strings.NewReader("x")})
		require.NoError(e.t, err)
	}
	_, err = b.DeleteObject(e.t.Context(), &s3.DeleteObjectInput{Bucket: &name, Key: &key})
	require.NoError(e.t, err)
}

func TestBucketIsEmptiedOnlyByForce(t *testing.T) {
	ctx, e := t.Context(), start(t)
	inputs := object("name", "recordings", "region", "sgp1", "versioning", map[string]any{"enabled": true})
	id, state := e.create(bucketToken, inputs)
	e.fill("sgp1", id)
	request := p.DeleteRequest{ID: id, Urn: urn(bucketToken), Properties: state}
	require.ErrorContains(t, e.Delete(ctx, request), "BucketNotEmpty")
	e.unchanged(bucketToken, id, state, inputs)

	forced := with(inputs, map[string]any{"forceDestroy": true})
	updated, err := e.Update(ctx, p.UpdateRequest{ID: id, Urn: urn(bucketToken), State: state, Inputs: forced})
	require.NoError(t, err)
	e.deleteTwice(bucketToken, id, updated.Properties)
}

func TestBucketIsWhereAndAsTheProgramSays(t *testing.T) {
	ctx, e := t.Context(), start(t)
	id, state := e.create(bucketToken, object("name", "site", "region", "blr1", "acl", "public-read"))
	require.Equal(t, "site.blr1.digitaloceanspaces.com", state.Get("bucketDomainName").AsString())
	require.Equal(t, "do:space:site", state.Get("bucketUrn").AsString())
	b, err := e.behind().buckets("blr1")
	require.NoError(t, err)
	location, err := b.GetBucketLocation(ctx, &s3.GetBucketLocationInput{Bucket: &id})
	require.NoError(t, err)
	require.EqualValues(t, "blr1", location.LocationConstraint)
	acl, err := b.GetBucketAcl(ctx, &s3.GetBucketAclInput{Bucket: &id})
	require.NoError(t, err)
	require.Contains(t, permissions(acl.Grants), types.PermissionRead)

	hidden := with(state, map[string]any{"acl": "private"})
	_, err = e.Update(ctx, p.UpdateRequest{ID: id, Urn: urn(bucketToken), State: state, Inputs: object("name", "site", "region", "blr1", "acl", "private")})
	require.NoError(t, err)
	acl, err = b.GetBucketAcl(ctx, &s3.GetBucketAclInput{Bucket: &id})
	require.NoError(t, err)
	require.NotContains(t, permissions(acl.Grants), types.PermissionRead)

	_, err = e.Update(ctx, p.UpdateRequest{ID: id, Urn: urn(bucketToken), State: hidden, Inputs: object("name", "other", "region", "blr1")})
	require.ErrorContains(t, err, `name is "other", want "site"`)
}

func permissions(grants []types.Grant) (all []types.Permission) {
	for _, g := range grants {
		all = append(all, g.Permission)
	}
	return all
}

// A bucket that was there before is not the program's, and must not be deleted with
// the stack; one that the program made and could not finish is.
func TestFailedBucketIsRememberedOnlyWhenItWasMade(t *testing.T) {
	e := start(t)
	inputs := object("name", "recordings", "region", "sgp1")
	id, state := e.create(bucketToken, inputs)
	made, err := e.Create(context.Background(), p.CreateRequest{Urn: urn(bucketToken), Properties: inputs})
	require.ErrorContains(t, err, "BucketAlreadyOwnedByYou")
	require.Empty(t, made.ID)
	e.deleteTwice(bucketToken, id, state)

	wrong := with(inputs, map[string]any{"lifecycleRules": []any{
		map[string]any{"enabled": true, "expiration": map[string]any{"date": "tomorrow"}},
	}})
	made, err = e.Create(context.Background(), p.CreateRequest{Urn: urn(bucketToken), Properties: wrong})
	require.ErrorContains(t, err, `lifecycleRules[0].expiration.date is "tomorrow", want a day`)
	require.Equal(t, "recordings", made.ID)
	require.NotNil(t, made.PartialState)
	require.True(t, made.Properties.Get("lifecycleRules").IsNull(), "what it has not got is not in the state")
}

// The rules come back as they were given, whatever they say.
func TestLifecycleRulesComeBackAsGiven(t *testing.T) {
	for name, rule := range map[string]map[string]any{
		"days":            {"id": "a", "enabled": true, "expiration": map[string]any{"days": 7.0}},
		"date":            {"enabled": true, "prefix": "tmp/", "expiration": map[string]any{"date": "2030-01-31"}},
		"marker":          {"enabled": true, "expiration": map[string]any{"expiredObjectDeleteMarker": true}},
		"old versions":    {"enabled": false, "noncurrentVersionExpiration": map[string]any{"days": 3.0}},
		"broken uploads":  {"enabled": true, "abortIncompleteMultipartUploadDays": 1.0},
		"an empty prefix": {"enabled": true, "prefix": "", "id": "", "expiration": map[string]any{"days": 7.0}},
	} {
		t.Run(name, func(t *testing.T) {
			e := start(t)
			inputs := object("name", "recordings", "region", "sgp1", "lifecycleRules", []any{rule})
			id, state := e.create(bucketToken, inputs)
			require.Empty(t, e.changes(bucketToken, id, state, inputs))
			// No rules are no rules.
			none := inputs.Delete("lifecycleRules")
			require.Equal(t, map[string]p.DiffKind{"lifecycleRules": p.Delete}, e.changes(bucketToken, id, state, none))
			updated, err := e.Update(t.Context(), p.UpdateRequest{ID: id, Urn: urn(bucketToken), State: state, Inputs: none})
			require.NoError(t, err)
			require.Empty(t, e.changes(bucketToken, id, updated.Properties, none))
		})
	}
}

func TestBucketsNeedAnEndpointAndAKey(t *testing.T) {
	e := start(t)
	cfg := e.server.cfg
	for key, change := range map[string]func(*Config){
		"spacesEndpoint":  func(c *Config) { c.SpacesEndpoint = "" },
		"spacesAccessId":  func(c *Config) { c.SpacesKey = "" },
		"spacesSecretKey": func(c *Config) { c.SpacesSecret = "" },
	} {
		e.server.cfg = cfg
		change(&e.server.cfg)
		require.NoError(t, e.Configure(t.Context(), p.ConfigureRequest{}))
		_, err := e.Create(t.Context(), p.CreateRequest{Urn: urn(bucketToken), Properties: object("name", "recordings")})
		require.ErrorContains(t, err, "digitalocean:"+key+" is missing")
	}
	// What the stack says counts more than what the sandbox knows.
	e.server.cfg = Config{Endpoint: cfg.Endpoint, Token: cfg.Token}
	require.NoError(t, e.Configure(t.Context(), p.ConfigureRequest{Args: object(
		"spacesEndpoint", cfg.SpacesEndpoint, "spacesAccessId", cfg.SpacesKey, "spacesSecretKey", cfg.SpacesSecret)}))
	_, state := e.create(bucketToken, object("name", "recordings"))
	require.Equal(t, "nyc3", state.Get("region").AsString(), "the official provider's default")
}
