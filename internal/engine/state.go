package engine

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"
)

// ErrNoState says that the text is not a stack's state.
var ErrNoState = errors.New(`not what "pulumi stack export" prints`)

// ReadState reads the resources of what "pulumi stack export" prints, components and
// providers among them. An empty stack has none.
func ReadState(from io.Reader) ([]*Resource, error) {
	var outer apitype.UntypedDeployment
	if err := decode(from, &outer); err != nil {
		return nil, fmt.Errorf("reading a state: %w: %w", ErrNoState, err)
	}
	// Versions 3 and 4 differ in features that resources do not show
	// (apitype.DeploymentV3 and its successors).
	if outer.Version < 3 || len(outer.Deployment) == 0 {
		return nil, fmt.Errorf("reading a state: %w: version %d", ErrNoState, outer.Version)
	}
	var deployment apitype.DeploymentV3
	if err := json.Unmarshal(outer.Deployment, &deployment); err != nil {
		return nil, fmt.Errorf("reading a state: %w: %w", ErrNoState, err)
	}
	var resources []*Resource
	for i := range deployment.Resources {
		resources = append(resources, newResource(&deployment.Resources[i]))
	}
	return resources, nil
}
