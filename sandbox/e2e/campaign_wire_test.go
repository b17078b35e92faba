package e2e_test

import (
	"encoding/json"
	"io"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"sync"

	"github.com/stretchr/testify/require"
)

// wire is what the engine reaches the DigitalOcean provider by. The sandbox has the
// provider in its own process; with the wire cut, it is to the engine as if only the
// provider had died.
type wire struct {
	listener net.Listener
	target   string
	mutex    sync.Mutex
	isCut    bool
	open     map[net.Conn]bool
}

func newWire(w *world) *wire {
	w.t.Helper()
	text, err := os.ReadFile(filepath.Join(w.dir, "ports.json"))
	require.NoError(w.t, err)
	var ports struct{ Provider int }
	require.NoError(w.t, json.Unmarshal(text, &ports))
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(w.t, err)
	w.t.Cleanup(func() { listener.Close() })
	wire := &wire{listener: listener, target: net.JoinHostPort("127.0.0.1", strconv.Itoa(ports.Provider)), open: map[net.Conn]bool{}}
	go wire.serve()
	return wire
}

func (w *wire) port() int { return w.listener.Addr().(*net.TCPAddr).Port }

func (w *wire) serve() {
	for {
		near, err := w.listener.Accept()
		if err != nil {
			return
		}
		far, err := net.Dial("tcp", w.target)
		if err != nil || !w.keep(near, far) {
			near.Close()
			if err == nil {
				far.Close()
			}
			continue
		}
		go w.carry(near, far)
		go w.carry(far, near)
	}
}

// keep remembers an open connection, unless the wire is cut.
func (w *wire) keep(ends ...net.Conn) bool {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	for _, end := range ends {
		w.open[end] = !w.isCut
	}
	return !w.isCut
}

func (w *wire) carry(to, from net.Conn) {
	_, _ = io.Copy(to, from)
	to.Close()
	from.Close()
	w.mutex.Lock()
	defer w.mutex.Unlock()
	delete(w.open, to)
	delete(w.open, from)
}

// cut ends all connections and refuses new ones; join allows them again.
func (w *wire) cut() {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	w.isCut = true
	for end := range w.open {
		end.Close()
	}
}

func (w *wire) join() {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	w.isCut = false
}
