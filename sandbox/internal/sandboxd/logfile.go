package sandboxd

import (
	"fmt"
	"io"
	"os"
	"strings"
)

// maxLog is the size in bytes above which a log is begun anew when it is opened, so
// that a sandbox of many weeks does not fill the disk. Chosen.
const maxLog = 32 << 20

// openLog opens a log for more lines. It is private: it says what is deployed.
func openLog(path string) (*os.File, error) {
	mode := os.O_APPEND
	if info, err := os.Stat(path); err == nil && info.Size() > maxLog {
		mode = os.O_TRUNC
	}
	file, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|mode, 0o600)
	if err != nil {
		return nil, fmt.Errorf("opening the sandbox's log: %w", err)
	}
	return file, nil
}

// lastLine returns the last line that was written behind an offset.
func lastLine(path string, from int64) string {
	file, err := os.Open(path)
	if err != nil {
		return ""
	}
	defer file.Close()
	if _, err := file.Seek(from, io.SeekStart); err != nil {
		return ""
	}
	// One line is wanted; a start that writes megabytes before it fails is none.
	text, err := io.ReadAll(io.LimitReader(file, maxLog))
	if err != nil {
		return ""
	}
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	return lines[len(lines)-1]
}
