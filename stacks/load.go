package stacks

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"sort"
	"strings"

	"github.com/agext/levenshtein"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/gomeet/infra/sizing"
)

// loader collects a Config and everything that is wrong with it.
type loader struct {
	config   Config
	problems Problems
}

// Load validates the configuration of one stack. raw maps qualified keys, such
// as "gomeet:meetings", to their text; structured values are JSON, as the engine
// hands them over. Keys of other namespaces belong to the providers and pass.
//
// The error is of type Problems and lists every problem at once: unknown,
// missing and malformed keys, values out of range, unknown sizes and regions,
// overlapping address ranges.
func Load(stack string, raw map[string]string) (*Config, error) {
	return load(stack, raw, false)
}

// Inspect is Load for tools that look at a stack file and deploy nothing: what
// "gomeet secrets" makes may be missing.
func Inspect(stack string, raw map[string]string) (*Config, error) {
	return load(stack, raw, true)
}

func load(stack string, raw map[string]string, withoutSecrets bool) (*Config, error) {
	l := &loader{config: Config{Stack: stack, Target: sizing.DefaultTarget()}}
	l.stackName(stack)
	known := map[string]bool{}
	for _, k := range keys {
		name := qualified(k.name)
		known[name] = true
		text, ok := raw[name]
		switch {
		case ok:
			k.parse(l, text)
		case k.fallback != "":
			k.parse(l, k.fallback)
		case k.generated != "" && withoutSecrets:
		case k.generated != "" && k.generated.Secret() && l.config.SecretStore != nil:
		default:
			l.problems.add(name, "", "%s", k.missing)
		}
	}
	l.unknown(raw, known)
	l.foundation()
	if !withoutSecrets {
		l.storeKeys()
		l.alertingKeys()
	}
	if err := l.problems.err(); err != nil {
		return nil, err
	}
	// The plan is asked last: its checks need values that parsed.
	l.plan()
	if err := l.problems.err(); err != nil {
		return nil, err
	}
	return &l.config, nil
}

// plan reports what sizing rejects, and sites whose pods would find no addresses.
func (l *loader) plan() {
	plan, err := l.config.Plan()
	if err != nil {
		for _, e := range flatten(err) {
			l.rejected(e)
		}
		return
	}
	l.objectStore(plan)
	for i, site := range l.config.Sites {
		nodes := 0
		for _, pool := range plan.PoolsAt(site.Name) {
			nodes += max(pool.Count, pool.Max)
		}
		if room := nodesIn(site.ClusterSubnet); nodes > room {
			l.problems.add(fmt.Sprintf("%s[%d].clusterSubnet", qualified("sites"), i), site.ClusterSubnet.String(),
				"holds %d nodes (a /%d each), and the plan has more at site %q; widen it", room, nodeBits, site.Name)
		}
	}
}

// rejected reports what sizing says of one of its fields by the key that set it.
func (l *loader) rejected(err error) {
	var field *sizing.FieldError
	if !errors.As(err, &field) {
		l.problems.add(Namespace, "", "%v", err)
		return
	}
	name := field.Field
	switch {
	case name == "target":
		name = "meetings"
	case strings.HasPrefix(name, "target."):
		if name = strings.TrimPrefix(name, "target."); !slices.Contains(ownKeys, name) {
			name = "usage." + name
		}
	case strings.HasPrefix(name, "fixed."):
		name = "pools." + strings.TrimPrefix(name, "fixed.")
	}
	l.problems.add(qualified(name), field.Value, "must be %s", field.Allowed)
}

// unknown reports the keys of our namespace that the program does not read, with
// the nearest known key.
func (l *loader) unknown(raw map[string]string, known map[string]bool) {
	var names []string
	for name := range raw {
		if strings.HasPrefix(name, Namespace+":") && !known[name] {
			names = append(names, name)
		}
	}
	sort.Strings(names)
	for _, name := range names {
		// The value is left out: a mistyped name may well hold a secret.
		l.problems.add(name, "", "unknown key; did you mean %s?", nearest(name, known))
	}
}

func nearest(name string, known map[string]bool) string {
	best, distance := "", -1
	for _, candidate := range sortedKeys(known) {
		if d := levenshtein.Distance(name, candidate, nil); distance < 0 || d < distance {
			best, distance = candidate, d
		}
	}
	return best
}

// flatten takes joined errors apart.
func flatten(err error) []error {
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		var all []error
		for _, e := range joined.Unwrap() {
			all = append(all, flatten(e)...)
		}
		return all
	}
	return []error{err}
}

// engineConfig reads the whole configuration the engine hands to the program.
// The SDK only looks up single keys, and unknown keys could not be found that way.
func engineConfig() (map[string]string, error) {
	text := os.Getenv(pulumi.EnvConfig)
	if text == "" {
		return nil, nil
	}
	var raw map[string]string
	if err := json.Unmarshal([]byte(text), &raw); err != nil {
		// The text holds secrets, so it is not part of the error.
		return nil, fmt.Errorf("reading the stack configuration from %s: it is not a JSON object of strings", pulumi.EnvConfig)
	}
	return raw, nil
}
