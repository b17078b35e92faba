package metrics

import (
	"net"
	"sync"
)

// once is a listener that accepts one connection and then waits to be closed.
type once struct {
	conn   net.Conn
	given  sync.Once
	ending sync.Once
	closed chan struct{}
}

func (l *once) Accept() (net.Conn, error) {
	var conn net.Conn
	l.given.Do(func() { conn = l.conn })
	if conn != nil {
		return conn, nil
	}
	<-l.closed
	return nil, net.ErrClosed
}

func (l *once) Close() error {
	l.ending.Do(func() { close(l.closed) })
	return nil
}

func (l *once) Addr() net.Addr { return l.conn.LocalAddr() }
