package api

import (
	"slices"
	"strings"
	"time"

	"github.com/digitalocean/godo"
	"github.com/google/uuid"

	"github.com/gomeet/infra/sandbox/store"
)

var projects = store.NewCollection[godo.Project]("projects")

func (s *Server) registerProjects() {
	s.addKind(kind{name: "projects", list: projectItems})
	s.get("/v2/projects", listProjects)
	s.post("/v2/projects", createProject)
	s.get("/v2/projects/{id}", getProject)
	s.put("/v2/projects/{id}", updateProject)
	s.patch("/v2/projects/{id}", updateProject)
	s.delete("/v2/projects/{id}", deleteProject)
	s.get("/v2/projects/{id}/resources", listProjectResources)
	s.post("/v2/projects/{id}/resources", assignProjectResources)
}

func projectItems(tx *store.Tx) ([]item, error) {
	list, err := projects.List(tx)
	items := make([]item, len(list))
	for i, p := range list {
		items[i] = item{id: p.ID, name: p.Name, builtin: p.IsDefault}
	}
	return items, err
}

// makeDefaultProject makes the project that every account has.
func makeDefaultProject(c *call) error {
	list, err := projects.List(c.tx)
	if err != nil || len(list) > 0 {
		return err
	}
	p := c.newProject("first-project")
	p.Purpose, p.IsDefault = "Just trying out DigitalOcean", true
	return projects.Put(c.tx, p.ID, p)
}

func (c *call) newProject(name string) godo.Project {
	at := c.now.Format(time.RFC3339)
	return godo.Project{
		ID: uuid.NewString(), OwnerUUID: accountUUID, OwnerID: accountID,
		Name: name, CreatedAt: at, UpdatedAt: at,
	}
}

func listProjects(c *call) (reply, error) {
	list, err := projects.List(c.tx)
	if err != nil {
		return reply{}, err
	}
	return paged(c, "projects", list)
}

// project returns the project of the path, where "default" is the default one.
func (c *call) project() (godo.Project, error) {
	if c.param("id") != "default" {
		return find(c, projects, c.param("id"))
	}
	return c.defaultProject()
}

func (c *call) defaultProject() (godo.Project, error) {
	list, err := projects.List(c.tx)
	if err != nil {
		return godo.Project{}, err
	}
	i := slices.IndexFunc(list, func(p godo.Project) bool { return p.IsDefault })
	if i < 0 {
		return godo.Project{}, errNotFound
	}
	return list[i], nil
}

func getProject(c *call) (reply, error) {
	p, err := c.project()
	if err != nil {
		return reply{}, err
	}
	return ok("project", p)
}

func createProject(c *call) (reply, error) {
	var req godo.CreateProjectRequest
	if err := c.decode(&req); err != nil {
		return reply{}, err
	}
	p := c.newProject(req.Name)
	p.Description, p.Purpose, p.Environment = req.Description, req.Purpose, req.Environment
	if err := c.checkProject(&p); err != nil {
		return reply{}, err
	}
	if err := projects.Put(c.tx, p.ID, p); err != nil {
		return reply{}, err
	}
	return created("project", p)
}

// purposes are the values that DigitalOcean keeps as they are; it writes "Other: "
// before any other. They, the environments and the lengths are from its OpenAPI
// document (specification/resources/projects/models/project.yml).
var (
	purposes = []string{
		"Just trying out DigitalOcean",
		"Class project / Educational purposes",
		"Website or blog",
		"Web Application",
		"Service or API",
		"Mobile Application",
		"Machine learning / AI / Data processing",
		"IoT",
		"Operational / Developer tooling",
	}
	environments = []string{"Development", "Staging", "Production"}
)

const (
	maxProjectName = 175
	maxProjectText = 255
	otherPurpose   = "Other: "
)

// checkProject checks a project and brings its purpose and environment into the
// form in which DigitalOcean keeps them.
func (c *call) checkProject(p *godo.Project) error {
	switch {
	case p.Name == "" || len(p.Name) > maxProjectName:
		return invalid("name has %d characters, want 1 to %d", len(p.Name), maxProjectName)
	case len(p.Description) > maxProjectText:
		return invalid("description has %d characters, want at most %d", len(p.Description), maxProjectText)
	case p.Purpose == "" || len(p.Purpose) > maxProjectText:
		return invalid("purpose has %d characters, want 1 to %d", len(p.Purpose), maxProjectText)
	}
	if !slices.Contains(purposes, p.Purpose) && !strings.HasPrefix(p.Purpose, otherPurpose) {
		p.Purpose = otherPurpose + p.Purpose
	}
	if p.Environment != "" {
		i := slices.IndexFunc(environments, func(e string) bool { return strings.EqualFold(e, p.Environment) })
		if i < 0 {
			return invalid("environment %q is invalid, want one of %q", p.Environment, environments)
		}
		p.Environment = environments[i]
	}
	list, err := projects.List(c.tx)
	if err != nil {
		return err
	}
	for _, other := range list {
		if other.ID != p.ID && other.Name == p.Name {
			return conflict("name %q is already in use by project %s", p.Name, other.ID)
		}
	}
	return nil
}

// updateProject serves PUT and PATCH: godo sends null for what should stay.
func updateProject(c *call) (reply, error) {
	p, err := c.project()
	if err != nil {
		return reply{}, err
	}
	var req struct {
		Name        *string `json:"name"`
		Description *string `json:"description"`
		Purpose     *string `json:"purpose"`
		Environment *string `json:"environment"`
		IsDefault   *bool   `json:"is_default"`
	}
	if err := c.decode(&req); err != nil {
		return reply{}, err
	}
	for _, field := range []struct{ from, to *string }{
		{req.Name, &p.Name}, {req.Description, &p.Description},
		{req.Purpose, &p.Purpose}, {req.Environment, &p.Environment},
	} {
		if field.from != nil {
			*field.to = *field.from
		}
	}
	if err := c.checkProject(&p); err != nil {
		return reply{}, err
	}
	if req.IsDefault != nil && *req.IsDefault != p.IsDefault {
		if p.IsDefault {
			return reply{}, precondition("is_default is false, want true: make another project the default instead")
		}
		if err := c.pinDefaultProject(); err != nil {
			return reply{}, err
		}
		p.IsDefault = true
	}
	p.UpdatedAt = c.now.Format(time.RFC3339)
	if err := projects.Put(c.tx, p.ID, p); err != nil {
		return reply{}, err
	}
	return ok("project", p)
}

func deleteProject(c *call) (reply, error) {
	p, err := c.project()
	if err != nil {
		return reply{}, err
	}
	if p.IsDefault {
		return reply{}, precondition("cannot delete the default project")
	}
	in, err := c.projectItems(p)
	if err != nil {
		return reply{}, err
	}
	if len(in) > 0 {
		// The Terraform provider waits for this very message to go away.
		return reply{}, precondition("cannot delete a project with resources")
	}
	if err := projects.Delete(c.tx, p.ID); err != nil {
		return reply{}, err
	}
	return noContent()
}
