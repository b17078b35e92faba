package stacks_test

import (
	"encoding/base64"
	"testing"

	"github.com/stretchr/testify/require"
)

const (
	apiServiceType = "kubernetes:apiregistration.k8s.io/v1:APIService"
	autoscalerType = "kubernetes:autoscaling/v2:HorizontalPodAutoscaler"
)

// Every site whose pods are autoscaled has the APIs that its autoscalers ask, and the API
// server checks their certificate.
func TestMetricsAPIs(t *testing.T) {
	r := recorder(false)
	require.NoError(t, deployWith(t, "prod", r, map[string]string{"gomeet:autoscale": "true"}))
	served := map[string]bool{}
	for _, service := range r.Resources(apiServiceType) {
		spec := service.Inputs["spec"].ObjectValue()
		served[service.Name] = true
		require.NotContains(t, spec, "insecureSkipTLSVerify")
		authority, err := base64.StdEncoding.DecodeString(spec["caBundle"].StringValue())
		require.NoError(t, err)
		require.Contains(t, metricsTLS, string(authority))
	}
	require.Equal(t, map[string]bool{
		"singapore-autoscaling-metrics-server": true, "singapore-autoscaling-prometheus-adapter": true,
		"jakarta-autoscaling-metrics-server": true, "jakarta-autoscaling-prometheus-adapter": true,
	}, served)

	r = recorder(false)
	require.NoError(t, deployWith(t, "prod", r, map[string]string{"gomeet:autoscale": "false"}))
	require.Empty(t, r.Resources(apiServiceType))
	require.Empty(t, r.Resources(autoscalerType))
}
