package cost_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomeet/infra/internal/cost"
	"github.com/gomeet/infra/internal/engine"
	"github.com/gomeet/infra/sizing"
)

// FuzzPreview prices whatever reads as a preview: sums are the sums of their parts, and the
// difference is what is after without what is before.
func FuzzPreview(f *testing.F) {
	whole, err := os.ReadFile(filepath.Join("testdata", "dev-larger.json"))
	require.NoError(f, err)
	f.Add(whole)
	for token, inputs := range map[string]string{
		typePool:      `{"size":"c-2","nodeCount":3,"autoScale":true,"minNodes":1,"maxNodes":5}`,
		typeSet:       `{"spec":{"replicas":3,"volumeClaimTemplates":[{"spec":{"resources":{"requests":{"storage":"1e9Gi"}}}}]}}`,
		typeService:   `{"spec":{"type":"LoadBalancer"},"metadata":{"annotations":{"service.beta.kubernetes.io/do-loadbalancer-size-unit":"3"}}}`,
		typeRootStack: `{}`,
	} {
		urn := "urn:pulumi:dev::gomeet::" + token + "::thing"
		f.Add(fmt.Appendf(nil, `{"changeSummary":{"create":1},"steps":[{"op":"create","urn":%q,"newState":{"urn":%q,"type":%q,"custom":true,"inputs":%s,`+
			`"outputs":{"usage":{"low":{"egressGiB":"1","recordingsGiB":"0","backupsGiB":"1e3"}}}}}]}`, urn, urn, token, inputs))
	}
	catalogue := sizing.DefaultCatalogue()
	f.Fuzz(func(t *testing.T, text []byte) {
		p, err := engine.ReadPreview(bytes.NewReader(text))
		if err != nil {
			return
		}
		r := cost.OfPreview(p, nil, catalogue)
		require.True(t, r.Before.Total().Add(r.Difference()).Equal(r.After.Total()))
		sum := cost.Amounts{}
		for _, site := range r.Sites() {
			sum = sum.Add(site.After)
		}
		require.True(t, sum.Equal(r.After.Total()), "the sites add up")
		sum = cost.Amounts{}
		for _, component := range r.Components() {
			sum = sum.Add(component.After)
		}
		require.True(t, sum.Equal(r.After.Total()), "the components add up")
		_ = r.Percent()
	})
}

const (
	typePool      = "digitalocean:index/kubernetesNodePool:KubernetesNodePool"
	typeSet       = "kubernetes:apps/v1:StatefulSet"
	typeService   = "kubernetes:core/v1:Service"
	typeRootStack = "pulumi:pulumi:Stack"
)
