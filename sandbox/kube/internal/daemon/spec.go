package daemon

import "context"

// Spec describes one program to keep running.
type Spec struct {
	// Name identifies the program in messages, such as "etcd".
	Name string
	// Path is the executable and Args its arguments, without the program's name.
	Path string
	Args []string
	// Env is the complete environment, as "KEY=value".
	Env []string
	// Dir is the working directory.
	Dir string
	// LogFile receives standard output and standard error.
	LogFile string
	// PidFile holds the process id while the program runs.
	PidFile string
	// BeforeStart, when set, runs before every start, also before a restart. An
	// error counts as a failed start and is retried like one.
	BeforeStart func(context.Context) error
}
