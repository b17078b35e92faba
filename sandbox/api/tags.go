package api

import (
	"regexp"
	"slices"
	"strings"

	"github.com/digitalocean/godo"

	"github.com/gomeet/infra/sandbox/store"
)

// tags maps the lower-case name of a tag to its name as it was first written.
// Tags used by resources are made here too, as DigitalOcean does, and stay when
// the resource goes. They cost nothing: the inventory leaves them out.
var tags = store.NewCollection[string]("tags")

func (s *Server) registerTags() {
	s.get("/v2/tags", listTags)
	s.post("/v2/tags", createTag)
	s.get("/v2/tags/{name}", getTag)
	s.delete("/v2/tags/{name}", deleteTag)
	s.post("/v2/tags/{name}/resources", func(c *call) (reply, error) { return c.retag(true) })
	s.delete("/v2/tags/{name}/resources", func(c *call) (reply, error) { return c.retag(false) })
}

// tagName is the pattern of a tag's name, and maxTag its length in characters, in
// DigitalOcean's OpenAPI document (specification/resources/tags/models/tags.yml).
var tagName = regexp.MustCompile(`^[a-zA-Z0-9_:-]+$`)

const maxTag = 255

// ensureTags checks the tags that a resource should have and makes the missing
// ones. It returns the tags without duplicates, in the order given.
func (c *call) ensureTags(names []string) ([]string, error) {
	unique := []string{}
	for _, name := range names {
		if _, err := c.ensureTag(name); err != nil {
			return nil, err
		}
		if !slices.Contains(unique, name) {
			unique = append(unique, name)
		}
	}
	return unique, nil
}

// ensureTag makes a tag if it is missing, and returns its name as it was first
// written.
func (c *call) ensureTag(name string) (string, error) {
	if !tagName.MatchString(name) || len(name) > maxTag {
		return "", invalid("tag %q is invalid, want at most %d letters, digits, colons, dashes and underscores", name, maxTag)
	}
	first, found, err := tags.Get(c.tx, strings.ToLower(name))
	if err != nil || found {
		return first, err
	}
	return name, tags.Put(c.tx, strings.ToLower(name), name)
}

// findTag returns a tag by its name as it was first written, or a 404.
func (c *call) findTag(name string) (string, error) {
	first, found, err := tags.Get(c.tx, strings.ToLower(name))
	if err == nil && (!found || first != name) {
		err = errNotFound
	}
	return first, err
}

func listTags(c *call) (reply, error) {
	names, err := tags.List(c.tx)
	if err != nil {
		return reply{}, err
	}
	list := make([]godo.Tag, len(names))
	for i, name := range names {
		if list[i], err = c.tag(name); err != nil {
			return reply{}, err
		}
	}
	return paged(c, "tags", list)
}

func createTag(c *call) (reply, error) {
	var req godo.TagCreateRequest
	if err := c.decode(&req); err != nil {
		return reply{}, err
	}
	name, err := c.ensureTag(req.Name)
	if err != nil {
		return reply{}, err
	}
	t, err := c.tag(name)
	if err != nil {
		return reply{}, err
	}
	return created("tag", t)
}

func getTag(c *call) (reply, error) {
	name, err := c.findTag(c.param("name"))
	if err != nil {
		return reply{}, err
	}
	t, err := c.tag(name)
	if err != nil {
		return reply{}, err
	}
	return ok("tag", t)
}

// tag counts what a tag is on.
func (c *call) tag(name string) (godo.Tag, error) {
	counts := map[string]int{}
	total := 0
	for _, k := range c.kinds {
		if k.tagType == "" {
			continue
		}
		list, err := k.list(c.tx)
		if err != nil {
			return godo.Tag{}, err
		}
		for _, i := range list {
			if slices.Contains(i.tags, name) {
				counts[k.tagType]++
				total++
			}
		}
	}
	return godo.Tag{Name: name, Resources: &godo.TaggedResources{
		Count:           total,
		Droplets:        &godo.TaggedDropletsResources{Count: counts["droplet"]},
		Images:          &godo.TaggedImagesResources{Count: counts["image"]},
		Volumes:         &godo.TaggedVolumesResources{Count: counts["volume"]},
		VolumeSnapshots: &godo.TaggedVolumeSnapshotsResources{Count: counts["volume_snapshot"]},
		Databases:       &godo.TaggedDatabasesResources{Count: counts["database"]},
	}}, nil
}

func deleteTag(c *call) (reply, error) {
	name, err := c.findTag(c.param("name"))
	if err != nil {
		return reply{}, err
	}
	for _, k := range c.kinds {
		if k.tagType == "" {
			continue
		}
		list, err := k.list(c.tx)
		if err != nil {
			return reply{}, err
		}
		for _, i := range list {
			if err := c.changeTag(k, i, name, false); err != nil {
				return reply{}, err
			}
		}
	}
	if err := tags.Delete(c.tx, strings.ToLower(name)); err != nil {
		return reply{}, err
	}
	return noContent()
}

// retag puts a tag on the resources of the request's body, or takes it off.
func (c *call) retag(on bool) (reply, error) {
	name, err := c.findTag(c.param("name"))
	if err != nil {
		return reply{}, err
	}
	var req godo.TagResourcesRequest
	if err := c.decode(&req); err != nil {
		return reply{}, err
	}
	for _, r := range req.Resources {
		k, i, err := c.taggable(r)
		if err != nil {
			return reply{}, err
		}
		if err := c.changeTag(k, i, name, on); err != nil {
			return reply{}, err
		}
	}
	return noContent()
}

func (c *call) taggable(r godo.Resource) (kind, item, error) {
	for _, k := range c.kinds {
		if k.tagType == "" || k.tagType != string(r.Type) {
			continue
		}
		list, err := k.list(c.tx)
		if err != nil {
			return k, item{}, err
		}
		for _, i := range list {
			if i.id == r.ID {
				return k, i, nil
			}
		}
		return k, item{}, errNotFound
	}
	return kind{}, item{}, invalid("resource_type %q is invalid or cannot be tagged", r.Type)
}

func (c *call) changeTag(k kind, i item, name string, on bool) error {
	if slices.Contains(i.tags, name) == on {
		return nil
	}
	next := slices.DeleteFunc(slices.Clone(i.tags), func(t string) bool { return t == name })
	if on {
		next = append(next, name)
	}
	return k.setTags(c, i.id, next)
}
