package standin

import (
	"github.com/digitalocean/godo"
	"github.com/pulumi/pulumi/sdk/v3/go/property"
)

// projectRows are the rows of projects.
func projectRows() map[string]row {
	return map[string]row{
		"project": {
			token: projectToken,
			inputs: func(e engine) property.Map {
				_, d := e.create(domainToken, object("name", "meet.example"))
				return object("name", "meet", "description", "d", "purpose", "Conferences", "environment", "production",
					"resources", []any{d.Get("domainUrn").AsString()})
			},
			outputs: []string{"ownerUuid", "ownerId", "createdAt", "updatedAt"},
			edits:   map[string]any{"name": "other", "purpose": "Website or blog", "environment": "staging", "resources": []any{}},
			behind: func(e engine, id string) (string, error) {
				_, _, err := e.behind().Projects.Update(e.t.Context(), id, &godo.UpdateProjectRequest{Description: "by hand"})
				return "description", err
			},
		},
		"project resources": {
			token: projectResourcesToken,
			inputs: func(e engine) property.Map {
				id, _ := e.create(projectToken, object("name", "meet"))
				e.create(domainToken, object("name", "b.example"))
				e.create(domainToken, object("name", "a.example"))
				return object("project", id, "resources", []any{"do:domain:a.example"})
			},
			edits:    map[string]any{"resources": []any{"do:domain:b.example"}},
			replaces: map[string]any{"project": "x"},
			behind: func(e engine, _ string) (string, error) {
				_, _, err := e.behind().Projects.AssignResources(e.t.Context(), "default", "do:domain:b.example")
				return "resources", err
			},
		},
	}
}
