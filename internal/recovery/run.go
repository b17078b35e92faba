package recovery

import (
	"context"
	"fmt"
	"io"
	"os"
	"slices"

	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"

	"github.com/gomeet/infra/internal/engine"
)

// rounds bounds how often recovery looks. What is imported makes the names of what
// depends on it known: a cluster those of its pools.
const rounds = 5

// Stack is a stack to recover, as the pulumi command sees it.
type Stack interface {
	// Hold keeps runs away until release is called; Import and Finish lock for
	// themselves. alone is false if it cannot, and so nobody knows whether a run is
	// alive. It returns ErrRunning while somebody else holds the stack.
	Hold() (release func(), alone bool, err error)
	// Preview says what the program wants and the state has, and writes what the state
	// lacks into file, in the format of "pulumi import".
	Preview(ctx context.Context, file string) (*engine.Preview, error)
	// Import takes what file lists into the state.
	Import(ctx context.Context, file string) error
	// Finish forgets the operations that were never finished, and returns how many they
	// were. It notes in the state what resources need.
	Finish(ctx context.Context, needs []Needs) (int, error)
}

// Result is what recovery did.
type Result struct {
	// Imported and Deleted name what was taken into the state and what was deleted.
	Imported, Deleted []string
	// Cleared is the number of forgotten operations.
	Cleared int
}

// Run brings a stack's state and the cloud together. Everything it does can be cut off
// and done again. log is told each step.
func Run(ctx context.Context, stack Stack, cloud *Cloud, log io.Writer) (*Result, error) {
	result := &Result{}
	file, err := os.CreateTemp("", "gomeet-import-*.json")
	if err != nil {
		return nil, fmt.Errorf("making the import file: %w", err)
	}
	file.Close()
	defer os.Remove(file.Name())
	for range rounds {
		missing, needs, err := result.held(ctx, stack, cloud, file.Name(), log)
		if err != nil {
			return result, err
		}
		if !missing {
			result.Cleared, err = stack.Finish(ctx, needs)
			return result, err
		}
		if err := stack.Import(ctx, file.Name()); err != nil {
			return result, err
		}
	}
	return result, fmt.Errorf("after %d imports there is still more to import; run it again", rounds)
}

// held is a round during which no run can begin.
func (r *Result) held(ctx context.Context, stack Stack, cloud *Cloud, file string, log io.Writer) (bool, []Needs, error) {
	release, alone, err := stack.Hold()
	if err != nil {
		return false, nil, err
	}
	defer release()
	return r.round(ctx, stack, cloud, file, log, alone)
}

// round looks once, deletes surplus copies and writes what is missing into file. It reports
// whether something is to be imported, and if not, which needs the state does not know of.
// What a run that is alive has just made looks like a surplus copy, so none is deleted unless
// it is alone.
func (r *Result) round(ctx context.Context, stack Stack, cloud *Cloud, file string, log io.Writer, alone bool) (bool, []Needs, error) {
	preview, err := stack.Preview(ctx, file)
	if err != nil {
		return false, nil, err
	}
	known := map[string]bool{}
	for _, step := range preview.Steps {
		if step.Old != nil {
			known[step.Type+" "+step.Old.ID] = true
		}
	}
	cloud.lists = nil
	imports := map[string]string{}
	for _, step := range preview.Steps {
		find, ok := finders[step.Type]
		if !ok || step.New == nil {
			continue
		}
		all, err := settled(ctx, cloud, find, &step, log)
		if err != nil {
			return false, nil, err
		}
		for _, found := range all {
			if known[step.Type+" "+found.ID] {
				continue
			}
			known[step.Type+" "+found.ID] = true
			name := fmt.Sprintf("%s %s (%s)", step.Type, step.Name, found.ID)
			switch _, taken := imports[string(step.URN)]; {
			case step.Op == apitype.OpCreate && found.Import != "" && !taken:
				imports[string(step.URN)] = found.Import
				r.Imported = append(r.Imported, name)
				fmt.Fprintln(log, "importing", name)
			case found.delete != nil && !alone:
				return false, nil, fmt.Errorf("%s is a copy that nothing uses, unless a run is alive that has just made it; "+
					"the locks of this backend cannot be read: make sure that no run is alive, and run this again with --alone", name)
			case found.delete != nil:
				fmt.Fprintln(log, "deleting a copy that nothing uses:", name)
				if err := found.delete(); err != nil {
					return false, nil, fmt.Errorf("deleting %s: %w", name, err)
				}
				r.Deleted = append(r.Deleted, name)
			default:
				return false, nil, fmt.Errorf("%s exists beside the one of the state, and may hold data: compare them and delete one by hand", name)
			}
		}
	}
	if len(imports) == 0 {
		return false, lacking(preview), nil
	}
	return true, nil, fillIn(file, imports, preview)
}

// settled finds what has a wanted resource's name, and waits for what the state lacks
// until it is whole: the run that was cut off would have waited for it, too.
func settled(ctx context.Context, cloud *Cloud, find finder, step *engine.Step, log io.Writer) (all []Found, err error) {
	told := false
	err = poll(ctx, func() (bool, error) {
		if all, err = find(ctx, cloud, step.New); err != nil {
			return false, err
		}
		if step.Op != apitype.OpCreate || !slices.ContainsFunc(all, func(f Found) bool { return f.Settling }) {
			return true, nil
		}
		if !told {
			fmt.Fprintf(log, "waiting for %s %s, which is still being made\n", step.Type, step.Name)
			told = true
		}
		cloud.lists = nil
		return false, nil
	})
	if err != nil {
		return nil, fmt.Errorf("looking for %s %s: %w", step.Type, step.Name, err)
	}
	return all, nil
}
