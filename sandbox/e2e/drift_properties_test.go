package e2e_test

import (
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/digitalocean/godo"
	"github.com/stretchr/testify/require"
)

// tamper is a property that somebody changes by hand.
type tamper struct {
	// kind and name are those of the engine: the last part of the type token, and the
	// logical name.
	kind, name string
	// path begins the path of what has to be reported as changed.
	path string
	do   func(*hands)
}

// proveProperties changes what people change by hand, property by property. Each change is
// reported under its own path, as the world's; nothing else is reported, and looking changes
// nothing. More are changes that somebody else has made.
func (w *world) proveProperties(stack string, h *hands, rows []tamper, more ...string) {
	t := w.t
	want := slices.Clone(more)
	for _, row := range rows {
		row.do(h)
		want = append(want, row.kind+" "+row.name+" "+row.path)
	}
	found := w.driftPaths(stack)
	var missed []string
	for _, expected := range want {
		if !slices.ContainsFunc(found, func(path string) bool { return within(path, expected) || within(expected, path) }) {
			missed = append(missed, expected)
		}
	}
	require.Empty(t, missed, "these were changed, and are not among what was found: %q", found)
	for _, path := range found {
		require.True(t, slices.ContainsFunc(want, func(e string) bool { return within(path, e) || within(e, path) }), "%q was not changed by anybody", path)
	}
}

// within reports whether a path is another one, or below it.
func within(path, other string) bool {
	rest, ok := strings.CutPrefix(path, other)
	return ok && (rest == "" || rest[0] == '.' || rest[0] == '[' || strings.HasSuffix(other, " "))
}

// driftPaths returns the changed properties as "kind name path". It requires that all
// findings are of the world's class.
func (w *world) driftPaths(stack string) []string {
	w.t.Helper()
	report := w.report(stack)
	var found []string
	for _, f := range report.Findings {
		kind := f.Type[strings.LastIndex(f.Type, ":")+1:]
		require.Equal(w.t, "world changed", f.Class+" "+f.What, "%s %s", kind, f.Name)
		for _, c := range f.Changes {
			found = append(found, kind+" "+f.Name+" "+c.Path)
		}
	}
	return found
}

// mendByHand does what no deployment does: it gives the network its description back, with
// the stack's mark in it, and closes the bucket.
func (w *world) mendByHand() {
	w.t.Helper()
	output, err := w.shell("dev", `pulumi stack export --stack dev | `+
		`sed -n 's/.*"description": "\(GoMeet dev, site singapore, id:[0-9a-f]*\)".*/\1/p' | head -n 1`)
	require.NoError(w.t, err)
	h := w.hands("dev", "singapore")
	_, _, err = h.VPCs.Set(h.ctx, h.network(), godo.VPCSetDescription(strings.TrimSpace(output)))
	require.NoError(w.t, err)
	_, err = h.objects().PutBucketAcl(h.ctx, &s3.PutBucketAclInput{Bucket: h.bucket("recordings"), ACL: types.BucketCannedACLPrivate})
	require.NoError(w.t, err)
}
