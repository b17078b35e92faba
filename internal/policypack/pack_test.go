package policypack_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/types/known/structpb"

	"github.com/gomeet/infra/internal/policypack"
	"github.com/gomeet/infra/policies"
)

// start makes the pack ready for the stack prod, as the engine does.
func start(t *testing.T, folder string, levels map[string]pulumirpc.EnforcementLevel) (*policypack.Server, error) {
	t.Helper()
	s := &policypack.Server{}
	_, err := s.Handshake(t.Context(), &pulumirpc.AnalyzerHandshakeRequest{RootDirectory: &folder})
	require.NoError(t, err)
	if _, err := s.ConfigureStack(t.Context(), &pulumirpc.AnalyzerStackConfigureRequest{Stack: "prod"}); err != nil {
		return nil, err
	}
	configs := map[string]*pulumirpc.PolicyConfig{}
	for rule, level := range levels {
		configs[rule] = &pulumirpc.PolicyConfig{EnforcementLevel: level}
	}
	_, err = s.Configure(t.Context(), &pulumirpc.ConfigureAnalyzerRequest{PolicyConfig: configs})
	return s, err
}

// bucket is the request of a protected, versioned bucket, encoded as the engine does.
func bucket(t *testing.T, acl resource.PropertyValue) *pulumirpc.AnalyzeRequest {
	t.Helper()
	properties, err := plugin.MarshalProperties(resource.PropertyMap{
		"acl":        acl,
		"versioning": resource.NewProperty(resource.PropertyMap{"enabled": resource.NewProperty(true)}),
	}, plugin.MarshalOptions{KeepUnknowns: true, KeepSecrets: true})
	require.NoError(t, err)
	return &pulumirpc.AnalyzeRequest{
		Type: "digitalocean:index/spacesBucket:SpacesBucket", Urn: "urn:bucket", Name: "recordings",
		Properties: properties, Options: &pulumirpc.AnalyzerResourceOptions{Protect: true},
	}
}

func TestViolationsAreReported(t *testing.T) {
	s, err := start(t, "../../policies", nil)
	require.NoError(t, err)
	answer, err := s.Analyze(t.Context(), bucket(t, resource.NewProperty("private")))
	require.NoError(t, err)
	require.Empty(t, answer.GetDiagnostics())

	answer, err = s.Analyze(t.Context(), bucket(t, resource.NewProperty("public-read")))
	require.NoError(t, err)
	require.Len(t, answer.GetDiagnostics(), 1)
	found := answer.GetDiagnostics()[0]
	require.Equal(t, "do-bucket-private", found.GetPolicyName())
	require.Equal(t, "urn:bucket", found.GetUrn())
	require.Equal(t, pulumirpc.EnforcementLevel_MANDATORY, found.GetEnforcementLevel())
	require.Equal(t, pulumirpc.PolicySeverity_POLICY_SEVERITY_CRITICAL, found.GetSeverity())
	require.Contains(t, found.GetMessage(), `acl is "public-read"`)
	require.Contains(t, found.GetMessage(), "Why: ")
	require.Contains(t, found.GetMessage(), "Fix: ")
}

// Unknown values and secrets are no violation.
func TestUnknownValuesAreLeftAlone(t *testing.T) {
	s, err := start(t, "../../policies", nil)
	require.NoError(t, err)
	for name, acl := range map[string]resource.PropertyValue{
		"unknown":            resource.MakeComputed(resource.NewProperty("")),
		"secret":             resource.MakeSecret(resource.NewProperty("public-read")),
		"secret and unknown": resource.MakeSecret(resource.MakeComputed(resource.NewProperty(""))),
	} {
		answer, err := s.Analyze(t.Context(), bucket(t, acl))
		require.NoError(t, err)
		require.Empty(t, answer.GetDiagnostics(), name)
	}
}

// A level that --policy-pack-config names holds instead of the rule's own.
func TestLevelsCanBeChosen(t *testing.T) {
	for level, reported := range map[pulumirpc.EnforcementLevel]int{
		pulumirpc.EnforcementLevel_ADVISORY: 1, pulumirpc.EnforcementLevel_DISABLED: 0,
	} {
		s, err := start(t, "../../policies", map[string]pulumirpc.EnforcementLevel{"do-bucket-private": level})
		require.NoError(t, err)
		answer, err := s.Analyze(t.Context(), bucket(t, resource.NewProperty("public-read")))
		require.NoError(t, err)
		require.Len(t, answer.GetDiagnostics(), reported)
		for _, found := range answer.GetDiagnostics() {
			require.Equal(t, level, found.GetEnforcementLevel())
		}
	}
}

