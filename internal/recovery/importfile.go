package recovery

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"

	"github.com/gomeet/infra/internal/engine"
)

// importFile is the file of "pulumi preview --import-file" and "pulumi import --file".
type importFile struct {
	// NameTable has the URNs of parents that the state has.
	NameTable map[string]string `json:"nameTable,omitempty"`
	Resources []importResource  `json:"resources"`
}

type importResource struct {
	Type        string          `json:"type"`
	Name        string          `json:"name"`
	LogicalName string          `json:"logicalName,omitempty"`
	ID          string          `json:"id,omitempty"`
	Parent      string          `json:"parent,omitempty"`
	Provider    string          `json:"provider,omitempty"`
	Version     string          `json:"version,omitempty"`
	Component   bool            `json:"component,omitempty"`
	Inputs      json.RawMessage `json:"inputs,omitempty"`
}

func (r importResource) logical() string {
	if r.LogicalName != "" {
		return r.LogicalName
	}
	return r.Name
}

// fillIn leaves in the file what is to be imported, with its ids (by URN), and the
// components it belongs to.
func fillIn(path string, ids map[string]string, preview *engine.Preview) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("reading the import file: %w", err)
	}
	var file importFile
	if err := json.Unmarshal(text, &file); err != nil {
		return fmt.Errorf("reading the import file: %w", err)
	}
	// Type and logical name are unique in this program.
	wanted := map[string]string{}
	for _, step := range preview.Steps {
		if id, ok := ids[string(step.URN)]; ok {
			wanted[step.Type+" "+step.Name] = id
		}
	}
	var needed []string
	file.Resources = slices.DeleteFunc(file.Resources, func(r importResource) bool {
		_, ok := wanted[r.Type+" "+r.logical()]
		if ok {
			needed = append(needed, r.Parent)
		}
		return !ok && !r.Component
	})
	file.Resources = slices.DeleteFunc(file.Resources, func(r importResource) bool {
		return r.Component && !slices.Contains(needed, r.Name)
	})
	for i := range file.Resources {
		file.Resources[i].ID = wanted[file.Resources[i].Type+" "+file.Resources[i].logical()]
	}
	text, err = json.MarshalIndent(file, "", "  ")
	if err != nil {
		return fmt.Errorf("writing the import file: %w", err)
	}
	return os.WriteFile(path, text, 0o600)
}
