package recovery

import (
	"encoding/json"
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

// stated is the part of a resource of the state that says what comes before it. The rest
// stays as it is.
type stated struct {
	URN                  resource.URN                            `json:"urn"`
	ID                   string                                  `json:"id"`
	Delete               bool                                    `json:"delete"`
	Provider             string                                  `json:"provider"`
	Parent               resource.URN                            `json:"parent"`
	DeletedWith          resource.URN                            `json:"deletedWith"`
	ReplaceWith          []resource.URN                          `json:"replaceWith"`
	Dependencies         []resource.URN                          `json:"dependencies"`
	PropertyDependencies map[resource.PropertyKey][]resource.URN `json:"propertyDependencies"`
	all                  map[string]json.RawMessage
}

// states are the resources of a state, in its order.
type states []*stated

func readStates(resources []json.RawMessage) (states, error) {
	all := make(states, len(resources))
	for i, text := range resources {
		all[i] = &stated{}
		if err := json.Unmarshal(text, all[i]); err != nil {
			return nil, fmt.Errorf("reading a resource of the state: %w", err)
		}
		if err := json.Unmarshal(text, &all[i].all); err != nil {
			return nil, fmt.Errorf("reading a resource of the state: %w", err)
		}
	}
	return all, nil
}

// orphaned are what is marked for deletion with nothing in its place.
func (s states) orphaned() map[resource.URN]bool {
	marked := map[resource.URN]bool{}
	for _, one := range s {
		if one.Delete {
			marked[one.URN] = true
		}
	}
	for _, one := range s {
		if !one.Delete {
			delete(marked, one.URN)
		}
	}
	return marked
}

func (s states) texts() ([]json.RawMessage, error) {
	texts := make([]json.RawMessage, len(s))
	for i, one := range s {
		var err error
		if texts[i], err = json.Marshal(one.all); err != nil {
			return nil, fmt.Errorf("writing a resource of the state: %w", err)
		}
	}
	return texts, nil
}

// note writes what was changed of a resource into its text.
func (s *stated) note() error {
	changed := map[string]any{}
	if s.Delete {
		changed["delete"] = true
	}
	if len(s.Dependencies) > 0 {
		changed["dependencies"] = s.Dependencies
	}
	if len(s.PropertyDependencies) > 0 {
		changed["propertyDependencies"] = s.PropertyDependencies
	}
	for _, key := range []string{"delete", "dependencies", "propertyDependencies"} {
		delete(s.all, key)
	}
	for key, value := range changed {
		text, err := json.Marshal(value)
		if err != nil {
			return fmt.Errorf("writing a resource of the state: %w", err)
		}
		s.all[key] = text
	}
	return nil
}
