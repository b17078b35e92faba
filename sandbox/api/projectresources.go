package api

import (
	"strings"
	"time"

	"github.com/digitalocean/godo"

	"github.com/gomeet/infra/sandbox/store"
)

// assignment says which project a resource belongs to.
type assignment struct {
	// ProjectID is the project, At the moment of the assignment.
	ProjectID string
	At        time.Time
}

// assignments maps a URN to its project. A resource without one belongs to the
// default project.
var assignments = store.NewCollection[assignment]("project_assignments")

// projectResource is a resource of a project, with when it came there.
type projectResource struct {
	item
	at time.Time
}

// assignable returns everything that belongs to some project.
func (c *call) assignable() ([]item, error) {
	return c.items(func(k kind) bool { return k.inProjects })
}

// projectItems returns the resources of a project.
func (c *call) projectItems(p godo.Project) ([]projectResource, error) {
	all, err := c.assignable()
	if err != nil {
		return nil, err
	}
	var in []projectResource
	for _, i := range all {
		a, found, err := assignments.Get(c.tx, i.urn)
		if err != nil {
			return nil, err
		}
		if found {
			// The project of an assignment can be gone, as can an earlier resource
			// of the same name that had the same URN.
			if _, found, err = projects.Get(c.tx, a.ProjectID); err != nil {
				return nil, err
			}
		}
		switch {
		case found && a.ProjectID == p.ID:
			in = append(in, projectResource{i, a.At})
		case !found && p.IsDefault:
			in = append(in, projectResource{i, i.created})
		}
	}
	return in, nil
}

// assign puts a resource into a project; an empty project ID means the default
// project. Resource files call it when a request names a project.
func (c *call) assign(urn, projectID string) error {
	if projectID == "" {
		return assignments.Delete(c.tx, urn)
	}
	if _, found, err := projects.Get(c.tx, projectID); err != nil {
		return err
	} else if !found {
		return invalid("project_id %q is invalid: there is no such project", projectID)
	}
	return assignments.Put(c.tx, urn, assignment{ProjectID: projectID, At: c.now})
}

// projectOf returns the ID of a resource's project.
func (c *call) projectOf(urn string) (string, error) {
	a, found, err := assignments.Get(c.tx, urn)
	if err != nil {
		return "", err
	}
	if found {
		if _, found, err = projects.Get(c.tx, a.ProjectID); err != nil || found {
			return a.ProjectID, err
		}
	}
	p, err := c.defaultProject()
	return p.ID, err
}

// pinDefaultProject assigns the resources of the present default project to it by
// name and makes it an ordinary one, because another becomes the default.
func (c *call) pinDefaultProject() error {
	old, err := c.defaultProject()
	if err != nil {
		return err
	}
	in, err := c.projectItems(old)
	if err != nil {
		return err
	}
	for _, r := range in {
		if err := assignments.Put(c.tx, r.urn, assignment{ProjectID: old.ID, At: r.at}); err != nil {
			return err
		}
	}
	old.IsDefault = false
	return projects.Put(c.tx, old.ID, old)
}

func listProjectResources(c *call) (reply, error) {
	p, err := c.project()
	if err != nil {
		return reply{}, err
	}
	in, err := c.projectItems(p)
	if err != nil {
		return reply{}, err
	}
	list := make([]godo.ProjectResource, len(in))
	for i, r := range in {
		list[i] = c.projectResource(r.urn, r.at, "ok")
	}
	return paged(c, "resources", list)
}

func assignProjectResources(c *call) (reply, error) {
	p, err := c.project()
	if err != nil {
		return reply{}, err
	}
	var req struct {
		Resources []string `json:"resources"`
	}
	if err := c.decode(&req); err != nil {
		return reply{}, err
	}
	all, err := c.assignable()
	if err != nil {
		return reply{}, err
	}
	known := map[string]bool{}
	for _, i := range all {
		known[i.urn] = true
	}
	list := []godo.ProjectResource{}
	for _, urn := range req.Resources {
		status := "not_found"
		if known[urn] {
			now, err := c.projectOf(urn)
			if err != nil {
				return reply{}, err
			}
			if status = "already_assigned"; now != p.ID {
				status = "assigned"
				if err := c.assign(urn, p.ID); err != nil {
					return reply{}, err
				}
			}
		}
		list = append(list, c.projectResource(urn, c.now, status))
	}
	return paged(c, "resources", list)
}

// resourcePaths maps the type in a URN to the path of such a resource.
var resourcePaths = map[string]string{
	"kubernetes":   "/v2/kubernetes/clusters/",
	"loadbalancer": "/v2/load_balancers/",
	"domain":       "/v2/domains/",
	"volume":       "/v2/volumes/",
	"droplet":      "/v2/droplets/",
	"reservedip":   "/v2/reserved_ips/",
	"floatingip":   "/v2/floating_ips/",
}

func (c *call) projectResource(urn string, at time.Time, status string) godo.ProjectResource {
	r := godo.ProjectResource{URN: urn, AssignedAt: at.Format(time.RFC3339), Links: &godo.ProjectResourceLinks{}, Status: status}
	if parts := strings.SplitN(urn, ":", 3); len(parts) == 3 && resourcePaths[parts[1]] != "" {
		r.Links.Self = "http://" + c.r.Host + resourcePaths[parts[1]] + parts[2]
	}
	return r
}
