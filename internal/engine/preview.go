package engine

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

// Step is what the engine would do to one resource.
type Step struct {
	// Op is the operation; a replacement is one step, apitype.OpReplace, unless the
	// preview was made with --show-replacement-steps.
	Op apitype.OpType
	// URN, Type and Name are the resource's.
	URN        resource.URN
	Type, Name string
	// Old is the resource before, nil if it is created; New is the resource after,
	// nil if it is deleted.
	Old, New *Resource
	// Diff maps property paths, such as "nodePool.nodeCount", to how they differ. Not
	// every provider gives it.
	Diff map[string]apitype.PropertyDiff
	// Changed are the properties that differ, Replacing those that force a replacement.
	Changed, Replacing []string
}

// Diagnostic is something that the engine or the program said.
type Diagnostic struct {
	URN      resource.URN `json:"urn,omitempty"`
	Message  string       `json:"message"`
	Severity string       `json:"severity"`
}

// Preview is what the engine would do to a stack.
type Preview struct {
	// Steps are in the engine's order. Those of unchanged resources are among them
	// only when the preview was made with --show-sames, see Complete.
	Steps []Step
	// Diagnostics are what was said meanwhile.
	Diagnostics []Diagnostic
	// Summary counts the resources by operation.
	Summary map[apitype.OpType]int
	// Config is the stack's configuration as the engine read it, secrets masked.
	Config map[string]string
}

// digest is what "pulumi preview --json" prints. The SDK types its parts and the engine's
// own package, which the SDK leaves out, the whole (pulumi/pkg/v3/display, PreviewDigest).
type digest struct {
	Config        map[string]string      `json:"config"`
	Steps         []digestStep           `json:"steps"`
	Diagnostics   []Diagnostic           `json:"diagnostics,omitempty"`
	ChangeSummary map[apitype.OpType]int `json:"changeSummary"`
}

type digestStep struct {
	Op             apitype.OpType          `json:"op"`
	URN            resource.URN            `json:"urn"`
	OldState       *apitype.ResourceV3     `json:"oldState,omitempty"`
	NewState       *apitype.ResourceV3     `json:"newState,omitempty"`
	DiffReasons    []string                `json:"diffReasons,omitempty"`
	ReplaceReasons []string                `json:"replaceReasons,omitempty"`
	DetailedDiff   map[string]propertyDiff `json:"detailedDiff,omitempty"`
}

// propertyDiff differs from apitype's in one name.
type propertyDiff struct {
	Kind      apitype.DiffKind `json:"kind"`
	InputDiff bool             `json:"inputDiff"`
}

// ErrNoPreview says that the text is not a preview.
var ErrNoPreview = errors.New(`not what "pulumi preview --json" prints`)

// ReadPreview reads what "pulumi preview --json" prints.
func ReadPreview(from io.Reader) (*Preview, error) {
	var d digest
	if err := decode(from, &d); err != nil {
		return nil, fmt.Errorf("reading a preview: %w: %w", ErrNoPreview, err)
	}
	if d.ChangeSummary == nil {
		return nil, fmt.Errorf("reading a preview: %w: it has no changeSummary", ErrNoPreview)
	}
	p := &Preview{Diagnostics: d.Diagnostics, Summary: d.ChangeSummary, Config: d.Config}
	for i, s := range d.Steps {
		if !s.URN.IsValid() {
			return nil, fmt.Errorf("reading a preview: %w: steps[%d].urn: %q: must be a URN such as urn:pulumi:dev::gomeet::pulumi:pulumi:Stack::gomeet-dev", ErrNoPreview, i, s.URN)
		}
		step := Step{
			Op: s.Op, URN: s.URN, Type: string(s.URN.Type()), Name: nameOf(s.URN), Changed: s.DiffReasons, Replacing: s.ReplaceReasons,
			Old: newResource(s.OldState), New: newResource(s.NewState), Diff: map[string]apitype.PropertyDiff{},
		}
		for path, diff := range s.DetailedDiff {
			step.Diff[path] = apitype.PropertyDiff{Kind: diff.Kind, InputDiff: diff.InputDiff}
		}
		p.Steps = append(p.Steps, step)
	}
	return p, nil
}

