// Package provider is written.
package provider

import (
	"context"
	"net"
)

// Config is.
type Config struct{ DefaultEndpoint, Token string }

// Serve is.
func Serve(context.Context, net.Listener, Config) error { return nil }
