package main

import "errors"

// exitError is an error with an exit code of its own; the message is printed as any other.
type exitError struct {
	error
	code int
}

// exitCode is what the process ends with: 1 for errors without a code.
func exitCode(err error) int {
	var coded exitError
	switch {
	case err == nil:
		return 0
	case errors.As(err, &coded):
		return coded.code
	default:
		return 1
	}
}
