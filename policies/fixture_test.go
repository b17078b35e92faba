package policies_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"
	"gopkg.in/yaml.v3"

	"github.com/gomeet/infra/policies"
	"github.com/gomeet/infra/sizing"
)

// fixture is what a rule accepts and what it finds in what it does not:
// testdata/rules/<id>.yaml. In its properties "!unknown" stands for a value that is not
// known yet, and "!secret text" for a secret.
type fixture struct {
	Settings struct {
		Production    bool            `yaml:"production"`
		MonthlyBudget decimal.Decimal `yaml:"monthlyBudget"`
		Meetings      int             `yaml:"meetings"`
	} `yaml:"settings"`
	Pass  []fixtureResource `yaml:"pass"`
	Fail  []fixtureResource `yaml:"fail"`
	Found []string          `yaml:"found"`
}

type fixtureResource struct {
	Type          string              `yaml:"type"`
	Name          string              `yaml:"name"`
	URN           string              `yaml:"urn"`
	Provider      string              `yaml:"provider"`
	Protect       bool                `yaml:"protect"`
	IgnoreChanges []string            `yaml:"ignoreChanges"`
	DependsOn     map[string][]string `yaml:"dependsOn"`
	Properties    yaml.Node           `yaml:"properties"`
}

func readFixture(t *testing.T, id string) *fixture {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", "rules", id+".yaml"))
	require.NoError(t, err, "every rule has a fixture")
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	decoder.KnownFields(true)
	f := &fixture{}
	require.NoError(t, decoder.Decode(f))
	return f
}

func (f *fixture) settings() *policies.Settings {
	s := &policies.Settings{Stack: "test", Production: f.Settings.Production, MonthlyBudget: f.Settings.MonthlyBudget}
	if f.Settings.Meetings > 0 {
		target := sizing.DefaultTarget()
		target.Meetings = f.Settings.Meetings
		s.Input = &sizing.Input{Target: target, Sites: []sizing.Site{{Name: "singapore", Region: "sgp1"}}, Model: sizing.ModelCapacity}
	}
	return s
}

// resources returns new resources every time, so that a test may change them.
func resources(fixtures []fixtureResource) []policies.Resource {
	var all []policies.Resource
	for _, f := range fixtures {
		if f.Name == "" {
			f.Name = "one"
		}
		if f.URN == "" {
			f.URN = "urn:pulumi:test::gomeet::" + f.Type + "::" + f.Name
		}
		properties, _ := value(&f.Properties).(map[string]any)
		all = append(all, policies.Resource{
			URN: f.URN, Type: f.Type, Name: f.Name, Provider: f.Provider, Protect: f.Protect,
			IgnoreChanges: f.IgnoreChanges, DependsOn: f.DependsOn, Properties: properties,
		})
	}
	return all
}

// value decodes a node with its marks.
func value(n *yaml.Node) any {
	switch {
	case n.Tag == "!unknown":
		return policies.Unknown
	case n.Tag == "!secret":
		return policies.Secret{Value: n.Value}
	case n.Kind == yaml.MappingNode:
		m := map[string]any{}
		for i := 0; i < len(n.Content); i += 2 {
			m[n.Content[i].Value] = value(n.Content[i+1])
		}
		return m
	case n.Kind == yaml.SequenceNode:
		list := []any{}
		for _, item := range n.Content {
			list = append(list, value(item))
		}
		return list
	}
	var scalar any
	if err := n.Decode(&scalar); err != nil {
		return nil
	}
	return scalar
}
