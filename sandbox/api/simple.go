package api

import (
	"slices"

	"github.com/gomeet/infra/sandbox/store"
)

// simple is a resource with the five usual routes: list, create, read, replace and
// delete, stored as it is shown. T is godo's type of the resource, R of its requests.
type simple[T, R any] struct {
	// path is the collection's path; one and many are the JSON keys.
	path, one, many string
	// inventory is the kind's name in the inventory.
	inventory string
	items     store.Collection[T]
	id        func(T) string
	// byName is the name that the query of a list can ask for, nil where
	// DigitalOcean has no such filter.
	byName func(T) string
	// byRegion is the same for the region's slug.
	byRegion func(T) string
	// describe says what the framework must know of a resource.
	describe func(T) item
	// make checks a request and makes the resource; edit checks one and changes it,
	// nil when DigitalOcean has no PUT for it.
	make func(c *call, req R) (T, error)
	edit func(c *call, old T, req R) (T, error)
	// drop refuses a deletion, or cleans up after it.
	drop func(c *call, old T) error
	// conceal leaves out what only the answer to the creation shows.
	conceal func(T) T
	// async answers 202 to a creation, because the work goes on.
	async bool
	// tagType and setTags are as in kind.
	tagType string
	setTags func(c *call, id string, tags []string) error
	// inProjects is as in kind.
	inProjects bool
}

// register adds the routes of a simple resource.
func register[T, R any](s *Server, r simple[T, R]) {
	if r.conceal == nil {
		r.conceal = func(v T) T { return v }
	}
	s.addKind(kind{
		name: r.inventory, inProjects: r.inProjects, tagType: r.tagType, setTags: r.setTags,
		list: func(tx *store.Tx) ([]item, error) {
			all, err := r.items.List(tx)
			list := make([]item, len(all))
			for i, v := range all {
				list[i] = r.describe(v)
			}
			return list, err
		},
	})
	s.get(r.path, func(c *call) (reply, error) {
		all, err := r.items.List(c.tx)
		if err != nil {
			return reply{}, err
		}
		if name := c.query("name"); name != "" && r.byName != nil {
			all = slices.DeleteFunc(all, func(v T) bool { return r.byName(v) != name })
		}
		if region := c.query("region"); region != "" && r.byRegion != nil {
			all = slices.DeleteFunc(all, func(v T) bool { return r.byRegion(v) != region })
		}
		for i := range all {
			all[i] = r.conceal(all[i])
		}
		return paged(c, r.many, all)
	})
	s.post(r.path, func(c *call) (reply, error) {
		var req R
		if err := c.decode(&req); err != nil {
			return reply{}, err
		}
		v, err := r.make(c, req)
		if err != nil {
			return reply{}, err
		}
		answer := created
		if r.async {
			answer = accepted
		}
		if err := r.items.Put(c.tx, r.id(v), v); err != nil {
			return reply{}, err
		}
		return answer(r.one, v)
	})
	s.get(r.path+"/{id}", func(c *call) (reply, error) {
		v, err := find(c, r.items, c.param("id"))
		if err != nil {
			return reply{}, err
		}
		return ok(r.one, r.conceal(v))
	})
	if r.edit != nil {
		s.put(r.path+"/{id}", func(c *call) (reply, error) {
			old, err := find(c, r.items, c.param("id"))
			if err != nil {
				return reply{}, err
			}
			var req R
			if err := c.decode(&req); err != nil {
				return reply{}, err
			}
			v, err := r.edit(c, old, req)
			if err != nil {
				return reply{}, err
			}
			if err := r.items.Put(c.tx, r.id(v), v); err != nil {
				return reply{}, err
			}
			return ok(r.one, r.conceal(v))
		})
	}
	s.delete(r.path+"/{id}", func(c *call) (reply, error) {
		old, err := find(c, r.items, c.param("id"))
		if err != nil {
			return reply{}, err
		}
		if r.drop != nil {
			if err := r.drop(c, old); err != nil {
				return reply{}, err
			}
		}
		if err := r.items.Delete(c.tx, r.id(old)); err != nil {
			return reply{}, err
		}
		return noContent()
	})
}

// unused requires that no other resource has the name.
func unused[T any](c *call, from store.Collection[T], id, name string, of func(T) (id, name string)) error {
	if name == "" {
		return invalid("name is empty, want a name")
	}
	all, err := from.List(c.tx)
	if err != nil {
		return err
	}
	for _, v := range all {
		if other, taken := of(v); other != id && taken == name {
			return invalid("name %q is already in use", name)
		}
	}
	return nil
}
