package kube

import "errors"

var (
	// ErrNoProgram means that a program of the control plane is missing.
	ErrNoProgram = errors.New("program not found")
	// ErrPortTaken means that another program listens on a cluster's port.
	ErrPortTaken = errors.New("port taken")
	// ErrNotUp means that the cluster's control plane is not running.
	ErrNotUp = errors.New("control plane not running")
	// ErrClosed means that the Manager was closed.
	ErrClosed = errors.New("closed")
)
