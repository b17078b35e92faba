package standin

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"reflect"
	"time"

	"github.com/cenkalti/backoff/v5"
	"github.com/digitalocean/godo"
	p "github.com/pulumi/pulumi-go-provider"
	"github.com/pulumi/pulumi/sdk/v3/go/property"
)

// resource is one row of the table of resources.
type resource interface {
	spec() []field
	hidden() []string // the properties that are secret
	complete(inputs property.Map) (property.Map, error)
	create(ctx context.Context, c *clients, inputs property.Map) (id string, state property.Map, err error)
	read(ctx context.Context, c *clients, id string, state property.Map) (property.Map, error)
	// imported turns what a user names a resource by on import into its id and what has
	// to be known to read it.
	imported(ctx context.Context, c *clients, name string) (id string, state property.Map, err error)
	update(ctx context.Context, c *clients, id string, inputs, state property.Map) (property.Map, error)
	delete(ctx context.Context, c *clients, id string, state property.Map) error
}

// errGone means that a resource does not exist any more.
var errGone = errors.New("the resource does not exist")

// of is a resource whose inputs and outputs are the fields of S.
type of[S any] struct {
	// secrets lists the properties that are secret.
	secrets []string
	// defaults fills in what the SDK documents as default.
	defaults func(*S)
	// make creates the resource and returns its id; wait, if there is one, waits
	// until it is ready.
	make func(ctx context.Context, c *clients, in S) (string, error)
	// once is in make's place where the cloud shows something only at the creation;
	// it writes it into in.
	once func(ctx context.Context, c *clients, in *S) (string, error)
	wait func(ctx context.Context, c *clients, id string, in S) error
	// forgotten says that the official provider forgets what it made when waiting for it
	// fails: it exists, and the state does not know it.
	forgotten bool
	// look reads the resource. old is the state before; on import only the id is known.
	look func(ctx context.Context, c *clients, id string, old S) (S, error)
	// name splits what a resource is named by on import, where that is not its id alone.
	name func(ctx context.Context, c *clients, name string) (id string, known S, err error)
	// change updates the resource; nil where every property replaces it. remove
	// deletes it and waits until it is gone.
	change func(ctx context.Context, c *clients, id string, in, old S) error
	remove func(ctx context.Context, c *clients, id string, old S) error
}

func (r of[S]) spec() []field { return fields(reflect.TypeFor[S]()) }

func (r of[S]) hidden() []string { return r.secrets }

// complete adds what goes back to its default because the program left it out.
func (r of[S]) complete(inputs property.Map) (property.Map, error) {
	var nothing S
	if r.defaults != nil {
		r.defaults(&nothing)
	}
	defaults, err := encode(nothing)
	if err != nil {
		return inputs, err
	}
	for _, f := range r.spec() {
		if _, given := inputs.GetOk(f.name); f.cleared && !given {
			inputs = inputs.Set(f.name, defaults.Get(f.name))
		}
	}
	return inputs, nil
}

func (r of[S]) inputs(m property.Map) (S, error) {
	in, err := decode[S](m)
	if err == nil && r.defaults != nil {
		r.defaults(&in)
	}
	return in, err
}

func (r of[S]) create(ctx context.Context, c *clients, m property.Map) (string, property.Map, error) {
	in, err := r.inputs(m)
	if err != nil {
		return "", property.Map{}, err
	}
	make := func() (string, error) { return r.make(ctx, c, in) }
	if r.once != nil {
		make = func() (string, error) { return r.once(ctx, c, &in) }
	}
	id, err := make()
	if err != nil {
		return "", property.Map{}, err
	}
	// From here on the resource exists: whatever fails, its id is kept.
	if r.once != nil {
		if m, err = encode(in, r.secrets...); err != nil {
			return id, m, err
		}
	}
	if r.wait != nil {
		if err := r.wait(ctx, c, id, in); err != nil {
			if r.forgotten {
				return "", property.Map{}, err
			}
			// What is there by now, which may be less than was asked for.
			if state, unread := r.read(ctx, c, id, m); unread == nil {
				m = state
			}
			return id, m, err
		}
	}
	state, err := r.read(ctx, c, id, m)
	if err != nil {
		return id, m, err
	}
	return id, state, nil
}

