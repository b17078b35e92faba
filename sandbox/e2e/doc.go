// Package e2e holds the end-to-end tests: the repository's own make targets, with
// the real Pulumi engine, the real Kubernetes provider and real control planes,
// against a sandbox of their own. They import nothing of the program; they run it.
package e2e
