package standin

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/digitalocean/godo"
)

// projectState is digitalocean.Project.
type projectState struct {
	Name        string   `json:"name"`
	Description string   `json:"description" pulumi:"cleared"`
	Purpose     string   `json:"purpose" pulumi:"cleared"`
	Environment string   `json:"environment" pulumi:"cleared"`
	IsDefault   bool     `json:"isDefault" pulumi:"cleared"`
	Resources   []string `json:"resources,omitempty" pulumi:"set,computed"`
	OwnerUUID   string   `json:"ownerUuid" pulumi:"output"`
	OwnerID     int      `json:"ownerId" pulumi:"output"`
	CreatedAt   string   `json:"createdAt" pulumi:"output"`
	UpdatedAt   string   `json:"updatedAt" pulumi:"output"`
}

// emptying is how long a project may take to become empty, as with the official
// provider.
const emptying = 3 * time.Minute

var project = of[projectState]{
	defaults: func(s *projectState) {
		if s.Purpose == "" {
			s.Purpose = "Web Application" // in the SDK's documentation
		}
	},
	make: func(ctx context.Context, c *clients, in projectState) (string, error) {
		made, _, err := c.Projects.Create(ctx, &godo.CreateProjectRequest{
			Name: in.Name, Description: in.Description, Purpose: in.Purpose, Environment: in.Environment,
		})
		if err != nil {
			return "", err
		}
		return made.ID, nil
	},
	// What the creation cannot say is done before the project counts as ready.
	wait: func(ctx context.Context, c *clients, id string, in projectState) error {
		if in.IsDefault {
			if _, _, err := c.Projects.Update(ctx, id, in.update()); err != nil {
				return err
			}
		}
		return assign(ctx, c, id, in.Resources)
	},
	look: lookProject,
	change: func(ctx context.Context, c *clients, id string, in, old projectState) error {
		if _, _, err := c.Projects.Update(ctx, id, in.update()); err != nil {
			return err
		}
		if in.Resources == nil {
			return nil
		}
		return move(ctx, c, id, in.Resources, old.Resources)
	},
	remove: func(ctx context.Context, c *clients, id string, old projectState) error {
		if _, _, err := c.Projects.Get(ctx, id); err != nil {
			return err
		}
		if err := assign(ctx, c, defaultProject, old.Resources); err != nil {
			return err
		}
		ctx, cancel := context.WithTimeout(ctx, emptying)
		defer cancel()
		return until(ctx, func() (bool, error) {
			response, err := c.Projects.Delete(ctx, id)
			if err != nil && response != nil && response.StatusCode == http.StatusPreconditionFailed &&
				strings.Contains(err.Error(), "cannot delete a project with resources") {
				return false, nil
			}
			return err == nil, err
		})
	},
}

func (s projectState) update() *godo.UpdateProjectRequest {
	return &godo.UpdateProjectRequest{
		Name: s.Name, Description: s.Description, Purpose: s.Purpose, Environment: s.Environment, IsDefault: s.IsDefault,
	}
}

func lookProject(ctx context.Context, c *clients, id string, old projectState) (projectState, error) {
	p, _, err := c.Projects.Get(ctx, id)
	if err != nil {
		return projectState{}, err
	}
	urns, err := projectURNs(ctx, c, id)
	if err != nil {
		return projectState{}, err
	}
	s := projectState{
		Name: p.Name, Description: p.Description, Purpose: strings.TrimPrefix(p.Purpose, "Other: "),
		Environment: p.Environment, IsDefault: p.IsDefault, Resources: urns,
		OwnerUUID: p.OwnerUUID, OwnerID: int(p.OwnerID), CreatedAt: p.CreatedAt, UpdatedAt: p.UpdatedAt,
	}
	if strings.EqualFold(s.Environment, old.Environment) {
		s.Environment = old.Environment
	}
	return s, nil
}
