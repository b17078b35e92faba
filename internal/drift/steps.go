package drift

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"

	"github.com/gomeet/infra/internal/engine"
)

// ofWorld reads what a refresh would change: each step is a resource that is not as the
// state has it.
func ofWorld(refresh *engine.Preview, stack string) []Finding {
	var findings []Finding
	for _, step := range refresh.Steps {
		f := finding(World, step)
		switch step.Op {
		case apitype.OpDelete:
			f.What = "deleted"
			f.Fix = fmt.Sprintf("pulumi up --refresh --stack %s makes it again; if it is not wanted any more, take it out of the program", stack)
		case apitype.OpUpdate:
			f.What, f.Changes = "changed", changes(step)
			if len(f.Changes) == 0 {
				continue // nothing that the program asks for, or the autoscaler's business
			}
			f.Fix = fmt.Sprintf("pulumi up --refresh --stack %s changes it back; to keep it, write it into the configuration or the program", stack)
		default:
			continue
		}
		findings = append(findings, f)
	}
	return findings
}

// ofCode reads what a deployment would do to the state: code that has not been applied.
func ofCode(refresh, preview *engine.Preview, stack string) []Finding {
	same := map[resource.URN]bool{}
	for _, step := range refresh.Steps {
		same[step.URN] = step.Op == apitype.OpRefresh || step.Op == apitype.OpSame
	}
	var findings []Finding
	for _, step := range preview.Steps {
		if step.Op == apitype.OpSame || step.Op == apitype.OpRefresh || step.Op == apitype.OpRead {
			continue
		}
		f := finding(Pending, step)
		f.What, f.Changes = string(step.Op), changes(step)
		waits := func(c Change) bool { return !applied(step, c.Path) }
		if step.Op == apitype.OpUpdate && same[step.URN] && len(f.Changes) > 0 && !slices.ContainsFunc(f.Changes, waits) {
			continue // the world has it, and only the state's copy of it is old
		}
		f.Fix = fmt.Sprintf("pulumi up --stack %s applies it", stack)
		findings = append(findings, f)
	}
	return findings
}

// Replaced finds what has a replacement and was never deleted, because the run that should
// have done it ended before. No preview shows it (pulumi/pkg v3.259), and it costs money.
// Where the state lacks the replacement, that run may have made it: the next one would make
// a second.
func Replaced(state []*engine.Resource, stack string) []Finding {
	alive := map[resource.URN]bool{}
	for _, r := range state {
		alive[r.URN] = alive[r.URN] || !r.Delete
	}
	var findings []Finding
	for _, r := range state {
		if !r.Delete || !r.Custom {
			continue
		}
		f := Finding{
			Class: Pending, What: "delete-replaced", Type: r.Type, Name: r.Name, URN: string(r.URN), ID: r.ID,
			Fix: fmt.Sprintf("pulumi up --stack %s deletes it: its replacement is there", stack),
		}
		if !alive[r.URN] {
			f.What, f.Fix = "replace", fmt.Sprintf("gomeet recover --stack %[1]s looks for its replacement, then pulumi up --stack %[1]s", stack)
		}
		findings = append(findings, f)
	}
	return findings
}

// applied reports whether the state says that the program asked for a change before. If the
// world is as asked, too, the engine sees a change only in the state's copy of the answer.
// The Kubernetes provider 4.33 leaves old ones: when it has changed nothing but a
// Deployment's labels, it takes for the answer the first object that its cache shows, which
// may be the one from before.
func applied(step engine.Step, path string) bool {
	if step.Old == nil || step.New == nil {
		return false
	}
	wanted, known := lookup(step.New.Inputs, path)
	asked, askedKnown := lookup(step.Old.Inputs, path)
	// Two secrets look the same, and so do two values that are not known.
	return known && askedKnown && !wanted.ContainsSecrets() && !wanted.ContainsUnknowns() && asked.DeepEquals(wanted)
}

func finding(class Class, step engine.Step) Finding {
	f := Finding{Class: class, Type: step.Type, Name: step.Name, URN: string(step.URN)}
	for _, side := range []*engine.Resource{step.Old, step.New} {
		if side != nil && side.ID != "" {
			f.ID = side.ID
		}
	}
	return f
}

// changes lists the properties of a step that differ, without those that the program
// leaves to others, such as the autoscaler.
func changes(step engine.Step) []Change {
	if step.Old == nil || step.New == nil {
		return nil
	}
	paths := slices.Sorted(maps.Keys(step.Diff))
	if len(paths) == 0 {
		paths = slices.Sorted(slices.Values(append(step.Changed, step.Replacing...)))
	}
	var found []Change
	for _, path := range slices.Compact(paths) {
		if covered(path, step.Old.IgnoreChanges) || covered(path, step.New.IgnoreChanges) {
			continue
		}
		found = append(found, Change{Path: path, Before: at(step.Old, path), After: at(step.New, path)})
	}
	return found
}

// covered reports whether a path is one of the ignored ones, or below one.
func covered(path string, ignored []string) bool {
	return slices.ContainsFunc(ignored, func(i string) bool {
		return path == i || strings.HasPrefix(path, i+".") || strings.HasPrefix(path, i+"[")
	})
}

// at returns the value at a path as text: what the provider answered, else what the
// program asks for.
func at(r *engine.Resource, path string) string {
	for _, side := range []resource.PropertyMap{r.Outputs, r.Inputs} {
		if value, ok := lookup(side, path); ok {
			return shown(value)
		}
	}
	return ""
}

// lookup returns the value at a path, if there is one.
func lookup(properties resource.PropertyMap, path string) (resource.PropertyValue, bool) {
	parsed, err := resource.ParsePropertyPath(path)
	if err != nil {
		return resource.PropertyValue{}, false
	}
	return parsed.Get(resource.NewProperty(properties))
}

// most is the length at which a value is cut.
const most = 120

func shown(value resource.PropertyValue) string {
	text := ""
	switch {
	case value.ContainsSecrets():
		text = engine.Masked
	case value.ContainsUnknowns():
		text = "not yet known"
	case value.IsString():
		text = value.StringValue()
	default:
		text = fmt.Sprint(value.Mappable())
	}
	if runes := []rune(text); len(runes) > most {
		text = string(runes[:most]) + "…"
	}
	return text
}
