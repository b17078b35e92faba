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
	resource, err := policyinput.Analyzed(r)
	if err != nil {
		return nil, err
	}
	return s.judge([]policies.Resource{resource}, func(rule *policies.Rule) bool { return rule.Applies(resource.Type) })
}

// AnalyzeStack implements pulumirpc.AnalyzerServer: the rules about all resources judge
// what the providers made of them.
func (s *Server) AnalyzeStack(_ context.Context, r *pulumirpc.AnalyzeStackRequest) (*pulumirpc.AnalyzeResponse, error) {
	all, err := policyinput.AnalyzedStack(r)
	if err != nil {
		return nil, err
	}
	return s.judge(all, (*policies.Rule).Stack)
}

// judge returns what the chosen rules find and no exception allows.
func (s *Server) judge(all []policies.Resource, chosen func(*policies.Rule) bool) (*pulumirpc.AnalyzeResponse, error) {
	if s.settings == nil {
		return nil, errNotConfigured
	}
	response := &pulumirpc.AnalyzeResponse{}
	for _, rule := range policies.Rules() {
		if !chosen(rule) || s.level(rule) == pulumirpc.EnforcementLevel_DISABLED {
			continue
		}
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
