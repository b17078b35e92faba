package drift

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"time"

	"gopkg.in/yaml.v3"
)

// Rule hides findings for a while.
type Rule struct {
	// Resource is a shell pattern of the finding's "type name", such as
	// "*:LoadBalancer *-edge".
	Resource string `yaml:"resource" json:"resource"`
	// Path is a shell pattern of a property; empty hides the whole finding.
	Path string `yaml:"path" json:"path,omitempty"`
	// Reason says why, for whoever reads it on the day it ends.
	Reason string `yaml:"reason" json:"reason"`
	// Expires is the last day on which the rule counts, such as 2027-03-31.
	Expires string `yaml:"expires" json:"expires"`
}

// ReadRules reads an ignore file. A file that is not there has no rules, unless it was
// asked for by name. Errors name the rule, the field, the value and what is allowed.
func ReadRules(file string, mustExist bool) ([]Rule, error) {
	text, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) && !mustExist {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("reading the ignore file: %w", err)
	}
	rules, err := ParseRules(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return rules, nil
}

// ParseRules parses the text of an ignore file.
func ParseRules(text []byte) ([]Rule, error) {
	var file struct {
		Ignore []Rule `yaml:"ignore"`
	}
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	decoder.KnownFields(true)
	if err := decoder.Decode(&file); err != nil && !errors.Is(err, io.EOF) { // a file of comments is empty
		return nil, err
	}
	for i, r := range file.Ignore {
		if err := r.check(); err != nil {
			return nil, fmt.Errorf("ignore[%d].%w", i, err)
		}
	}
	return file.Ignore, nil
}

func (r Rule) check() error {
	for field, pattern := range map[string]string{"resource": r.Resource, "path": r.Path} {
		if _, err := path.Match(pattern, ""); err != nil {
			return fmt.Errorf("%s: %q: must be a shell pattern such as \"*:Firewall *\"", field, pattern)
		}
	}
	switch {
	case r.Resource == "":
		return errors.New(`resource: "": must be a shell pattern of type and name, such as "*:Firewall *-sfu"`)
	case r.Reason == "":
		return errors.New(`reason: "": must say why`)
	}
	if _, err := time.Parse(time.DateOnly, r.Expires); err != nil {
		return fmt.Errorf("expires: %q: must be a day such as 2027-03-31", r.Expires)
	}
	return nil
}

// over reports whether the rule's last day is past.
func (r Rule) over(today time.Time) bool {
	last, err := time.Parse(time.DateOnly, r.Expires)
	return err != nil || !today.Before(last.AddDate(0, 0, 1))
}

func match(pattern, text string) bool {
	ok, err := path.Match(pattern, text)
	return err == nil && ok
}

// apply hides what the rules say. A rule with a path hides that property, and the whole
// finding when no other is left.
func apply(rules []Rule, findings []Finding) (shown, hidden []Finding) {
	for _, f := range findings {
		by := ""
		for _, r := range rules {
			// Slashes separate nothing here.
			if !match(flat(r.Resource), flat(f.Type+" "+f.Name)) {
				continue
			}
			if r.Path == "" {
				by = r.Reason
				break
			}
			var left []Change
			for _, c := range f.Changes {
				if !match(flat(r.Path), flat(c.Path)) {
					left = append(left, c)
				}
			}
			if len(f.Changes) > 0 && len(left) == 0 {
				by = r.Reason
				break
			}
			f.Changes = left
		}
		if by == "" {
			shown = append(shown, f)
			continue
		}
		f.IgnoredBy = by
		hidden = append(hidden, f)
	}
	return shown, hidden
}

// flat lets "*" match what contains a slash, as type tokens do.
func flat(text string) string {
	return string(bytes.ReplaceAll([]byte(text), []byte("/"), []byte("|")))
}
