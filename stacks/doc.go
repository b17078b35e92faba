// Package stacks turns one stack's configuration into one environment: it
// loads and validates every key at once, asks package sizing for the plan, and
// composes the components that build exactly that plan.
package stacks
