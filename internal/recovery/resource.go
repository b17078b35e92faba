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
	// Settling says that it is still being made. Imported now, it would keep outputs that
	// are not there yet: a cluster its credentials, a load balancer its address.
	Settling bool
	// delete deletes it; nil for what may hold data.
	delete func() error
}
