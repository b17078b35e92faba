// Package pulumitest records what a program registers with the engine: inputs and
// options of every resource. It can fail the n-th creation of a type, to exercise
// error paths, and it can withhold computed outputs, as a preview does.
package pulumitest

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

// ErrInjected is the error of a creation that was told to fail.
var ErrInjected = errors.New("injected failure")

// Resource is one registered resource.
type Resource struct {
	// Type is the type token and Name the logical name.
	Type, Name string
	// Inputs are the resource's inputs as the program gave them.
	Inputs resource.PropertyMap
	// Options is the registration as the engine receives it: protect, parent,
	// ignoreChanges, aliases, dependencies, provider.
	Options *pulumirpc.RegisterResourceRequest
}

// Recorder stands in for the engine. The zero value records and fails nothing.
type Recorder struct {
	// FailType and FailAt make the FailAt-th creation (counting from 1) of a type fail.
	FailType string
	FailAt   int
	// Outputs adds computed outputs to a resource, by type token. In a preview
	// they are withheld, so that they are unknown.
	Outputs map[string]resource.PropertyMap
	// Preview withholds computed outputs, but those of Known: the SDK's mocks cannot
	// carry a value that is both secret and unknown. The real engine can.
	Preview bool
	Known   map[string]resource.PropertyMap

	mu        sync.Mutex
	resources []Resource
	created   map[string]int
}

var _ pulumi.MockResourceMonitor = (*Recorder)(nil)

// NewResource implements pulumi.MockResourceMonitor.
func (r *Recorder) NewResource(args pulumi.MockResourceArgs) (string, resource.PropertyMap, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.created == nil {
		r.created = map[string]int{}
	}
	r.created[args.TypeToken]++
	if args.TypeToken == r.FailType && r.created[args.TypeToken] == r.FailAt {
		return "", nil, fmt.Errorf("creating %s %q: %w", args.TypeToken, args.Name, ErrInjected)
	}
	r.resources = append(r.resources, Resource{
		Type: args.TypeToken, Name: args.Name, Inputs: args.Inputs, Options: args.RegisterRPC,
	})
	outputs := args.Inputs.Copy()
	if r.Preview {
		// What is missing reads as unknown.
		for key, value := range r.Known[args.TypeToken] {
			outputs[key] = value
		}
		return "", outputs, nil
	}
	for key, value := range r.Outputs[args.TypeToken] {
		outputs[key] = value
	}
	return args.Name + "-id", outputs, nil
}

// Call implements pulumi.MockResourceMonitor; the program makes no calls.
func (r *Recorder) Call(args pulumi.MockCallArgs) (resource.PropertyMap, error) {
	return nil, fmt.Errorf("unexpected call of %s", args.Token)
}

// Resources returns the recorded resources of a type, ordered by name.
func (r *Recorder) Resources(token string) []Resource {
	r.mu.Lock()
	defer r.mu.Unlock()
	var found []Resource
	for _, res := range r.resources {
		if res.Type == token {
			found = append(found, res)
		}
	}
	slices.SortFunc(found, func(a, b Resource) int { return strings.Compare(a.Name, b.Name) })
	return found
}

// Types returns how many resources of each type were created, components included.
func (r *Recorder) Types() map[string]int {
	r.mu.Lock()
	defer r.mu.Unlock()
	counts := map[string]int{}
	for token, n := range r.created {
		counts[token] = n
	}
	return counts
}
