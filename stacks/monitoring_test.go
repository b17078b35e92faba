package stacks_test

import (
	"maps"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"

	"github.com/gomeet/infra/internal/pulumitest"
	"github.com/gomeet/infra/stacks"
)

// alerting is dev with both ways of alerts and a remote store.
func alerting(t *testing.T) map[string]string {
	t.Helper()
	raw := configuration(t, "dev")
	maps.Copy(raw, map[string]string{
		"gomeet:alerting": `{"pagerDuty":true,"slack":true,"slackChannel":"#on-call"}`, "gomeet:remoteWrite": `{"url":"https://metrics.example/write","user":"gomeet"}`,
		"gomeet:pagerDutyKey": "R0UT1NG", "gomeet:slackWebhook": "https://hooks.example/secret", "gomeet:remoteWritePassword": "remote-password",
	})
	return raw
}

func deployed(t *testing.T, stack string, raw map[string]string) *pulumitest.Recorder {
	t.Helper()
	r := recorder(false)
	require.NoError(t, pulumi.RunErr(func(ctx *pulumi.Context) error {
		cfg, err := stacks.Load(stack, raw)
		if err != nil {
			return err
		}
		return stacks.Deploy(ctx, cfg)
	}, pulumi.WithMocks("gomeet", stack, r), func(info *pulumi.RunInfo) {
		info.Config, info.ConfigSecretKeys = raw, stacks.SecretKeys()
	}))
	return r
}

// What tells people is in Secrets only, and what reads it names files.
func TestAlertingKeepsItsSecrets(t *testing.T) {
	raw := alerting(t)
	r := deployed(t, "dev", raw)
	var configs, secrets strings.Builder
	for _, config := range r.Resources(configMapType) {
		configs.WriteString(plain(config.Inputs["data"]))
	}
	for _, kept := range r.Resources(secretType) {
		require.True(t, kept.Inputs["stringData"].ContainsSecrets(), kept.Name)
		secrets.WriteString(plain(kept.Inputs["stringData"]))
	}
	for _, key := range []string{"gomeet:pagerDutyKey", "gomeet:slackWebhook", "gomeet:remoteWritePassword"} {
		require.NotContains(t, configs.String(), raw[key], key)
		require.Contains(t, secrets.String(), raw[key], key)
	}
	for _, text := range []string{"#on-call", "https://metrics.example/write", "password_file: /run/secrets/remote-write/password"} {
		require.Contains(t, configs.String(), text)
	}
}

// plain is a property with its secrets in clear text.
func plain(v resource.PropertyValue) string {
	switch {
	case v.IsSecret():
		return plain(v.SecretValue().Element)
	case v.IsObject():
		var all strings.Builder
		for _, value := range v.ObjectValue() {
			all.WriteString(plain(value) + "\n")
		}
		return all.String()
	default:
		return v.StringValue()
	}
}

func TestAlertingRejects(t *testing.T) {
	for name, test := range map[string]struct {
		change map[string]string
		want   string
	}{
		"no key":       {map[string]string{"gomeet:pagerDutyKey": "-"}, `gomeet:pagerDutyKey: missing; gomeet:alerting.pagerDuty needs`},
		"no webhook":   {map[string]string{"gomeet:slackWebhook": "-"}, `gomeet:slackWebhook: missing; gomeet:alerting.slack needs`},
		"no password":  {map[string]string{"gomeet:remoteWritePassword": "-"}, `gomeet:remoteWritePassword: missing; gomeet:remoteWrite.user needs it`},
		"channel":      {map[string]string{"gomeet:alerting": `{"slackChannel":"on-call"}`}, `gomeet:alerting.slackChannel: "on-call": must be a channel`},
		"unknown way":  {map[string]string{"gomeet:alerting": `{"email":true}`}, `gomeet:alerting: "{\"email\":true}": must be {pagerDuty, slack, slackChannel}`},
		"clear text":   {map[string]string{"gomeet:remoteWrite": `{"url":"http://metrics.example"}`}, `gomeet:remoteWrite.url: "http://metrics.example": must be a URL with https`},
		"user only":    {map[string]string{"gomeet:remoteWrite": `{"user":"gomeet"}`}, `gomeet:remoteWrite.url: missing; user belongs to a url`},
		"secret in it": {map[string]string{"gomeet:remoteWrite": `{"url":"https://a:b@metrics.example"}`}, `and without a password`},
	} {
		t.Run(name, func(t *testing.T) {
			raw := alerting(t)
			maps.Copy(raw, test.change)
			_, err := stacks.Load("dev", raw)
			require.ErrorContains(t, err, test.want)
		})
	}
}

// The rules of a site compare with its own share of the plan.
func TestRulesHaveThePlansNumbers(t *testing.T) {
	r := deployed(t, "prod", configuration(t, "prod"))
	rules := map[string]string{}
	for _, config := range r.Resources(configMapType) {
		if strings.HasSuffix(config.Name, "prometheus-rules") {
			rules[config.Name] = plain(config.Inputs["data"])
		}
	}
	require.Len(t, rules, 2)
	singapore, jakarta := rules["singapore-monitoring-prometheus-rules"], rules["jakarta-monitoring-prometheus-rules"]
	require.Contains(t, singapore, `sum(up{job="livekit"}) or vector(0)) < 5`, "what the autoscaler leaves at least: two thirds of eight nodes")
	require.Contains(t, jakarta, `sum(up{job="livekit"}) or vector(0)) < 3`)
	require.Contains(t, singapore, "RedisClusterDown")
	require.NotContains(t, jakarta, "RedisClusterDown", "Redis is at the primary site")
	// All WebSockets go through one load balancer of eight nodes, which is full while the
	// two for pages are empty.
	require.Contains(t, singapore, `traefik_open_connections{entrypoint="websocket"}) > 70000`)
	require.Contains(t, singapore, `traefik_open_connections{entrypoint="websecure"}) > 17000`)
	require.Contains(t, jakarta, `traefik_open_connections{entrypoint="websecure"}) > 42500`)
	require.NotContains(t, jakarta, `entrypoint="websocket"`, "one load balancer has both")
	require.Contains(t, singapore, "RestoreDrillFailed")
	require.NotContains(t, jakarta, "RestoreDrillFailed")
}
