package api

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"
)

// Delays maps a kind of asynchronous operation, such as "cluster", to how long it
// takes at least. In JSON a delay is a Go duration string, such as "1.5s".
type Delays map[string]time.Duration

// MarshalJSON writes the durations as strings.
func (d Delays) MarshalJSON() ([]byte, error) {
	text := map[string]string{}
	for kind, delay := range d {
		text[kind] = delay.String()
	}
	return json.Marshal(text)
}

// UnmarshalJSON reads the durations from strings.
func (d *Delays) UnmarshalJSON(data []byte) error {
	var text map[string]string
	if err := json.Unmarshal(data, &text); err != nil {
		return err
	}
	*d = Delays{}
	for kind, s := range text {
		delay, err := time.ParseDuration(s)
		if err != nil || delay < 0 {
			return fmt.Errorf("delay %q is %q, want a duration such as %q", kind, s, "1.5s")
		}
		(*d)[kind] = delay
	}
	return nil
}

// delays holds the delays in force. They can change while the server runs.
type delays struct {
	mu    sync.Mutex
	known map[string]bool
	now   Delays
}

// declare makes kinds of delay known: setting any other is a mistake.
func (d *delays) declare(kinds ...string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.known == nil {
		d.known = map[string]bool{}
	}
	for _, kind := range kinds {
		d.known[kind] = true
	}
}

func (d *delays) get(kind string) time.Duration {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.now[kind]
}

func (d *delays) all() Delays {
	d.mu.Lock()
	defer d.mu.Unlock()
	all := Delays{}
	for kind := range d.known {
		all[kind] = d.now[kind]
	}
	return all
}

func (d *delays) set(next Delays) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	for kind := range next {
		if !d.known[kind] {
			return fmt.Errorf("delay %q is not known, want one of %q", kind, slices.Sorted(maps.Keys(d.known)))
		}
	}
	d.now = maps.Clone(next)
	return nil
}
