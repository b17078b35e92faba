package api

import (
	"slices"
	"time"

	"github.com/gomeet/infra/sandbox/store"
)

// kind tells the framework about one kind of resource. From the kinds it answers
// what no resource can answer alone: the members of a VPC, the resources of a
// project and of a tag, the resources associated with a cluster, the inventory.
type kind struct {
	// name is the plural used in the inventory, such as "load_balancers".
	name string
	// list returns everything of this kind that exists.
	list func(*store.Tx) ([]item, error)
	// inProjects says that resources of this kind belong to a project.
	inProjects bool
	// tagType is the resource_type of the tags API, or "" when that API cannot tag
	// this kind.
	tagType string
	// setTags replaces the tags of one resource. It is set when tagType is.
	setTags func(c *call, id string, tags []string) error
	// remove deletes one resource with everything a DELETE request would do. It is
	// set when a Kubernetes cluster can own such a resource.
	remove func(c *call, id string) error
}

// item is one resource, as the framework sees it.
type item struct {
	// id and name identify the resource for the API and for a person.
	id, name string
	// urn is the uniform resource name, such as "do:vpc:<id>", or "".
	urn string
	// vpc is the ID of the VPC that the resource is a member of, or "".
	vpc string
	// tags are the resource's tags.
	tags []string
	// created is when the resource was created.
	created time.Time
	// builtin marks what every account has, such as the default project: the
	// inventory leaves it out.
	builtin bool
}

// addKind makes a kind known. Resource files call it from their register function.
func (s *Server) addKind(k kind) { s.kinds = append(s.kinds, k) }

// items returns everything that exists, of the kinds that keep accepts.
func (c *call) items(keep func(kind) bool) ([]item, error) {
	var all []item
	for _, k := range c.kinds {
		if !keep(k) {
			continue
		}
		list, err := k.list(c.tx)
		if err != nil {
			return nil, err
		}
		all = append(all, list...)
	}
	return all, nil
}

// owned returns the resources of the named kind that carry the tag of a
// Kubernetes cluster: what its controllers have made.
func (c *call) owned(kindName, clusterID string) ([]item, error) {
	list, err := c.items(func(k kind) bool { return k.name == kindName && k.remove != nil })
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(list, func(i item) bool {
		return !slices.Contains(i.tags, clusterTag(clusterID))
	}), nil
}
