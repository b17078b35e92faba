package kube

import (
	"context"
	_ "embed"
	"fmt"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/client-go/kubernetes"
)

// cilium.json is the one definition of DOKS' network that programs use. It checks what the
// original checks of the parts that are named, and keeps the rest
// (github.com/cilium/cilium, pkg/k8s/apis/cilium.io/client/crds/v2).
//
//go:embed cilium.json
var cilium []byte

const (
	definitions = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
	ciliumAPI   = "/apis/cilium.io/v2"
)

// defineCilium makes the definition, unless it is there.
func defineCilium(ctx context.Context, client kubernetes.Interface) error {
	err := client.Discovery().RESTClient().Post().AbsPath(definitions).SetHeader("Content-Type", "application/json").Body(cilium).Do(ctx).Error()
	if err != nil && !apierrors.IsAlreadyExists(err) {
		return fmt.Errorf("defining CiliumNetworkPolicy: %w", err)
	}
	return nil
}

// knowsCilium asks for the resources that the API server serves some moments after that.
func (r *running) knowsCilium(ctx context.Context) error {
	return r.client.Discovery().RESTClient().Get().AbsPath(ciliumAPI).Do(ctx).Error()
}
