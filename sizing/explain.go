package sizing

import (
	"fmt"
	"strings"
)

// Quantity is a named number with its unit and where it comes from.
type Quantity struct {
	// Name is how the formula calls it, Value the number as text, Unit what it counts
	// (it may be empty), Source where it was read or derived.
	Name, Value, Unit, Source string
}

// Step is one step of a derivation.
type Step struct {
	// Name says what is derived, such as "packets forwarded per meeting".
	Name string
	// Inputs go into Formula; each says where it comes from.
	Inputs []Quantity
	// Formula is written with the inputs' names.
	Formula string
	// Result is the outcome, in Unit.
	Result, Unit string
	// Note holds what a reader must know besides.
	Note string
}

const sourceTarget = "the target"

func quantity(name string, value any, unit, source string) Quantity {
	text := fmt.Sprint(value)
	if f, ok := value.(float64); ok {
		text = number(f)
	}
	return Quantity{name, text, unit, source}
}

// number formats a measured number: whole ones without, others with up to four places.
func number(x float64) string {
	text := fmt.Sprintf("%.4f", x)
	return strings.TrimSuffix(strings.TrimRight(text, "0"), ".")
}

// explainers maps items to their derivations, in the order of Explainable.
var explainers = []struct {
	item string
	make func(*Plan) []Step
}{
	{"sfu.nodes", (*Plan).explainSFU},
	{"api.nodes", (*Plan).explainAPI},
	{"pg.nodes", func(p *Plan) []Step {
		return p.explainFixed(RolePG, "one primary and two replicas, so that a replica is left after a failover")
	}},
	{"redis.nodes", (*Plan).explainRedis},
	{"minio.nodes", (*Plan).explainMinIO},
	{"monitoring.nodes", func(p *Plan) []Step {
		return p.explainFixed(RoleMonitoring, "the design's two, and at least one per site")
	}},
	{"default.nodes", func(p *Plan) []Step {
		return p.explainFixed(RoleDefault, "two per cluster, so that one can be drained while cluster services run")
	}},
	{"recorder.nodes", (*Plan).explainRecorder},
	{"room.traffic", (*Plan).explainRoom},
	{"lb.units", (*Plan).explainLoadBalancers},
	{"pgbouncer.maxDBConnections", (*Plan).explainPgBouncer},
	{"livekit.limits", (*Plan).explainLiveKit},
	{"redis.maxMemory", (*Plan).explainRedisMemory},
	{"recordings", (*Plan).explainRecordings},
	{"transfer", (*Plan).explainTransfer},
	{"cost", (*Plan).explainCost},
}

// Explainable lists the items that Explain knows.
func Explainable() []string {
	items := make([]string, len(explainers))
	for i, e := range explainers {
		items[i] = e.item
	}
	return items
}

// Explain returns the derivation of one number of the plan, step by step. The error
// names the known items.
func (p *Plan) Explain(item string) ([]Step, error) {
	for _, e := range explainers {
		if e.item == item {
			return e.make(p), nil
		}
	}
	return nil, &FieldError{Field: "explain", Value: item, Allowed: "one of " + strings.Join(Explainable(), ", ")}
}

// placed is the last step of every pool: the split over the sites, and an override.
func (p *Plan) placed(role Role, derived []Step) []Step {
	if fixed := p.Fixed[role]; fixed.Count > 0 || fixed.Size != "" {
		derived = append(derived, Step{
			Name:    "override",
			Inputs:  []Quantity{quantity("size", fixed.Size, "", "fixed."+string(role)), quantity("count", fixed.Count, "nodes", "fixed."+string(role))},
			Formula: "the stack's own size and count, where given, replace the derived ones",
			Result:  fmt.Sprint(p.Total(role)), Unit: "nodes",
		})
	}
	var parts []string
	for _, pool := range p.Pools {
		if pool.Role == role {
			parts = append(parts, fmt.Sprintf("%s %d", pool.Site, pool.Count))
		}
	}
	if len(parts) == 0 {
		return append(derived, Step{Name: "nodes", Formula: "the plan has no such pool", Result: "0", Unit: "nodes"})
	}
	return append(derived, Step{
		Name:    "split over the sites",
		Inputs:  []Quantity{quantity("nodes", p.Total(role), "nodes", "above"), quantity("sites", len(p.Sites), "sites", "the stack")},
		Formula: splitRule(role, len(p.Sites)),
		Result:  strings.Join(parts, ", "), Unit: "nodes of " + p.Size(role),
	})
}

func splitRule(role Role, sites int) string {
	switch role {
	case RoleRedis, RoleMinIO, RoleRecorder:
		return "all at the primary site: a quorum must not span regions, and LiveKit needs its Redis in its region"
	case RoleSFU, RoleAPI, RolePG:
		if sites == 2 {
			return "two thirds at the primary site, one third at the other"
		}
	}
	return "equal shares, remainders to the earlier sites"
}

func (p *Plan) explainFixed(role Role, why string) []Step {
	size, _ := p.CatalogueUsed().Size(p.Size(role))
	return p.placed(role, []Step{{
		Name:    "nodes",
		Inputs:  []Quantity{quantity("vCPUs", size.VCPUs, "per node", size.Slug), quantity("memory", size.MemoryMiB, "MiB per node", size.Slug)},
		Formula: why,
		Result:  fmt.Sprint(p.Total(role)), Unit: "nodes",
		Note: "the size has the design document's vCPUs and memory; no measured load asks for another",
	}})
}
