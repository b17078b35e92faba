package e2e_test

import (
	"fmt"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"sigs.k8s.io/yaml"
)

// edgeTable is testdata/edges.yaml: all traffic that pods may send and receive.
type edgeTable struct {
	// Optional are namespaces that a stack may do without; edges of others have to exist.
	Optional []string
	Edges    []edge
}

// edge is traffic that is needed, from places to places. A place is namespace/app,
// namespace/*, or one of the addresses that places returns.
type edge struct {
	From, To []string
	// Ports are such as 443/TCP or 50000-60000/UDP.
	Ports []string
	// At is the only site that has it; empty is every site.
	At string
	// Why is what it is for.
	Why string
}

// span is some ports of a protocol, first to last.
type span struct {
	first, last int
	protocol    string
}

func parseSpan(text string) (span, error) {
	numbers, protocol, found := strings.Cut(text, "/")
	first, last, ranged := strings.Cut(numbers, "-")
	if !ranged {
		last = first
	}
	low, err := strconv.Atoi(first)
	high, err2 := strconv.Atoi(last)
	if !found || err != nil || err2 != nil || low > high || (protocol != "TCP" && protocol != "UDP") {
		return span{}, fmt.Errorf("ports %q: want one such as 443/TCP or 50000-60000/UDP", text)
	}
	return span{low, high, protocol}, nil
}

func (s span) holds(p probe) bool {
	return s.protocol == string(p.protocol) && s.first <= p.port && p.port <= s.last
}

// spans are the ports of an edge.
func (e edge) spans(t *testing.T) []span {
	t.Helper()
	var all []span
	for _, text := range e.Ports {
		s, err := parseSpan(text)
		require.NoError(t, err, "edge %s to %s", e.From, e.To)
		all = append(all, s)
	}
	return all
}

// covers says that the edge is between these places.
func (e edge) covers(site string, from, to place) bool {
	return (e.At == "" || e.At == site) && matches(e.From, from.name) && matches(e.To, to.name)
}

// matches compares a place's name with patterns; * is either part of it.
func matches(patterns []string, name string) bool {
	return slices.ContainsFunc(patterns, func(pattern string) bool {
		ok, err := path.Match(pattern, name)
		return err == nil && ok
	})
}

// absent says that a stack without one of the edge's namespaces is a complete one.
func (e edgeTable) absent(ed edge, places []place) bool {
	return slices.ContainsFunc(slices.Concat(ed.From, ed.To), func(pattern string) bool {
		namespace, _, _ := strings.Cut(pattern, "/")
		return slices.Contains(e.Optional, namespace) &&
			!slices.ContainsFunc(places, func(p place) bool { return strings.HasPrefix(p.name, namespace+"/") })
	})
}

func readEdges(t *testing.T) edgeTable {
	t.Helper()
	text, err := os.ReadFile("testdata/edges.yaml")
	require.NoError(t, err)
	var table edgeTable
	require.NoError(t, yaml.UnmarshalStrict(text, &table))
	for _, e := range table.Edges {
		require.NotEmpty(t, e.Why, "edge %s to %s says no why", e.From, e.To)
		require.NotEmpty(t, e.spans(t), "edge %s to %s", e.From, e.To)
	}
	return table
}
