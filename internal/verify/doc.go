// Package verify looks at a deployment from outside as a user does: names, certificates,
// requests, WebSockets, meetings and a recording. What nobody can see from there, such as
// the time of database queries, it asks the deployment's own Prometheus, through a tunnel
// that the stack's kubeconfig opens.
//
// It leaves nothing behind: rooms, recordings and connections are removed also when it is
// cut short.
package verify
