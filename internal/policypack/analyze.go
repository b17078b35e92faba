package policypack

import (
	"context"
	"fmt"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"

	"github.com/gomeet/infra/internal/policyinput"
	"github.com/gomeet/infra/policies"
)

// Analyze implements pulumirpc.AnalyzerServer: the rules about one resource judge what the
// program asks for.
func (s *Server) Analyze(_ context.Context, r *pulumirpc.AnalyzeRequest) (*pulumirpc.AnalyzeResponse, error) {
	return s.judge(func(rule *policies.Rule) bool { return rule.Applies(r.GetType()) }, func() ([]policies.Resource, error) {
		resource, err := policyinput.Analyzed(r)
		return []policies.Resource{resource}, err
	})
}

// AnalyzeStack implements pulumirpc.AnalyzerServer: the rules about all resources judge
// what the providers made of them.
func (s *Server) AnalyzeStack(_ context.Context, r *pulumirpc.AnalyzeStackRequest) (*pulumirpc.AnalyzeResponse, error) {
	return s.judge((*policies.Rule).Stack, func() ([]policies.Resource, error) { return policyinput.AnalyzedStack(r) })
}

// judge returns what the chosen rules find and no exception allows. It decodes the resources
// only for rules that want them: most of the pack's time goes there.
func (s *Server) judge(
	chosen func(*policies.Rule) bool, decode func() ([]policies.Resource, error),
) (*pulumirpc.AnalyzeResponse, error) {
	if s.settings == nil {
		return nil, errNotConfigured
	}
	response := &pulumirpc.AnalyzeResponse{}
	var rules []*policies.Rule
	for _, rule := range policies.Rules() {
		if chosen(rule) && s.level(rule) != pulumirpc.EnforcementLevel_DISABLED {
			rules = append(rules, rule)
		}
	}
	if len(rules) == 0 {
		return response, nil
	}
	all, err := decode()
	if err != nil {
		return nil, err
	}
	for _, rule := range rules {
		found, err := rule.Judge(s.settings, all)
		if err != nil {
			return nil, err
		}
		for _, f := range found {
			if !s.settings.Excepts(f) {
				response.Diagnostics = append(response.Diagnostics, s.diagnostic(f))
			}
		}
	}
	return response, nil
}

func (s *Server) diagnostic(f policies.Finding) *pulumirpc.AnalyzeDiagnostic {
	return &pulumirpc.AnalyzeDiagnostic{
		PolicyName: f.Rule.ID, PolicyPackName: Name, PolicyPackVersion: Version,
		Description: f.Rule.Title, EnforcementLevel: s.level(f.Rule), Severity: severities[f.Rule.Severity], Urn: f.URN,
		Message: fmt.Sprintf("%s\n%s\nWhy: %s\nFix: %s", f.Rule.Title, f.Message, f.Rule.Why, f.Rule.Fix),
	}
}
