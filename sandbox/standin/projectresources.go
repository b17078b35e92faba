package standin

import (
	"context"
	"slices"

	"github.com/digitalocean/godo"
)

// projectResourcesState is digitalocean.ProjectResources: some of the resources of
// a project. Its id is the project's.
type projectResourcesState struct {
	Project   string   `json:"project" pulumi:"required,replace"`
	Resources []string `json:"resources" pulumi:"required,set"`
}

var projectResources = of[projectResourcesState]{
	make: func(ctx context.Context, c *clients, in projectResourcesState) (string, error) {
		_, _, err := c.Projects.Get(ctx, in.Project)
		return in.Project, err
	},
	wait: func(ctx context.Context, c *clients, id string, in projectResourcesState) error {
		return assign(ctx, c, id, in.Resources)
	},
	// Others may put resources into the project too: only its own are looked at.
	look: func(ctx context.Context, c *clients, id string, old projectResourcesState) (projectResourcesState, error) {
		urns, err := projectURNs(ctx, c, id)
		if err != nil {
			return projectResourcesState{}, err
		}
		return projectResourcesState{Project: id, Resources: both(old.Resources, urns)}, nil
	},
	change: func(ctx context.Context, c *clients, id string, in, old projectResourcesState) error {
		return move(ctx, c, id, in.Resources, old.Resources)
	},
	remove: func(ctx context.Context, c *clients, id string, old projectResourcesState) error {
		if _, _, err := c.Projects.Get(ctx, id); err != nil {
			return err
		}
		return assign(ctx, c, defaultProject, old.Resources)
	},
}

// defaultProject is what the API calls the project of everything that is in no
// other.
const defaultProject = "default"

// assign puts resources into a project. A resource is always in one project, so it
// leaves the one it was in.
func assign(ctx context.Context, c *clients, projectID string, urns []string) error {
	if len(urns) == 0 {
		return nil
	}
	list := make([]any, len(urns))
	for i, urn := range urns {
		list[i] = urn
	}
	_, _, err := c.Projects.AssignResources(ctx, projectID, list...)
	return err
}

// move gives a project the resources it has to have instead of those it had.
func move(ctx context.Context, c *clients, projectID string, want, had []string) error {
	if err := assign(ctx, c, defaultProject, without(had, want)); err != nil {
		return err
	}
	return assign(ctx, c, projectID, without(want, had))
}

func both(a, b []string) []string {
	return slices.DeleteFunc(slices.Clone(a), func(urn string) bool { return !slices.Contains(b, urn) })
}

func without(a, b []string) []string {
	return slices.DeleteFunc(slices.Clone(a), func(urn string) bool { return slices.Contains(b, urn) })
}

// perPage is the API's largest page.
const perPage = 200

// projectURNs lists the resources of a project.
func projectURNs(ctx context.Context, c *clients, id string) ([]string, error) {
	var urns []string
	for page := 1; ; page++ {
		list, response, err := c.Projects.ListResources(ctx, id, &godo.ListOptions{Page: page, PerPage: perPage})
		if err != nil {
			return nil, err
		}
		for _, r := range list {
			urns = append(urns, r.URN)
		}
		if response.Links == nil || response.Links.IsLastPage() {
			return urns, nil
		}
	}
}
