package cost_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"

	"github.com/gomeet/infra/internal/cost"
	"github.com/gomeet/infra/internal/engine"
	"github.com/gomeet/infra/sizing"
)

// recorded reads a preview that the engine made (see testdata/record).
func recorded(t *testing.T, name string) *engine.Preview {
	t.Helper()
	p, err := engine.ReadPreviewFile(filepath.Join("testdata", name))
	require.NoError(t, err)
	require.NoError(t, p.Complete())
	return p
}

// prodPlan is the plan of the stack prod, with what makes it differ from prod.
func prodPlan(t *testing.T, differ func(*sizing.Input)) *sizing.Plan {
	t.Helper()
	in := sizing.Input{
		Target:  sizing.DefaultTarget(),
		Sites:   []sizing.Site{{Name: "singapore", Region: "sgp1"}, {Name: "jakarta", Region: "sgp1"}},
		Options: sizing.Options{HighAvailability: true, RecordingsInSpaces: true},
	}
	if differ != nil {
		differ(&in)
	}
	plan, err := sizing.NewPlan(in)
	require.NoError(t, err)
	return plan
}

// step returns the step of a resource by its logical name.
func step(t *testing.T, p *engine.Preview, token, name string) *engine.Step {
	t.Helper()
	for i, s := range p.Steps {
		if strings.HasSuffix(s.Type, ":"+token) && s.Name == name {
			return &p.Steps[i]
		}
	}
	t.Fatalf("no step of %s %s", token, name)
	return nil
}

func amounts(a cost.Amounts) [3]string {
	return [3]string{a.Low.StringFixed(2), a.Expected.StringFixed(2), a.Peak.StringFixed(2)}
}

// What an operator changes costs exactly what it must. An s-8vcpu-16gb at $96 includes
// 6,000 GiB of transfer, which saves $60; what a g-16vcpu-64gb includes is not known.
func TestDifferences(t *testing.T) {
	number := func(n float64) resource.PropertyValue { return resource.NewProperty(n) }
	for name, c := range map[string]struct {
		mutate func(*testing.T, *engine.Preview)
		want   [3]string
		lines  []string
	}{
		"nothing": {func(*testing.T, *engine.Preview) {}, [3]string{"0.00", "0.00", "0.00"}, nil},
		"an SFU node more": {
			func(t *testing.T, p *engine.Preview) {
				s := step(t, p, "KubernetesNodePool", "singapore-sfu")
				s.Op, s.New.Inputs["nodeCount"] = apitype.OpUpdate, number(9)
			},
			[3]string{"504.00", "504.00", "504.00"},
			[]string{"sfu 8 x g-16vcpu-64gb -> 9 x g-16vcpu-64gb"},
		},
		"an object store node more": {
			func(t *testing.T, p *engine.Preview) {
				s := step(t, p, "KubernetesNodePool", "singapore-minio")
				s.Op, s.New.Inputs["nodeCount"] = apitype.OpUpdate, number(5)
			},
			[3]string{"36.00", "36.00", "36.00"},
			[]string{"minio 4 x s-8vcpu-16gb -> 5 x s-8vcpu-16gb", "transfer"},
		},
		"another size": {
			func(t *testing.T, p *engine.Preview) {
				s := step(t, p, "KubernetesNodePool", "jakarta-sfu")
				s.Op, s.New.Inputs["size"] = apitype.OpReplace, resource.NewProperty("g-8vcpu-32gb")
			},
			[3]string{"-1008.00", "-1008.00", "-1008.00"},
			[]string{"sfu 4 x g-16vcpu-64gb -> 4 x g-8vcpu-32gb"},
		},
		"a volume": {
			func(_ *testing.T, p *engine.Preview) {
				claim := made("kubernetes:core/v1:PersistentVolumeClaim", properties{"spec": claim("500Gi")})
				p.Steps = append(p.Steps, engine.Step{Op: apitype.OpCreate, URN: claim.URN, Type: claim.Type, New: claim})
			},
			[3]string{"50.00", "50.00", "50.00"},
			[]string{"volumes  -> volumes, 1 x 500 GiB"},
		},
		"a larger load balancer": {
			func(t *testing.T, p *engine.Preview) {
				s := step(t, p, "LoadBalancer", "jakarta-edge")
				s.Op, s.New.Inputs["sizeUnit"] = apitype.OpUpdate, number(6)
			},
			[3]string{"12.00", "12.00", "12.00"},
			[]string{"load-balancer 5-node load balancer -> 6-node load balancer"},
		},
		"autoscaling": {
			func(t *testing.T, p *engine.Preview) {
				s := step(t, p, "KubernetesNodePool", "singapore-api")
				s.Op = apitype.OpUpdate
				s.New.Inputs["autoScale"], s.New.Inputs["minNodes"], s.New.Inputs["maxNodes"] = resource.NewProperty(true), number(10), number(30)
			},
			[3]string{"-840.00", "0.00", "840.00"},
			[]string{"api 20 x c-4 -> 20 (10 to 30) x c-4"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			p := recorded(t, "prod.json")
			c.mutate(t, p)
			r := cost.OfPreview(p, prodPlan(t, nil), sizing.DefaultCatalogue())
			require.Equal(t, c.want, amounts(r.Difference()))
			require.Equal(t, c.lines, changed(r))
		})
	}
}

// changed lists the changed lines; of usage, only the component.
func changed(r *cost.Report) []string {
	var lines []string
	for _, c := range r.Changes {
		switch {
		case !c.Changed():
		case c.Line().Resource == "":
			lines = append(lines, c.Line().Component)
		default:
			text := c.Line().Component + " "
			if c.Before != nil {
				text += c.Before.What
			}
			text += " -> "
			if c.After != nil {
				text += c.After.What
			}
			lines = append(lines, text)
		}
	}
	return lines
}

