// Package sizing turns a participant target into a plan: demand, node pools,
// volumes, load balancers, per-daemon limits, what the plan really carries, and
// what it costs per month, with the reason for every number.
//
// Two models stand side by side. ModelDesign reproduces the design document,
// mistakes included, so that its figures can be checked (see Claims). ModelCapacity
// follows evidence: LiveKit's published benchmark, the network caps of Droplets,
// the memory DOKS leaves to pods, quorum sizes and redundancy. Both are judged by
// the same verdict and priced from the same catalogue.
//
// A simulation takes Target.Room as the load of a room with so many participants and
// SFUCapacity as what a node carries; an interface takes Plan, Compare, Claims and
// Plan.Explain. Everything that a plan says is data; nothing is rendered here.
//
// The package does no I/O and imports neither Pulumi nor godo; prices and sizes are
// dated, embedded data, refreshed by package internal/refresh. Money is decimal.
package sizing