func (r of[S]) read(ctx context.Context, c *clients, id string, m property.Map) (property.Map, error) {
	old, err := r.inputs(m)
	if err != nil {
		return property.Map{}, err
	}
	now, err := r.look(ctx, c, id, old)
	if err != nil {
		return property.Map{}, gone(err)
	}
	return encode(now, r.secrets...)
}

func (r of[S]) imported(ctx context.Context, c *clients, name string) (string, property.Map, error) {
	if r.name == nil {
		return name, property.Map{}, nil
	}
	id, known, err := r.name(ctx, c, name)
	if err != nil {
		return "", property.Map{}, gone(err)
	}
	state, err := encode(known)
	return id, state, err
}

func (r of[S]) update(ctx context.Context, c *clients, id string, inputs, state property.Map) (property.Map, error) {
	inputs, err := r.complete(inputs)
	if err != nil {
		return property.Map{}, err
	}
	in, err := r.inputs(inputs)
	if err != nil {
		return property.Map{}, err
	}
	old, err := decode[S](state)
	if err != nil {
		return property.Map{}, err
	}
	if r.change == nil {
		return property.Map{}, errors.New("every change replaces this resource; it cannot be updated")
	}
	if err := r.change(ctx, c, id, in, old); err != nil {
		return property.Map{}, err
	}
	// What the cloud does not tell is now as the program wants it.
	for name, value := range inputs.AllStable {
		state = state.Set(name, value)
	}
	return r.read(ctx, c, id, state)
}

func (r of[S]) delete(ctx context.Context, c *clients, id string, state property.Map) error {
	old, err := decode[S](state)
	if err != nil {
		return err
	}
	if err := r.remove(ctx, c, id, old); err != nil && !errors.Is(gone(err), errGone) {
		return err
	}
	return nil
}

// gone turns a 404 of either API into errGone.
func gone(err error) error {
	var answer *godo.ErrorResponse
	if errors.As(err, &answer) && answer.Response != nil && answer.Response.StatusCode == http.StatusNotFound {
		return errGone
	}
	var s3 interface{ HTTPStatusCode() int }
	if errors.As(err, &s3) && s3.HTTPStatusCode() == http.StatusNotFound {
		return errGone
	}
	return err
}

// pollEvery is the time between two looks at something that changes: the sandbox is
// on this machine and answers in a millisecond.
const pollEvery = 200 * time.Millisecond

// until polls until done says so. The engine's own timeout ends ctx.
func until(ctx context.Context, done func() (bool, error)) error {
	_, err := backoff.Retry(ctx, func() (struct{}, error) {
		ok, err := done()
		switch {
		case err != nil:
			return struct{}{}, backoff.Permanent(err)
		case !ok:
			return struct{}{}, errors.New("it is not ready yet")
		}
		return struct{}{}, nil
	}, backoff.WithBackOff(backoff.NewConstantBackOff(pollEvery)), backoff.WithMaxElapsedTime(time.Hour))
	return err
}

// untilGone polls until looking answers 404.
func untilGone(ctx context.Context, look func() error) error {
	return until(ctx, func() (bool, error) {
		err := look()
		if errors.Is(gone(err), errGone) {
			return true, nil
		}
		return false, err
	})
}

// preview is the state a resource would have: its inputs, and unknown outputs.
func preview(spec []field, inputs, state property.Map) property.Map {
	out := inputs
	for _, f := range spec {
		if _, given := inputs.GetOk(f.name); given {
			continue
		}
		if old, had := state.GetOk(f.name); had {
			out = out.Set(f.name, old)
		} else {
			out = out.Set(f.name, property.New(property.Computed))
		}
	}
	return out
}

func partial(err error) *p.InitializationFailed {
	return &p.InitializationFailed{Reasons: []string{fmt.Sprint(err)}}
}
