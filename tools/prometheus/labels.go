package rendered

import (
	"maps"
	"slices"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql/parser"
)

// names is a set of names of labels.
type names map[string]bool

func set(list ...string) names {
	s := names{}
	for _, name := range list {
		s[name] = true
	}
	return s
}

// Labels returns the names of the labels that results of an expression may have. Recorded
// maps the names that rules record to the labels of what they record.
func (e Exported) Labels(expr parser.Expr, recorded map[string]names) names {
	switch x := expr.(type) {
	case *parser.VectorSelector:
		if known, ok := recorded[x.Name]; ok {
			return maps.Clone(known)
		}
		all := set(append(slices.Clone(e[x.Name]), targetLabels...)...)
		if x.Name == "ALERTS" {
			all["alertstate"] = true
		}
		return all
	case *parser.MatrixSelector:
		return e.Labels(x.VectorSelector, recorded)
	case *parser.SubqueryExpr:
		return e.Labels(x.Expr, recorded)
	case *parser.ParenExpr:
		return e.Labels(x.Expr, recorded)
	case *parser.UnaryExpr:
		return e.Labels(x.Expr, recorded)
	case *parser.AggregateExpr:
		return aggregated(x, e.Labels(x.Expr, recorded))
	case *parser.Call:
		return e.called(x, recorded)
	case *parser.BinaryExpr:
		return matched(x, e.Labels(x.LHS, recorded), e.Labels(x.RHS, recorded))
	}
	return names{}
}

func aggregated(x *parser.AggregateExpr, inner names) names {
	if x.Op == parser.TOPK || x.Op == parser.BOTTOMK {
		return inner
	}
	maps.DeleteFunc(inner, func(name string, _ bool) bool { return slices.Contains(x.Grouping, name) == x.Without })
	return inner
}

func (e Exported) called(x *parser.Call, recorded map[string]names) names {
	switch x.Func.Name {
	case "absent", "absent_over_time":
		return equalities(x.Args[0])
	case "label_replace", "label_join":
		inner := e.Labels(x.Args[0], recorded)
		inner[x.Args[1].(*parser.StringLiteral).Val] = true
		return inner
	case "histogram_quantile":
		inner := e.Labels(x.Args[1], recorded)
		delete(inner, model.BucketLabel)
		return inner
	}
	for _, argument := range x.Args {
		if t := argument.Type(); t == parser.ValueTypeVector || t == parser.ValueTypeMatrix {
			if x.Func.ReturnType == parser.ValueTypeVector {
				return e.Labels(argument, recorded)
			}
		}
	}
	return names{}
}

// equalities are the labels of what is absent.
func equalities(expr parser.Expr) names {
	s := names{}
	if selector, ok := expr.(*parser.VectorSelector); ok {
		for _, matcher := range selector.LabelMatchers {
			if matcher.Type == labels.MatchEqual && matcher.Name != model.MetricNameLabel {
				s[matcher.Name] = true
			}
		}
	}
	return s
}

// matched is what is left of both sides (prometheus.io, vector matching).
func matched(x *parser.BinaryExpr, left, right names) names {
	switch {
	case x.LHS.Type() != parser.ValueTypeVector:
		return right
	case x.RHS.Type() != parser.ValueTypeVector || x.VectorMatching == nil:
		return left
	case x.Op == parser.LOR:
		maps.Copy(left, right)
		return left
	case x.Op == parser.LAND || x.Op == parser.LUNLESS:
		return left
	}
	m := x.VectorMatching
	switch m.Card {
	case parser.CardManyToOne:
		maps.Copy(left, set(m.Include...))
		return left
	case parser.CardOneToMany:
		maps.Copy(right, set(m.Include...))
		return right
	}
	maps.DeleteFunc(left, func(name string, _ bool) bool { return slices.Contains(m.MatchingLabels, name) != m.On })
	return left
}
