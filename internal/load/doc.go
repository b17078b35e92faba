// Package load puts load on a deployment: k6 scripts for what k6 can (WebSockets, the API,
// LiveKit's signalling), run here or as an Indexed Job in a cluster, and meetings of package
// media for what it cannot. Thresholds are the design's targets, from package sizing.
package load
