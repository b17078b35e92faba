package standin

import (
	"encoding/json"
	"flag"
	"os"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

// schema is the file with the whole schema of the official provider, to extract
// testdata/official.json from:
//
//	pulumi package get-schema digitalocean@4.62.0 > schema.json
//	go test ./standin -run Official -schema $PWD/schema.json
var schema = flag.String("schema", "", "extract testdata/official.json from this Pulumi package schema")

const officialFile = "testdata/official.json"

// officialResource is what the official provider's schema says of a resource. The
// lists hold names of properties.
type officialResource struct {
	Inputs   []string `json:"inputs"`
	Required []string `json:"required,omitempty"`
	Replace  []string `json:"replace,omitempty"`
	Outputs  []string `json:"outputs,omitempty"`
	Secret   []string `json:"secret,omitempty"`
}

// TestRowsAgreeWithTheOfficialSchema compares names, what is required, what
// replaces, and what is secret. Nested properties are not in it: the schema does
// not say what of them replaces.
func TestRowsAgreeWithTheOfficialSchema(t *testing.T) {
	if *schema != "" {
		extract(t, *schema)
	}
	text, err := os.ReadFile(officialFile)
	require.NoError(t, err)
	var official map[string]officialResource
	require.NoError(t, json.Unmarshal(text, &official))
	for token, row := range table {
		t.Run(token, func(t *testing.T) {
			want, known := official[token]
			require.True(t, known, "the official provider has no such resource, or the extract is old")
			var outputs, required, replace []string
			for _, f := range row.spec() {
				switch {
				case f.output:
					outputs = append(outputs, f.name)
					continue
				case f.required:
					required = append(required, f.name)
				}
				require.Contains(t, want.Inputs, f.name)
				if f.replace {
					replace = append(replace, f.name)
				}
			}
			require.ElementsMatch(t, want.Outputs, outputs)
			require.ElementsMatch(t, want.Required, required)
			require.ElementsMatch(t, both(want.Replace, names(row)), replace)
			require.ElementsMatch(t, want.Secret, row.hidden())
		})
	}
}

func names(r resource) (all []string) {
	for _, f := range r.spec() {
		all = append(all, f.name)
	}
	return all
}

// extract takes the resources of the table from a whole schema.
func extract(t *testing.T, file string) {
	t.Helper()
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	type property struct {
		Secret  bool `json:"secret"`
		Replace bool `json:"willReplaceOnChanges"`
	}
	var whole struct {
		Resources map[string]struct {
			Inputs     map[string]property `json:"inputProperties"`
			Required   []string            `json:"requiredInputs"`
			Properties map[string]property `json:"properties"`
		} `json:"resources"`
	}
	require.NoError(t, json.Unmarshal(text, &whole))
	out := map[string]officialResource{}
	for token := range table {
		from, known := whole.Resources[token]
		require.True(t, known, token)
		r := officialResource{Required: from.Required}
		for name, in := range from.Inputs {
			r.Inputs = append(r.Inputs, name)
			if in.Replace {
				r.Replace = append(r.Replace, name)
			}
		}
		for name, out := range from.Properties {
			if _, input := from.Inputs[name]; !input {
				r.Outputs = append(r.Outputs, name)
			}
			if out.Secret {
				r.Secret = append(r.Secret, name)
			}
		}
		for _, list := range [][]string{r.Inputs, r.Required, r.Replace, r.Outputs, r.Secret} {
			slices.Sort(list)
		}
		out[token] = r
	}
	text, err = json.MarshalIndent(out, "", "  ")
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(officialFile, append(text, '\n'), 0o644))
}
