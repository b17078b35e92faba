package standin

import (
	"testing"

	"github.com/digitalocean/godo"
	p "github.com/pulumi/pulumi-go-provider"
	"github.com/pulumi/pulumi/sdk/v3/go/property"
	"github.com/stretchr/testify/require"
)

// projectRows are the rows of projects.
func projectRows() map[string]row {
	return map[string]row{
		"project": {
			clears: []string{"description", "purpose", "environment"},
			token:  projectToken,
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

func TestWhatTheProgramLeavesOutIsCleared(t *testing.T) {
	e := start(t)
	id, state := e.create(projectToken, object("name", "meet", "description", "d", "purpose", "Website or blog"))
	bare := object("name", "meet")
	require.Equal(t, map[string]p.DiffKind{"description": p.Update, "purpose": p.Update}, e.changes(projectToken, id, state, bare))
	updated, err := e.Update(t.Context(), p.UpdateRequest{ID: id, Urn: urn(projectToken), State: state, Inputs: bare})
	require.NoError(t, err)
	require.Empty(t, updated.Properties.Get("description").AsString())
	require.Equal(t, "Web Application", updated.Properties.Get("purpose").AsString(), "the official provider's default")
	require.Empty(t, e.changes(projectToken, id, updated.Properties, bare))
}
