package recovery

import (
	"encoding/json"
	"slices"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

// order gives the resources of a state more needs, and puts each behind what it needs: the
// engine refuses a state in which something comes before what it depends on. Needs that the
// state does not have are left out, and those that would make a circle, which a program that
// changed since can ask for. What is in order stays in it.
func order(resources []json.RawMessage, needs []Needs) ([]json.RawMessage, error) {
	all, err := readStates(resources)
	if err != nil {
		return nil, err
	}
	index := all.index()
	for _, n := range needs {
		one, ok := index[string(n.URN)]
		if !ok {
			continue
		}
		one.with(n, func(urn resource.URN) bool {
			other, ok := index[string(urn)]
			return ok && !other.Delete && !index.reaches(other, one, map[*stated]bool{})
		})
		if err := one.note(); err != nil {
			return nil, err
		}
	}
	return index.sorted(all).texts()
}

// byName finds resources by URN, and providers by reference, which is their URN and id. One
// that is marked for deletion is found if there is no other.
type byName map[string]*stated

func (s states) index() byName {
	index := byName{}
	for _, one := range s {
		for _, name := range []string{string(one.URN), string(one.URN) + resource.URNNameDelimiter + one.ID} {
			if had, ok := index[name]; !ok || had.Delete {
				index[name] = one
			}
		}
	}
	return index
}

// needs are the resources that come before one.
func (b byName) needs(one *stated) (all []*stated) {
	names := []string{one.Provider, string(one.Parent), string(one.DeletedWith)}
	for _, urn := range slices.Concat(one.ReplaceWith, one.Dependencies) {
		names = append(names, string(urn))
	}
	for _, urns := range one.PropertyDependencies {
		for _, urn := range urns {
			names = append(names, string(urn))
		}
	}
	slices.Sort(names)
	for _, name := range slices.Compact(names) {
		if other, ok := b[name]; ok && other != one {
			all = append(all, other)
		}
	}
	return all
}

// reaches reports whether from needs to, or something that needs it, or is it.
func (b byName) reaches(from, to *stated, seen map[*stated]bool) bool {
	if from == to {
		return true
	}
	seen[from] = true
	return slices.ContainsFunc(b.needs(from), func(next *stated) bool { return !seen[next] && b.reaches(next, to, seen) })
}

// sorted puts resources behind what they need, and leaves them in their order otherwise.
func (b byName) sorted(all states) (sorted states) {
	done := map[*stated]bool{}
	var visit func(*stated)
	visit = func(one *stated) {
		if done[one] {
			return
		}
		done[one] = true
		for _, other := range b.needs(one) {
			visit(other)
		}
		sorted = append(sorted, one)
	}
	for _, one := range all {
		visit(one)
	}
	return sorted
}
