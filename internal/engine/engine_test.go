package engine_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/stretchr/testify/require"

	"github.com/gomeet/infra/internal/engine"
)

func preview(t *testing.T) *engine.Preview {
	t.Helper()
	p, err := engine.ReadPreviewFile(filepath.Join("testdata", "preview.json"))
	require.NoError(t, err)
	return p
}

func TestPreview(t *testing.T) {
	p := preview(t)
	require.NoError(t, p.Complete())
	require.Len(t, p.Steps, 3)
	require.Equal(t, "sites share a region\n", p.Diagnostics[0].Message)
	require.Equal(t, "[secret]", p.Config["gomeet:redisPassword"])

	pool := p.Steps[1]
	require.Equal(t, apitype.OpUpdate, pool.Op)
	require.Equal(t, "digitalocean:index/kubernetesNodePool:KubernetesNodePool", pool.Type)
	require.Equal(t, "singapore-sfu", pool.Name)
	require.Equal(t, []string{"nodeCount"}, pool.Changed)
	require.Equal(t, apitype.DiffUpdate, pool.Diff["nodeCount"].Kind)
	require.Equal(t, "default_4_62_0", pool.New.ProviderName())
	require.Equal(t, 1.0, pool.Old.Inputs["nodeCount"].NumberValue())
	require.Equal(t, 2.0, pool.New.Inputs["nodeCount"].NumberValue())
	require.True(t, pool.New.Inputs["clusterId"].IsComputed(), "not known yet")
	require.False(t, pool.Old.Inputs["clusterId"].IsComputed())

	require.Nil(t, p.Steps[2].New)
	require.True(t, p.Steps[2].Old.Inputs["stringData"].IsSecret())

	require.Len(t, p.Before(), 3)
	require.Len(t, p.After(), 2, "the deleted one is not there any more")
}

// Every way the CLI shows a replacement is the same resource before and after.
func TestReplacements(t *testing.T) {
	const urn = "urn:pulumi:dev::gomeet::digitalocean:index/vpc:Vpc::singapore"
	state := func(kind, name string) string {
		return fmt.Sprintf(`,%q:{"urn":%q,"custom":true,"type":"digitalocean:index/vpc:Vpc","inputs":{"name":%q}}`, kind, urn, name)
	}
	before, after := state("oldState", "old"), state("newState", "new")
	for name, steps := range map[string][]string{
		"one step":             {"replace" + before + after},
		"three steps":          {"create-replacement" + before + after, "replace" + before + after, "delete-replaced" + before},
		"deleted before made":  {"delete-replaced" + before, "replace" + before + after, "create-replacement" + before + after},
		"after a refresh":      {"refresh" + state("oldState", "recorded") + state("newState", "old"), "replace" + before + after},
		"a deletion with both": {"delete-replaced" + before + before, "create-replacement" + after},
	} {
		t.Run(name, func(t *testing.T) {
			var list []string
			for _, s := range steps {
				op, rest, _ := strings.Cut(s, ",")
				list = append(list, fmt.Sprintf(`{"op":%q,"urn":%q,%s}`, op, urn, rest))
			}
			p, err := engine.ReadPreview(strings.NewReader(`{"changeSummary":{"replace":1},"steps":[` + strings.Join(list, ",") + `]}`))
			require.NoError(t, err)
			require.Len(t, p.Before(), 1)
			require.Len(t, p.After(), 1)
			require.Equal(t, "old", p.Before()[0].Inputs["name"].StringValue())
			require.Equal(t, "new", p.After()[0].Inputs["name"].StringValue())
		})
	}
}

// A preview without its unchanged resources says so, and how to make a whole one.
func TestIncompletePreview(t *testing.T) {
	p, err := engine.ReadPreview(strings.NewReader(`{"changeSummary":{"same":62},"steps":[]}`))
	require.NoError(t, err)
	require.ErrorContains(t, p.Complete(), "shows 0 of 62 unchanged resources")
	require.ErrorContains(t, p.Complete(), "--show-sames")
}

// A preview that the engine ended early is not priced or checked as if it were whole.
func TestFailedPreview(t *testing.T) {
	p, err := engine.ReadPreview(strings.NewReader(`{"changeSummary":{},"steps":[],"diagnostics":[
		{"message":"sites share a region","severity":"info"},
		{"message":"cannot be deleted because it is protected\n","severity":"error"}]}`))
	require.NoError(t, err)
	require.EqualError(t, p.Complete(), "the preview failed: cannot be deleted because it is protected")
}

func TestState(t *testing.T) {
	file, err := os.Open(filepath.Join("testdata", "state.json"))
	require.NoError(t, err)
	defer file.Close()
	resources, err := engine.ReadState(file)
	require.NoError(t, err)
	require.Len(t, resources, 2)
	cluster := resources[1]
	require.Equal(t, "singapore", cluster.Name)
	require.Equal(t, "c1", cluster.ID)
	require.True(t, cluster.Protect)
	require.True(t, cluster.Outputs["kubeConfigs"].IsSecret())
	require.NotContains(t, fmt.Sprintf("%+v", cluster), "t0psecret", "not even encrypted")
}

// What is not a preview or a state is refused with a reason.
func TestNotWhatItShouldBe(t *testing.T) {
	for _, text := range []string{"", "{}", "[1]", "Previewing update (dev):", `{"version":1}`,
		`{"changeSummary":{}}{"changeSummary":{}}`, `{"version":3,"deployment":{"resources":[]}} and more`, `{"changeSummary":{},"steps":[{"op":"same","urn":"mine"}]}`} {
		_, err := engine.ReadPreview(strings.NewReader(text))
		require.ErrorIs(t, err, engine.ErrNoPreview, text)
		_, err = engine.ReadState(strings.NewReader(text))
		require.ErrorIs(t, err, engine.ErrNoState, text)
		_, err = engine.Compact([]byte(text))
		require.ErrorIs(t, err, engine.ErrNoPreview, text)
	}
	_, err := engine.ReadPreviewFile(filepath.Join("testdata", "nosuch.json"))
	require.ErrorContains(t, err, "nosuch.json")
}

// A compact preview reads as the one it was made from.
func TestCompact(t *testing.T) {
	raw, err := os.ReadFile(filepath.Join("testdata", "preview.json"))
	require.NoError(t, err)
	small, err := engine.Compact(raw)
	require.NoError(t, err)
	require.NotContains(t, string(small), "main.go")
	got, err := engine.ReadPreview(bytes.NewReader(small))
	require.NoError(t, err)
	require.Equal(t, preview(t), got)
	again, err := engine.Compact(small)
	require.NoError(t, err)
	require.Equal(t, string(small), string(again))
}

// A policy on a kept preview judges what it would on the first: where values come from is
// kept.
func TestCompactKeepsWhereValuesComeFrom(t *testing.T) {
	const (
		urn   = `"urn":"urn:pulumi:dev::gomeet::a:b:C::lb"`
		state = `{` + urn + `,"type":"a:b:C","propertyDependencies":{"vpcUuid":["urn:vpc"]}}`
	)
	small, err := engine.Compact([]byte(`{"changeSummary":{"create":1},"steps":[{"op":"create",` + urn + `,"newState":` + state + `}]}`))
	require.NoError(t, err)
	p, err := engine.ReadPreview(bytes.NewReader(small))
	require.NoError(t, err)
	require.Equal(t, map[resource.PropertyKey][]resource.URN{"vpcUuid": {"urn:vpc"}}, p.Steps[0].New.PropertyDependencies)
}
