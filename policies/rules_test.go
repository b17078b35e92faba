package policies_test

import (
	"fmt"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomeet/infra/policies"
)

func messages(found []policies.Finding) []string {
	var all []string
	for _, f := range found {
		all = append(all, f.Message)
	}
	return all
}

func TestEveryRuleJudgesItsFixture(t *testing.T) {
	for _, rule := range policies.Rules() {
		t.Run(rule.ID, func(t *testing.T) {
			f := readFixture(t, rule.ID)
			found, err := rule.Judge(f.settings(), resources(f.Pass))
			require.NoError(t, err)
			require.Empty(t, messages(found), "what passes")
			found, err = rule.Judge(f.settings(), resources(f.Fail))
			require.NoError(t, err)
			require.NotEmpty(t, f.Found)
			require.Equal(t, f.Found, messages(found), "what fails")
		})
	}
	files, err := os.ReadDir("testdata/rules")
	require.NoError(t, err)
	require.Len(t, files, len(policies.Rules()), "every fixture is a rule's")
}

func TestRulesAreComplete(t *testing.T) {
	id := regexp.MustCompile(`^(do|k8s|gomeet)-[a-z0-9-]+$`)
	seen := map[string]bool{}
	for _, r := range policies.Rules() {
		require.Regexp(t, id, r.ID)
		require.False(t, seen[r.ID], "two rules are called %s", r.ID)
		seen[r.ID] = true
		for name, text := range map[string]string{"title": r.Title, "why": r.Why, "fix": r.Fix, "severity": string(r.Severity)} {
			require.NotEmpty(t, text, "%s: %s", r.ID, name)
		}
		require.False(t, strings.HasSuffix(r.Title, "."), "%s: a title has no full stop", r.ID)
		require.NotEqual(t, r.Each == nil, r.All == nil, "%s judges one resource or all", r.ID)
	}
}

// All checks that Checkov and Trivy have for DigitalOcean are covered.
func TestPublicChecksAreCovered(t *testing.T) {
	covered := map[string]bool{}
	for _, r := range policies.Rules() {
		for _, reference := range r.References {
			covered[reference] = true
		}
	}
	for _, id := range []string{
		"CKV_DIO_1", "CKV_DIO_2", "CKV_DIO_3", "CKV_DIO_4",
		"DIG-0001", "DIG-0002", "DIG-0003", "DIG-0004", "DIG-0005", "DIG-0006", "DIG-0007", "DIG-0008", "DIG-0009",
	} {
		require.True(t, covered[id], id)
	}
}

// The sections of the CIS benchmark that are about what a program deploys. docs/policies.md
// says why the others are not here.
func TestCISSectionFiveIsCovered(t *testing.T) {
	covered := map[string]bool{}
	span := regexp.MustCompile(`^CIS (5\.\d+)\.(\d+)(?:-5\.\d+\.(\d+))?$`)
	for _, r := range policies.Rules() {
		for _, reference := range r.References {
			parts := span.FindStringSubmatch(reference)
			if parts == nil {
				continue
			}
			first, _ := strconv.Atoi(parts[2])
			last, err := strconv.Atoi(parts[3])
			if err != nil {
				last = first
			}
			for n := first; n <= last; n++ {
				covered[fmt.Sprintf("%s.%d", parts[1], n)] = true
			}
		}
	}
	for section, controls := range map[string]int{"5.1": 13, "5.2": 13} {
		for n := 1; n <= controls; n++ {
			require.True(t, covered[fmt.Sprintf("%s.%d", section, n)], "%s.%d", section, n)
		}
	}
	for _, id := range []string{"5.3.2", "5.4.1", "5.7.2", "5.7.4"} {
		require.True(t, covered[id], id)
	}
}
