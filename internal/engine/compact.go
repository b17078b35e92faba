package engine

import (
	"bytes"
	"encoding/json"
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"
)

// Compact returns a preview's JSON without what no report reads: where in the source a
// resource comes from, when it changed, and what waits for what. Where values come from
// stays: policies ask which network a load balancer is in. It is a valid preview, one step a line, so
// that a kept one can be compared with the next. It holds no secrets, as the engine
// masks them.
func Compact(raw []byte) ([]byte, error) {
	if _, err := ReadPreview(bytes.NewReader(raw)); err != nil {
		return nil, err
	}
	var d digest
	if err := json.Unmarshal(raw, &d); err != nil {
		return nil, fmt.Errorf("compacting a preview: %w", err)
	}
	steps := d.Steps
	d.Steps = nil
	head, err := json.Marshal(d)
	if err != nil {
		return nil, fmt.Errorf("compacting a preview: %w", err)
	}
	var out bytes.Buffer
	// The head is an object that begins with the configuration; the steps go last.
	head = bytes.Replace(head, []byte(`"steps":null,`), nil, 1)
	out.Write(head[:len(head)-1])
	out.WriteString(",\"steps\":[\n")
	for i, s := range steps {
		strip(s.OldState)
		strip(s.NewState)
		line, err := json.Marshal(s)
		if err != nil {
			return nil, fmt.Errorf("compacting a preview: %w", err)
		}
		if i > 0 {
			out.WriteString(",\n")
		}
		out.Write(line)
	}
	out.WriteString("\n]}\n")
	return out.Bytes(), nil
}

func strip(state *apitype.ResourceV3) {
	if state == nil {
		return
	}
	state.SourcePosition, state.StackTrace = "", nil
	state.Created, state.Modified = nil, nil
	state.Dependencies = nil
}
