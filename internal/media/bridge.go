package media

import (
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"sync"
)

// bridge carries what participants send over UDP to a TCP candidate of the server, framed as
// RFC 4571 has it: two bytes of length, then the packet. pion, which the SDK is built on,
// makes no connection to a TCP candidate when it is a participant. UDP is spoken inside of
// this machine only; over the network it is the server's TCP port.
type bridge struct {
	dial   func(ctx context.Context, network, address string) (net.Conn, error)
	ctx    context.Context
	cancel context.CancelFunc

	mutex  sync.Mutex
	routes map[string]*net.UDPConn // By the address of the server's candidate.
	work   sync.WaitGroup
}

func newBridge(via Via) *bridge {
	ctx, cancel := context.WithCancel(context.Background())
	return &bridge{dial: via.Dialer(), ctx: ctx, cancel: cancel, routes: map[string]*net.UDPConn{}}
}

// packetBytes is the largest packet that a length of two bytes can tell.
const packetBytes = 1<<16 - 1

// to returns the local port that leads to a TCP address of the server.
func (b *bridge) to(address string) (port int, err error) {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	socket, known := b.routes[address]
	if !known {
		if socket, err = net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)}); err != nil {
			return 0, fmt.Errorf("opening a port for media over TCP: %w", err)
		}
		b.routes[address] = socket
		b.work.Go(func() { b.serve(socket, address) })
	}
	return socket.LocalAddr().(*net.UDPAddr).Port, nil
}

// serve gives each participant's socket a TCP connection of its own.
func (b *bridge) serve(socket *net.UDPConn, address string) {
	flows := map[string]net.Conn{}
	defer func() {
		for _, flow := range flows {
			_ = flow.Close()
		}
	}()
	buffer := make([]byte, packetBytes)
	for {
		n, from, err := socket.ReadFromUDP(buffer)
		if err != nil {
			return
		}
		flow := flows[from.String()]
		if flow == nil {
			if flow, err = b.dial(b.ctx, "tcp", address); err != nil {
				continue // As a packet that is lost; ICE tries again.
			}
			flows[from.String()] = flow
			b.work.Go(func() { back(socket, from, flow) })
		}
		if _, err := flow.Write(append(binary.BigEndian.AppendUint16(nil, uint16(n)), buffer[:n]...)); err != nil {
			_ = flow.Close()
			delete(flows, from.String())
		}
	}
}

// back sends what the server says to the participant's socket.
func back(socket *net.UDPConn, to *net.UDPAddr, flow net.Conn) {
	defer flow.Close()
	var length [2]byte
	packet := make([]byte, packetBytes)
	for {
		if _, err := io.ReadFull(flow, length[:]); err != nil {
			return
		}
		n := binary.BigEndian.Uint16(length[:])
		if _, err := io.ReadFull(flow, packet[:n]); err != nil {
			return
		}
		if _, err := socket.WriteToUDP(packet[:n], to); err != nil {
			return
		}
	}
}

func (b *bridge) close() {
	b.cancel()
	b.mutex.Lock()
	for _, socket := range b.routes {
		_ = socket.Close()
	}
	b.mutex.Unlock()
	b.work.Wait()
}

// leads reports whether a local port is one of the bridge's.
func (b *bridge) leads(port int) bool {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	for _, socket := range b.routes {
		if socket.LocalAddr().(*net.UDPAddr).Port == port {
			return true
		}
	}
	return false
}