// The differences of the engine's own previews are those of the plans, but for volumes: a
// larger plan does not grow those that are there (docs/data.md).
func TestRecordedChangesCostWhatThePlansSay(t *testing.T) {
	before := prodPlan(t, nil)
	for name, after := range map[string]*sizing.Plan{
		"prod.json":            before,
		"prod-autoscaled.json": prodPlan(t, func(in *sizing.Input) { in.Options.Autoscale = true }),
		"prod-one-site.json":   prodPlan(t, func(in *sizing.Input) { in.Sites = in.Sites[:1] }),
	} {
		t.Run(name, func(t *testing.T) {
			r := cost.OfPreview(recorded(t, name), after, sizing.DefaultCatalogue())
			require.Equal(t, amounts(ofPlan(before)), amounts(r.Before.Total()))
			want := ofPlan(after).Sub(cost.Same(growth(before, after)))
			require.Equal(t, amounts(want), amounts(r.After.Total()))
			require.Equal(t, amounts(want.Sub(ofPlan(before))), amounts(r.Difference()))
		})
	}
}

// ofPlan is what a plan costs.
func ofPlan(p *sizing.Plan) cost.Amounts {
	return cost.Amounts{Low: p.Cost.Low.Total(), Expected: p.Cost.Expected.Total(), Peak: p.Cost.Peak.Total()}
}

// growth is what the larger volumes of the second plan cost more, where both have them.
func growth(before, after *sizing.Plan) decimal.Decimal {
	gib := 0
	for _, v := range after.Volumes {
		if had := before.VolumeAt(v.Role, v.Site); had > 0 {
			gib += v.Count * (v.GiB - had)
		}
	}
	return after.CatalogueUsed().Price(sizing.ProductVolume).Amount.Decimal.Mul(decimal.NewFromInt(int64(gib)))
}

// A count and a size, as the engine shows them on the stack dev.
func TestRecordedCountAndSize(t *testing.T) {
	r := cost.OfPreview(recorded(t, "dev-larger.json"), nil, sizing.DefaultCatalogue())
	require.Equal(t, [3]string{"201.20", "201.20", "201.20"}, amounts(r.Before.Total()))
	require.Equal(t, []string{"sfu 1 x c-2 -> 3 x c-2", "redis 1 x s-2vcpu-2gb -> 1 x s-2vcpu-4gb"}, changed(r)[:2])
	require.Equal(t, "90.00", r.Difference().Expected.StringFixed(2))
	require.Equal(t, "44.73", r.Percent().Decimal.StringFixed(2))
}

// A site that goes takes its lines along, and none of the other's.
func TestSiteThatGoes(t *testing.T) {
	r := cost.OfPreview(recorded(t, "prod-one-site.json"), prodPlan(t, func(in *sizing.Input) { in.Sites = in.Sites[:1] }), sizing.DefaultCatalogue())
	for _, g := range r.Sites() {
		if g.Name == "jakarta" {
			require.Equal(t, "3444.00", g.Before.Expected.StringFixed(2))
			require.Equal(t, "0.00", g.After.Expected.StringFixed(2))
		}
	}
	for _, l := range r.After.Lines {
		require.NotEqual(t, "jakarta", l.Site, l.Resource)
	}
}

// A renamed site is the same resources: nothing is added and nothing goes.
func TestRename(t *testing.T) {
	p := recorded(t, "prod.json")
	for i := range p.Steps {
		if s := &p.Steps[i]; s.New != nil {
			renamed := *s.New
			renamed.URN = resource.URN(strings.ReplaceAll(string(s.New.URN), "jakarta", "java"))
			renamed.Parent = resource.URN(strings.ReplaceAll(string(s.New.Parent), "jakarta", "java"))
			renamed.Name = strings.ReplaceAll(s.New.Name, "jakarta", "java")
			s.New = &renamed
		}
	}
	r := cost.OfPreview(p, prodPlan(t, nil), sizing.DefaultCatalogue())
	require.Empty(t, changed(r))
	require.Len(t, r.Sites(), 4, "the stack's own, singapore, and jakarta under both names")
}

// What is deployed costs what the preview says it does before.
func TestState(t *testing.T) {
	p := recorded(t, "prod.json")
	r := cost.OfState("prod", p.Before(), sizing.DefaultCatalogue())
	require.Equal(t, amounts(ofPlan(prodPlan(t, nil))), amounts(r.After.Total()))
	require.True(t, r.Difference().Equal(cost.Amounts{}))
}

// A usage that is not whole is none: a bill must not be too low in silence.
func TestStackUsage(t *testing.T) {
	whole := properties{"egressGiB": "1.5", "recordingsGiB": "0", "backupsGiB": "2"}
	for name, c := range map[string]struct {
		usage any
		known bool
	}{
		"whole":        {properties{"low": whole, "expected": whole, "peak": whole}, true},
		"no peak":      {properties{"low": whole, "expected": whole}, false},
		"not a number": {properties{"low": whole, "expected": whole, "peak": properties{"egressGiB": "much"}}, false},
		"all memory":   {properties{"low": whole, "expected": whole, "peak": properties{"egressGiB": "1e999999999", "recordingsGiB": "0", "backupsGiB": "0"}}, false},
		"not known":    {unknown, false},
		"none":         {nil, false},
	} {
		t.Run(name, func(t *testing.T) {
			usage := cost.StackUsage(resource.NewPropertyMapFromMap(properties{"usage": c.usage}))
			require.Equal(t, c.known, usage != nil)
			if c.known {
				require.Equal(t, "1.5", usage[sizing.ScenarioPeak].Egress.String())
			}
		})
	}
}
