// Package ext declares the two types that Traefik embeds in its dynamic
// configuration so that a build can extend it. Traefik's own module leaves them out
// of its archive, as they are a module of their own that is not published; this
// build extends nothing.
package ext

// HTTP adds keys to the http section.
type HTTP struct{}

// Router adds keys to a router.
type Router struct{}
