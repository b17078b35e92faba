package manifests

import (
	"fmt"
	"net/netip"
	"strings"
)

// setting is one key of a configuration file. Keys are rendered in the order given,
// so a diff of two renderings shows what changed and nothing else.
type setting struct {
	key   string
	value any
}

// section is a named part of an INI file.
type section struct {
	name     string
	settings []setting
}

// renderINI writes sections the way PgBouncer and pgBackRest read them: "key = value".
// A text value with a line break would start a key of its own; Validate rejects it
// before, see checks.line.
func renderINI(sections ...section) string {
	var b strings.Builder
	for i, s := range sections {
		if i > 0 {
			b.WriteByte('\n')
		}
		fmt.Fprintf(&b, "[%s]\n", s.name)
		for _, k := range s.settings {
			fmt.Fprintf(&b, "%s = %v\n", k.key, k.value)
		}
	}
	return b.String()
}

// renderDirectives writes settings the way Redis reads them: "key value".
func renderDirectives(settings []setting) string {
	var b strings.Builder
	for _, k := range settings {
		fmt.Fprintf(&b, "%s %v\n", k.key, k.value)
	}
	return b.String()
}

// line notes a text that is empty, or that would not stay on its line.
func (c *checks) line(key, text string) {
	c.that(text != "" && !strings.ContainsAny(text, "\r\n\x00"), key, text, "one line of text")
}

// word notes a text that is empty or holds a space, a quote or a comment sign.
func (c *checks) word(key, text string) {
	c.that(text != "" && !strings.ContainsAny(text, " \t\r\n\x00'\"#;="), key, text, "one word without quotes")
}

// absolute notes a path that depends on the working directory.
func (c *checks) absolute(key, path string) {
	c.that(strings.HasPrefix(path, "/") && !strings.ContainsAny(path, " \t\r\n\x00'\"#;"), key, path,
		"an absolute path without spaces or quotes")
}

// network notes a text that is no range of addresses, or the range of all.
func (c *checks) network(key, text string) {
	p, err := netip.ParsePrefix(text)
	c.that(err == nil && p.Bits() > 0, key, text, "an address range such as 10.10.0.0/16, and not the whole Internet")
}
