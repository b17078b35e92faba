package kube

import _ "embed"

// kwok manages the nodes with this annotation and leaves others alone.
const kwokAnnotation, kwokFake = "kwok.x-k8s.io/node", "fake"

// kwokConfig is the file with the stages, in the cluster's directory. The kwok
// program has no stages built in and does not start without any.
const kwokConfig = "kwok.yaml"

//go:embed kwok.yaml
var stages []byte
