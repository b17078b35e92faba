package stacks_test

import (
	"strings"
	"testing"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/stretchr/testify/require"

	"github.com/gomeet/infra/internal/policyinput"
	"github.com/gomeet/infra/internal/pulumitest"
	"github.com/gomeet/infra/policies"
	"github.com/gomeet/infra/stacks"
)

// today is a day on which the exceptions of policies/settings.yaml count.
var today = time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC)

// asResources deploys a committed stack and returns what policies see of it.
func asResources(t *testing.T, stack string, r *pulumitest.Recorder) []policies.Resource {
	t.Helper()
	// The engine makes this output a secret, as TestKubeconfigIsSecret says; the mocks do not.
	outputs := r.Outputs[clusterType]
	outputs["kubeConfigs"] = resource.MakeSecret(outputs["kubeConfigs"])
	require.NoError(t, deploy(t, stack, r))
	return policyinput.Engine(recorded(stack, r))
}

// settings are those of a committed stack.
func settings(t *testing.T, stack string) *policies.Settings {
	t.Helper()
	file, err := policies.Read("../policies/settings.yaml")
	require.NoError(t, err)
	cfg, err := stacks.Load(stack, configuration(t, stack))
	require.NoError(t, err)
	return cfg.PolicySettings(file, today)
}

// Both stacks are clean, whether the cloud has answered or not, and every exception is
// needed by one of the stacks that it holds for.
func TestStacksObeyThePolicies(t *testing.T) {
	needless, judged := map[string]int{}, map[string]int{}
	for _, stack := range []string{"dev", "prod"} {
		for _, preview := range []bool{true, false} {
			s := settings(t, stack)
			for _, exception := range s.Exceptions {
				judged[exception.Unused()]++
			}
			verdict, err := policies.Judge(s, asResources(t, stack, recorder(preview)))
			require.NoError(t, err)
			for _, f := range verdict.Violations {
				t.Errorf("%s: %s %s %q: %s", stack, f.Rule.ID, f.URN, f.Subject, f.Message)
			}
			for _, remark := range verdict.Remarks {
				needless[remark]++
			}
		}
	}
	for remark, times := range needless {
		if times == judged[remark] || strings.Contains(remark, "expired") {
			t.Error(remark)
		}
	}
}