// With every rule switched off the pack costs no more than one without rules: it does not
// even read the resources.
func TestPackThatIsOffReadsNothing(t *testing.T) {
	unreadable, err := structpb.NewStruct(map[string]any{"acl": map[string]any{resource.SigKey: "no such signature"}})
	require.NoError(t, err)
	request := bucket(t, resource.NewProperty("private"))
	request.Properties = unreadable
	whole := &pulumirpc.AnalyzeStackRequest{Resources: []*pulumirpc.AnalyzerResource{
		{Urn: "urn:bucket", Type: request.GetType(), Properties: unreadable},
	}}

	s, err := start(t, "../../policies", nil)
	require.NoError(t, err)
	_, err = s.Analyze(t.Context(), request)
	require.ErrorContains(t, err, "urn:bucket")
	_, err = s.AnalyzeStack(t.Context(), whole)
	require.ErrorContains(t, err, "urn:bucket")

	off := map[string]pulumirpc.EnforcementLevel{}
	for _, rule := range policies.Rules() {
		off[rule.ID] = pulumirpc.EnforcementLevel_DISABLED
	}
	s, err = start(t, "../../policies", off)
	require.NoError(t, err)
	answer, err := s.Analyze(t.Context(), request)
	require.NoError(t, err)
	require.Empty(t, answer.GetDiagnostics())
	answer, err = s.AnalyzeStack(t.Context(), whole)
	require.NoError(t, err)
	require.Empty(t, answer.GetDiagnostics())
}

// All resources of a stack are judged together, on what they depend on.
func TestStackIsJudged(t *testing.T) {
	s, err := start(t, "../../policies", nil)
	require.NoError(t, err)
	region := func(slug string) map[string]any { return map[string]any{"region": slug} }
	stackResource := func(urn, token string, inputs map[string]any) *pulumirpc.AnalyzerResource {
		properties, err := plugin.MarshalProperties(resource.NewPropertyMapFromMap(inputs), plugin.MarshalOptions{})
		require.NoError(t, err)
		return &pulumirpc.AnalyzerResource{Urn: urn, Type: token, Properties: properties}
	}
	balancer := stackResource("urn:balancer", "digitalocean:index/loadBalancer:LoadBalancer", region("fra1"))
	balancer.PropertyDependencies = map[string]*pulumirpc.AnalyzerPropertyDependencies{"vpcUuid": {Urns: []string{"urn:vpc"}}}
	answer, err := s.AnalyzeStack(t.Context(), &pulumirpc.AnalyzeStackRequest{Resources: []*pulumirpc.AnalyzerResource{
		stackResource("urn:vpc", "digitalocean:index/vpc:Vpc", region("sgp1")), balancer,
	}})
	require.NoError(t, err)
	require.Len(t, answer.GetDiagnostics(), 1)
	require.Equal(t, "gomeet-region", answer.GetDiagnostics()[0].GetPolicyName())
	require.Equal(t, "urn:balancer", answer.GetDiagnostics()[0].GetUrn())
}

// The rules are listed before the pack knows a stack, as publishing it needs.
func TestRulesAreListed(t *testing.T) {
	info, err := (&policypack.Server{}).GetAnalyzerInfo(t.Context(), nil)
	require.NoError(t, err)
	require.Len(t, info.GetPolicies(), len(policies.Rules()))
	for _, p := range info.GetPolicies() {
		require.NotEqual(t, pulumirpc.PolicySeverity_POLICY_SEVERITY_UNSPECIFIED, p.GetSeverity(), p.GetName())
	}
	_, err = (&policypack.Server{}).Analyze(t.Context(), bucket(t, resource.NewProperty("private")))
	require.ErrorContains(t, err, "not configured for a stack")
}

// A pack without its settings does not judge by others.
func TestPackNeedsItsSettings(t *testing.T) {
	folder := t.TempDir()
	_, err := start(t, folder, nil)
	require.ErrorContains(t, err, filepath.Join(folder, "settings.yaml"))
	require.NoError(t, os.WriteFile(filepath.Join(folder, "settings.yaml"), []byte("budget: 1"), 0o600))
	_, err = start(t, folder, nil)
	require.ErrorContains(t, err, "field budget not found")
}
