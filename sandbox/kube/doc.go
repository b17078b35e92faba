// Package kube runs the Kubernetes side of the simulated DigitalOcean: one real
// control plane per DOKS cluster (etcd, kube-apiserver, kube-controller-manager,
// kube-scheduler) on this machine, whose nodes are simulated by kwok. Pods get
// scheduled, start, become ready and can be evicted, but nothing runs in them.
//
// Every cluster has a directory of its own below Config.Dir, named by its ID:
//
//	ports.json      the two TCP ports, chosen once so that the URL is stable
//	pki/            certificate authority, server certificate, service account key
//	tokens.csv      bearer tokens (secret)
//	kubeconfig      how the cluster's own programs reach the API server (secret)
//	kwok.yaml       what kwok simulates
//	etcd/           all Kubernetes objects
//	log/ run/       one log file and one pid file per program
//
// All programs listen on 127.0.0.1 only. They die with the process that started
// them; what is left after a crash is ended at the next start. Data survive both.
package kube
