package stacks_test

import (
	"fmt"
	"maps"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"

	"github.com/gomeet/infra/stacks"
)

// awsStack is dev with its secrets in AWS, and none of them in its configuration.
func awsStack(t *testing.T) map[string]string {
	t.Helper()
	raw := configuration(t, "dev")
	for _, key := range stacks.SecretKeys() {
		delete(raw, key)
	}
	maps.Copy(raw, map[string]string{
		"gomeet:secretStore":        `{"kind":"aws","region":"ap-southeast-1","prefix":"gomeet/dev"}`,
		"gomeet:awsAccessKeyId":     "AKIA-KEY",
		"gomeet:awsSecretAccessKey": "aws-secret",
		"gomeet:pools":              `{"recorder":{"size":"c-16","count":1}}`,
	})
	return raw
}

// With a secret store the only Secrets the stack makes hold the store's own key; the
// others are the operator's, with the same names and keys.
func TestSecretStore(t *testing.T) {
	r := recorder(false)
	raw := awsStack(t)
	require.NoError(t, pulumi.RunErr(func(ctx *pulumi.Context) error {
		cfg, err := stacks.Load("dev", raw)
		if err != nil {
			return err
		}
		return stacks.Deploy(ctx, cfg)
	}, pulumi.WithMocks("gomeet", "dev", r), func(info *pulumi.RunInfo) {
		info.Config, info.ConfigSecretKeys = raw, stacks.SecretKeys()
	}))
	for _, secret := range r.Resources(secretType) {
		require.Equal(t, "gomeet-aws", secret.Inputs["metadata"].ObjectValue()["name"].StringValue())
		require.True(t, secret.Inputs["stringData"].ContainsSecrets())
	}
	entries := map[string]bool{}
	for _, external := range r.Resources("kubernetes:external-secrets.io/v1:ExternalSecret") {
		spec := external.Inputs["spec"].ObjectValue()
		require.Equal(t, "gomeet-secrets", spec["secretStoreRef"].ObjectValue()["name"].StringValue())
		for _, data := range spec["data"].ArrayValue() {
			remote := data.ObjectValue()["remoteRef"].ObjectValue()
			entries[remote["key"].StringValue()+" "+remote["property"].StringValue()] = true
		}
	}
	for _, entry := range []string{
		"gomeet/dev/gomeet/api signing-key", "gomeet/dev/gomeet/api bucket-secret-key", "gomeet/dev/media/livekit keys.yaml",
		"gomeet/dev/edge/traefik tls.key", "gomeet/dev/recording/egress livekit-secret",
	} {
		require.True(t, entries[entry], entry)
	}
	stores := r.Resources("kubernetes:external-secrets.io/v1:SecretStore")
	require.GreaterOrEqual(t, len(stores), 4, "one per namespace")
	require.NotContains(t, fmt.Sprint(stores[0].Inputs), "aws-secret")
}

// The page that people fill the store from has every entry and key that a stack with
// everything in it asks for, and no other.
func TestSecretStoreEntriesAreDocumented(t *testing.T) {
	raw, ways := awsStack(t), alerting(t)
	maps.Copy(raw, map[string]string{
		"gomeet:objectStore": "minio", "gomeet:autoscale": "true", "gomeet:metricsTLS": metricsTLS,
		"gomeet:alerting": ways["gomeet:alerting"], "gomeet:remoteWrite": ways["gomeet:remoteWrite"],
	})
	r := deployed(t, "dev", raw)
	asked := map[string]string{}
	for _, external := range r.Resources("kubernetes:external-secrets.io/v1:ExternalSecret") {
		for _, data := range at(t, external.Inputs, "spec", "data").ArrayValue() {
			remote := data.ObjectValue()["remoteRef"].ObjectValue()
			entry := strings.TrimPrefix(remote["key"].StringValue(), "gomeet/dev/")
			asked[entry] = strings.TrimPrefix(asked[entry]+", `"+remote["property"].StringValue()+"`", ", ")
		}
	}
	page, err := os.ReadFile("../docs/secret-store.md")
	require.NoError(t, err)
	documented := map[string]string{}
	for _, row := range regexp.MustCompile("(?m)^\\| `([a-z/-]+)` \\| (`[^|]+`) \\|").FindAllStringSubmatch(string(page), -1) {
		documented[row[1]] = row[2]
	}
	require.Equal(t, asked, documented)
	for _, service := range r.Resources(apiServiceType) {
		require.NotEmpty(t, service.Inputs["spec"].ObjectValue()["caBundle"].StringValue(), "%s is trusted by nobody", service.Name)
	}
}

func TestSecretStoreProblems(t *testing.T) {
	for name, c := range map[string]struct {
		set  map[string]string
		want string
	}{
		"no key":      {map[string]string{"gomeet:awsSecretAccessKey": "-"}, `gomeet:awsSecretAccessKey: missing; gomeet:secretStore reads AWS Secrets Manager with it`},
		"autoscale":   {map[string]string{"gomeet:autoscale": "true"}, `gomeet:metricsTLS: missing; with gomeet:autoscale Kubernetes' API is told its authority`},
		"no region":   {map[string]string{"gomeet:secretStore": `{"kind":"aws","prefix":"a"}`}, `gomeet:secretStore.region: must be an AWS region`},
		"bad prefix":  {map[string]string{"gomeet:secretStore": `{"kind":"aws","region":"ap-southeast-1","prefix":"/a"}`}, `gomeet:secretStore.prefix: "/a": must be`},
		"other kind":  {map[string]string{"gomeet:secretStore": `{"kind":"vault"}`}, `gomeet:secretStore.kind: "vault": must be "pulumi" or "aws"`},
		"mixed":       {map[string]string{"gomeet:secretStore": `{"kind":"pulumi","region":"x"}`}, `region and prefix belong to the kind "aws"`},
		"no object":   {map[string]string{"gomeet:secretStore": `[]`}, `must be {kind, region, prefix}: found a JSON array`},
		"own secrets": {map[string]string{"gomeet:secretStore": `{"kind":"pulumi"}`}, `gomeet:apiSigningKey: missing; create it`},
	} {
		t.Run(name, func(t *testing.T) {
			raw := awsStack(t)
			maps.Copy(raw, c.set)
			_, err := stacks.Load("dev", raw)
			require.ErrorContains(t, err, c.want)
		})
	}
}
