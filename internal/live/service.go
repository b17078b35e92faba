package live

import (
	"io"
	"net"
	"sync"
	"testing"
)

// Service stands in for a Service of Kubernetes: one address in front of several servers,
// each new connection to the next one. As with the real one, a server that is dead gets
// connections until it is taken out.
type Service struct {
	// Port is where it listens on the loopback address.
	Port int

	mutex sync.Mutex
	ports []int
	next  int
	open  []net.Conn
}

// StartService listens in front of servers on ports of the loopback address.
func StartService(t *testing.T, ports ...int) *Service {
	t.Helper()
	listener, err := net.Listen("tcp", Loopback+":0")
	if err != nil {
		t.Fatalf("opening a service: %v", err)
	}
	s := &Service{Port: listener.Addr().(*net.TCPAddr).Port, ports: ports}
	var work sync.WaitGroup
	work.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			s.mutex.Lock()
			s.open = append(s.open, conn)
			s.mutex.Unlock()
			work.Go(func() { pass(conn, s.pick()) })
		}
	})
	t.Cleanup(func() {
		listener.Close()
		s.mutex.Lock()
		for _, conn := range s.open {
			conn.Close()
		}
		s.mutex.Unlock()
		work.Wait()
	})
	return s
}

// Remove takes a server out, as an endpoint that is not ready.
func (s *Service) Remove(port int) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	var kept []int
	for _, p := range s.ports {
		if p != port {
			kept = append(kept, p)
		}
	}
	s.ports = kept
}

func (s *Service) pick() (port int) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if len(s.ports) == 0 {
		return 0
	}
	s.next++
	return s.ports[s.next%len(s.ports)]
}

// pass carries bytes both ways until one side ends.
func pass(conn net.Conn, port int) {
	defer conn.Close()
	server, err := net.Dial("tcp", Address(port))
	if err != nil {
		return
	}
	defer server.Close()
	done := make(chan struct{}, 2)
	for _, way := range [][2]net.Conn{{conn, server}, {server, conn}} {
		go func() {
			_, _ = io.Copy(way[0], way[1])
			done <- struct{}{}
		}()
	}
	<-done
}
