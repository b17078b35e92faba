// Package csi is what DigitalOcean's CSI driver does in a DOKS cluster, as far as it
// shows: its storage classes, and a volume of the account for every claim of one of
// them. It works through the two public APIs, as the driver does. Nothing is attached,
// formatted or mounted: the nodes are simulated.
package csi
