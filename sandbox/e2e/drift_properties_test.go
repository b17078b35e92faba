package e2e_test

import (
	"encoding/json"
	"os"
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

// proveProperties changes what people change by hand, in the account and in the cluster,
// property by property. Each change is reported under its own path, as the world's;
// nothing else is reported, and looking changes nothing.
func (w *world) proveProperties() {
	t := w.t
	h := w.hands("dev", "singapore")
	var want []string
	for _, row := range append(cloudTampers, clusterTampers...) {
		row.do(h)
		want = append(want, row.kind+" "+row.name+" "+row.path)
	}
	found := w.driftPaths()
	for _, expected := range want {
		require.True(t, hasPrefix(found, expected), "%q is not among what was found: %q", expected, found)
	}
	for _, path := range found {
		require.True(t, isPrefixed(path, want), "%q was not changed by anybody", path)
	}
}

// driftPaths returns the changed properties as "kind name path". It requires that all
// findings are of the world's class, and that neither state nor account was changed.
func (w *world) driftPaths() []string {
	w.t.Helper()
	before, state := w.changes(), w.stateFiles()
	output, err := w.shell("dev", `gomeet drift --stack dev -o json 2>"$GOMEET_SANDBOX_DIR/drift.err"`)
	said, _ := os.ReadFile(w.dir + "/drift.err")
	var report struct {
		Findings []struct {
			Class, What, Type, Name string
			Changes                 []struct{ Path string }
		}
	}
	require.NoError(w.t, json.Unmarshal([]byte(output), &report), "%v %s%s", err, output, said)
	require.Equal(w.t, before, w.changes(), "no request that changes something leaves it")
	require.Equal(w.t, state, w.stateFiles(), "the state is as it was")
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

// hasPrefix reports whether one of the texts begins with a prefix.
func hasPrefix(texts []string, prefix string) bool {
	for _, text := range texts {
		if strings.HasPrefix(text, prefix) {
			return true
		}
	}
	return false
}

// isPrefixed reports whether a text begins with one of the prefixes.
func isPrefixed(text string, prefixes []string) bool {
	for _, prefix := range prefixes {
		if strings.HasPrefix(text, prefix) {
			return true
		}
	}
	return false
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
