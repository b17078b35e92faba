//go:build live

package postgres_test

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomeet/infra/internal/live/process"
)

// service is what a Service does on a node: new connections go to the address that the
// Endpoints have now, and open ones stay where they are, also when that address is
// dead.
type service struct{ Port int }

func newService(t testing.TB, k *kubernetes, name string) service {
	t.Helper()
	s := service{Port: process.FreePort(t, 0, "127.0.0.1")}
	listener, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", s.Port))
	require.NoError(t, err)
	t.Cleanup(func() { _ = listener.Close() })
	go func() {
		for {
			client, err := listener.Accept()
			if err != nil {
				return
			}
			go forward(client, k, name)
		}
	}()
	return s
}

func forward(client net.Conn, k *kubernetes, name string) {
	defer client.Close()
	address, err := k.endpoint(name)
	if err != nil {
		return
	}
	server, err := net.DialTimeout("tcp", address, 3*time.Second)
	if err != nil {
		return
	}
	defer server.Close()
	done := make(chan struct{}, 2)
	for _, pipe := range [][2]net.Conn{{client, server}, {server, client}} {
		go func() {
			_, _ = io.Copy(pipe[0], pipe[1])
			done <- struct{}{}
		}()
	}
	<-done
}

// endpoint returns the only address of the Endpoints. It fails when there is none.
func (k *kubernetes) endpoint(name string) (string, error) {
	var e struct {
		Subsets []struct {
			Addresses []struct{ IP string }
			Ports     []struct{ Port int }
		}
	}
	if _, err := k.do(http.MethodGet, "/api/v1/namespaces/"+namespace+"/endpoints/"+name, nil, &e); err != nil {
		return "", err
	}
	if len(e.Subsets) == 0 || len(e.Subsets[0].Addresses) == 0 {
		return "", fmt.Errorf("endpoints %s have no address", name)
	}
	return net.JoinHostPort(e.Subsets[0].Addresses[0].IP, strconv.Itoa(e.Subsets[0].Ports[0].Port)), nil
}
