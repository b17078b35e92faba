// Package adapt turns the engine's resources into those that policies judge.
package adapt
