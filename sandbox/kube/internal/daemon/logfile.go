package daemon

import (
	"bytes"
	"fmt"
	"os"
)

// maxLog is the size in bytes above which a log file is emptied when its program
// is started. It keeps a sandbox that lives for weeks from filling the disk.
const maxLog = 16 << 20

func openLog(path string) (*os.File, error) {
	flags := os.O_CREATE | os.O_WRONLY | os.O_APPEND
	if info, err := os.Stat(path); err == nil && info.Size() > maxLog {
		flags |= os.O_TRUNC
	}
	f, err := os.OpenFile(path, flags, 0o600)
	if err != nil {
		return nil, fmt.Errorf("opening the log file %q: %w", path, err)
	}
	return f, nil
}

// LastLine returns the last non-empty line of a log file, or "" when there is
// none. It looks at the last 4 KiB only.
func LastLine(path string) string {
	f, err := os.Open(path)
	if err != nil {
		return ""
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return ""
	}
	buf := make([]byte, 4<<10)
	n, _ := f.ReadAt(buf, max(0, info.Size()-int64(len(buf)))) // io.EOF is the normal end
	lines := bytes.Split(bytes.TrimSpace(buf[:n]), []byte("\n"))
	return string(bytes.TrimSpace(lines[len(lines)-1]))
}
