package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
)

// showSaved shows a report that a command wrote with -o json. Its exit code was that of the
// run that made it.
func showSaved[R any](w io.Writer, file, command string, write func(io.Writer, *R) error) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return fmt.Errorf("--report-file: %w", err)
	}
	var r R
	if err := json.Unmarshal(text, &r); err != nil {
		return fmt.Errorf("--report-file %s: it is not what \"gomeet %s -o json\" prints: %w", file, command, err)
	}
	return write(w, &r)
}
