package report

import (
	"fmt"
	"io"
	"strings"

	"github.com/gomeet/infra/sizing"
)

// Explain writes a derivation: each step with its inputs, where they come from, the
// formula and the result.
func Explain(w io.Writer, item string, steps []sizing.Step) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n", item)
	for i, step := range steps {
		fmt.Fprintf(&b, "\n%d. %s\n", i+1, step.Name)
		for _, input := range step.Inputs {
			value := strings.TrimSpace(input.Value + " " + input.Unit)
			fmt.Fprintf(&b, "   %s = %s", input.Name, value)
			if input.Source != "" {
				fmt.Fprintf(&b, "   [%s]", input.Source)
			}
			b.WriteByte('\n')
		}
		if step.Formula != "" {
			fmt.Fprintf(&b, "   %s\n", step.Formula)
		}
		fmt.Fprintf(&b, "   = %s\n", strings.TrimSpace(step.Result+" "+step.Unit))
		if step.Note != "" {
			fmt.Fprintf(&b, "   Note: %s\n", step.Note)
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}
