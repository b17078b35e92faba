// Package policies judges the resources of a stack before they exist. A rule is a pure
// function: it gets resources and settings, and returns what is wrong. Nothing here
// knows the engine, so the same rules run inside "pulumi preview", on a saved preview, on
// a state and in tests.
//
// A property that is secret or not known before the resource exists reads as unknown,
// and an unknown value never is a violation: the rule runs again when the resource is
// made.
package policies
