// Package policyinput turns the engine's resources into those that policies judge.
package policyinput
