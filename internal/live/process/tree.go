//go:build live

package process

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// Tree returns a process and all its descendants, wherever they put themselves:
// PostgreSQL's processes each lead a session of their own.
func Tree(root int) []int {
	children := map[int][]int{}
	stats, _ := filepath.Glob("/proc/[0-9]*/stat")
	for _, path := range stats {
		text, err := os.ReadFile(path)
		if err != nil {
			continue // it ended meanwhile
		}
		// "pid (name) state ppid ...", and a name may hold anything.
		_, rest, _ := strings.Cut(string(text[strings.LastIndexByte(string(text), ')'):]), " ")
		pid, err := strconv.Atoi(filepath.Base(filepath.Dir(path)))
		f := strings.Fields(rest)
		if err != nil || len(f) < 2 {
			continue
		}
		if parent, err := strconv.Atoi(f[1]); err == nil {
			children[parent] = append(children[parent], pid)
		}
	}
	tree := []int{root}
	for i := 0; i < len(tree); i++ {
		tree = append(tree, children[tree[i]]...)
	}
	return tree
}

// SignalAll sends a signal to processes, the parents first.
func SignalAll(pids []int, s syscall.Signal) {
	for _, pid := range pids {
		_ = syscall.Kill(pid, s)
	}
}
