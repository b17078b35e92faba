package recovery

import (
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"

	"github.com/gomeet/infra/internal/engine"
)

// text returns an input that is a known, plain text, "" for all others.
func text(want *engine.Resource, name string) string {
	value := want.Inputs[resource.PropertyKey(name)]
	if !value.IsString() {
		return ""
	}
	return value.StringValue()
}

// Found is something in the cloud that has a wanted resource's name.
type Found struct {
	// ID is its id in the cloud, as the state would have it.
	ID string
	// Import is what "pulumi import" names it by; "" if it cannot be imported.
	Import string
	// delete deletes it; nil for what may hold data.
	delete func() error
}
