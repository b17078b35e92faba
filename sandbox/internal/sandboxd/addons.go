package sandboxd

import (
	"context"
	"log/slog"
	"time"

	"github.com/digitalocean/godo"
	"golang.org/x/oauth2"
	"k8s.io/client-go/kubernetes"

	"github.com/gomeet/infra/sandbox/csi"
)

// addons returns what DOKS runs in every cluster: the CSI driver.
func addons(ports Ports, log *slog.Logger) (func(context.Context, string, kubernetes.Interface), error) {
	client := oauth2.NewClient(context.Background(), oauth2.StaticTokenSource(&oauth2.Token{AccessToken: Token}))
	cloud, err := godo.New(client, godo.SetBaseURL(ports.APIURL()+"/"))
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context, id string, cluster kubernetes.Interface) {
		for ctx.Err() == nil {
			k, _, err := cloud.Kubernetes.Get(ctx, id)
			if err == nil {
				(&csi.Driver{Cloud: cloud, Client: cluster, Cluster: id, Region: k.RegionSlug, Log: log}).Run(ctx)
				return
			}
			// A restarted sandbox brings its clusters up before it serves.
			select {
			case <-ctx.Done():
			case <-time.After(200 * time.Millisecond):
			}
		}
	}, nil
}
