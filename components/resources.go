package components

// Resources are the CPU and memory of one container, as Kubernetes quantities such
// as "2" and "4Gi".
type Resources struct{ CPU, Memory string }
