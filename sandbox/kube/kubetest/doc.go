// Package kubetest has a kube.ControlPlanes for tests: it runs nothing, remembers
// what it was asked for, and fails or waits when told to.
package kubetest