// decode reads one JSON document, and nothing after it: two previews in one file, or a file
// that something else was written into, are no preview.
func decode(from io.Reader, into any) error {
	text, err := io.ReadAll(from)
	if err != nil {
		return err
	}
	return json.Unmarshal(text, into)
}

// ReadPreviewFile reads a saved preview.
func ReadPreviewFile(path string) (*Preview, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("reading a preview: %w", err)
	}
	defer file.Close()
	p, err := ReadPreview(file)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return p, nil
}

// Complete returns an error when the preview is not of the whole stack: when the engine
// ended it with an error, or when it leaves unchanged resources out, as it does without
// --show-sames.
func (p *Preview) Complete() error {
	if said := p.Errors(); len(said) > 0 {
		return fmt.Errorf("the preview failed: %s", strings.Join(said, "; "))
	}
	shown := 0
	for _, s := range p.Steps {
		if s.Op == apitype.OpSame {
			shown++
		}
	}
	if want := p.Summary[apitype.OpSame]; shown < want {
		return fmt.Errorf("the preview shows %d of %d unchanged resources; make it with \"pulumi preview --json --show-sames\"", shown, want)
	}
	return nil
}

// Errors returns what the engine and the program reported as errors.
func (p *Preview) Errors() []string {
	var said []string
	for _, d := range p.Diagnostics {
		if d.Severity == "error" {
			said = append(said, strings.TrimSpace(d.Message))
		}
	}
	return said
}

// gone are the operations after which a resource is not there.
var gone = []apitype.OpType{
	apitype.OpDelete, apitype.OpDeleteReplaced, apitype.OpReadDiscard, apitype.OpDiscardReplaced, apitype.OpRemovePendingReplace,
}

// Before returns the resources as they are, After as they would be. Components are
// among them. Resources of steps that were left out are missing, see Complete. The steps
// of a refresh (--refresh) are passed over: those that follow start from what it found.
func (p *Preview) Before() []*Resource {
	return p.states(func(s Step) *Resource { return s.Old })
}

// After: see Before.
func (p *Preview) After() []*Resource {
	return p.states(func(s Step) *Resource {
		if slices.Contains(gone, s.Op) {
			return nil
		}
		return s.New
	})
}

// states picks a state per resource: the steps of a replacement share one.
func (p *Preview) states(pick func(Step) *Resource) []*Resource {
	var states []*Resource
	seen := map[resource.URN]bool{}
	for _, s := range p.Steps {
		if s.Op == apitype.OpRefresh {
			continue
		}
		if r := pick(s); r != nil && !seen[r.URN] {
			seen[r.URN] = true
			states = append(states, r)
		}
	}
	return states
}

// Renamed maps the URNs of resources before to those after, where they differ: an alias
// lets the engine find what had another name.
func (p *Preview) Renamed() map[resource.URN]resource.URN {
	renamed := map[resource.URN]resource.URN{}
	for _, s := range p.Steps {
		if s.Old != nil && s.New != nil && s.Old.URN != s.New.URN {
			renamed[s.Old.URN] = s.New.URN
		}
	}
	return renamed
}

// Outputs returns what the stack exported the last time, nil when it never was deployed.
func (p *Preview) Outputs() resource.PropertyMap { return Outputs(p.Before()) }

// rootType is the type of the stack itself.
const rootType = "pulumi:pulumi:Stack"

// Outputs returns what a stack exports, nil when its resources do not include the stack.
func Outputs(resources []*Resource) resource.PropertyMap {
	for _, r := range resources {
		if r.Type == rootType {
			return r.Outputs
		}
	}
	return nil
}

// Stack returns the name of the stack, "" when there is no step to tell it.
func (p *Preview) Stack() string {
	if len(p.Steps) == 0 {
		return ""
	}
	return string(p.Steps[0].URN.Stack())
}
