package manifests

import (
	"errors"
	"fmt"
	"net/netip"
	"strconv"
)

// checks collects what is wrong with one configuration, so that a mistake in one key
// does not hide the next.
type checks struct {
	file string
	errs []error
}

// that notes key and its value unless ok holds. Allowed completes "it must be".
func (c *checks) that(ok bool, key string, value any, allowed string) {
	if ok {
		return
	}
	if text, isText := value.(string); isText {
		value = strconv.Quote(text)
	}
	c.errs = append(c.errs, fmt.Errorf("%s: %s is %v; it must be %s", c.file, key, value, allowed))
}

// port notes a number that is no TCP or UDP port.
func (c *checks) port(key string, port int) {
	c.that(port >= 1 && port <= 65535, key, port, "a port, 1 to 65535")
}

// keyedPort is a port and the key that sets it.
type keyedPort struct {
	key  string
	port int
}

// distinct notes a port that an earlier key took. 0 is no port and may repeat.
func (c *checks) distinct(ports ...keyedPort) {
	taken := map[int]string{}
	for _, p := range ports {
		c.that(p.port == 0 || taken[p.port] == "", p.key, p.port, "another port than "+taken[p.port])
		taken[p.port] = p.key
	}
}

// positive notes a number below 1.
func (c *checks) positive(key string, n int) { c.that(n >= 1, key, n, "at least 1") }

// present notes a text that is empty.
func (c *checks) present(key, text string) { c.that(text != "", key, text, "set") }

// prefixes notes each range that is not in CIDR notation.
func (c *checks) prefixes(key string, ranges []string) {
	for i, text := range ranges {
		_, err := netip.ParsePrefix(text)
		c.that(err == nil, fmt.Sprintf("%s[%d]", key, i), text, "an address range such as 10.10.0.0/16")
	}
}

// err returns everything noted, one line each, or nil.
func (c *checks) err() error { return errors.Join(c.errs...) }
