// Package sandboxd is the life of one sandbox: where its data lies, how its parts
// are wired together, and how it is started in the background, watched and
// stopped.
package sandboxd
