package policypack

import (
	"context"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/protobuf/types/known/emptypb"

	"github.com/gomeet/infra/policies"
)

// Name and Version are what the engine shows of the pack.
const (
	Name    = "gomeet"
	Version = "1.0.0"
)

// GetPluginInfo implements pulumirpc.AnalyzerServer.
func (s *Server) GetPluginInfo(context.Context, *emptypb.Empty) (*pulumirpc.PluginInfo, error) {
	return &pulumirpc.PluginInfo{Version: Version}, nil
}

// GetAnalyzerInfo implements pulumirpc.AnalyzerServer: it lists the rules.
func (s *Server) GetAnalyzerInfo(context.Context, *emptypb.Empty) (*pulumirpc.AnalyzerInfo, error) {
	info := &pulumirpc.AnalyzerInfo{Name: Name, Version: Version, SupportsConfig: true}
	for _, rule := range policies.Rules() {
		kind := pulumirpc.PolicyType_POLICY_TYPE_RESOURCE
		if rule.Stack() {
			kind = pulumirpc.PolicyType_POLICY_TYPE_STACK
		}
		info.Policies = append(info.Policies, &pulumirpc.PolicyInfo{
			Name: rule.ID, Description: rule.Title, Message: rule.Why, RemediationSteps: rule.Fix,
			EnforcementLevel: ownLevel(rule), PolicyType: kind, Severity: severities[rule.Severity],
		})
	}
	return info, nil
}

// severities are the engine's words for ours.
var severities = map[policies.Severity]pulumirpc.PolicySeverity{
	policies.Critical: pulumirpc.PolicySeverity_POLICY_SEVERITY_CRITICAL,
	policies.High:     pulumirpc.PolicySeverity_POLICY_SEVERITY_HIGH,
	policies.Medium:   pulumirpc.PolicySeverity_POLICY_SEVERITY_MEDIUM,
	policies.Low:      pulumirpc.PolicySeverity_POLICY_SEVERITY_LOW,
}

// ownLevel is the level of a rule for which nobody chose one.
func ownLevel(rule *policies.Rule) pulumirpc.EnforcementLevel {
	if rule.Mandatory() {
		return pulumirpc.EnforcementLevel_MANDATORY
	}
	return pulumirpc.EnforcementLevel_ADVISORY
}

// level is the level of a rule in this run.
func (s *Server) level(rule *policies.Rule) pulumirpc.EnforcementLevel {
	if chosen, found := s.levels[rule.ID]; found {
		return chosen
	}
	return ownLevel(rule)
}
