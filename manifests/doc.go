// Package manifests turns typed configuration of each daemon into the text the
// daemon reads. It knows nothing of Pulumi: it renders, and golden files hold
// what it renders.
package manifests
