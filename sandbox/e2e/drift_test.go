package e2e_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"testing"

	"github.com/digitalocean/godo"
	"github.com/stretchr/testify/require"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/clientcmd"
)

// driftReport is what "gomeet drift" prints, and its exit code.
type driftReport struct {
	Findings []struct {
		Class, What, Type, Name, Fix string
		Changes                      []struct{ Path string }
	}
	text string
	code int
}

// report runs "gomeet drift" on a stack. It requires that neither state nor account was
// changed, and that every finding says what to do.
func (w *world) report(stack string) driftReport {
	w.t.Helper()
	before, state := w.changes(), w.stateFiles()
	output, err := w.shell(stack, "gomeet drift --stack "+stack+` -o json 2>"$GOMEET_SANDBOX_DIR/drift.err"`)
	report := driftReport{text: output}
	if err != nil {
		var exit *exec.ExitError
		require.ErrorAs(w.t, err, &exit)
		report.code = exit.ExitCode()
	}
	said, _ := os.ReadFile(filepath.Join(w.dir, "drift.err"))
	require.NoError(w.t, json.Unmarshal([]byte(output), &report), "%s%s", output, said)
	for _, f := range report.Findings {
		require.NotEmpty(w.t, f.Fix, f.Name)
	}
	require.Equal(w.t, before, w.changes(), "no request that changes something leaves it")
	require.Equal(w.t, state, w.stateFiles(), "the state is as it was")
	return report
}

// drift returns the findings on the stack dev as "class what name", and the exit code.
func (w *world) drift() (found []string, code int) {
	w.t.Helper()
	report := w.report("dev")
	for _, f := range report.Findings {
		found = append(found, f.Class+" "+f.What+" "+f.Name)
	}
	return found, report.code
}

// noDrift requires that nothing differs on the stack dev.
func (w *world) noDrift() {
	w.t.Helper()
	report := w.report("dev")
	require.Empty(w.t, report.Findings, report.text)
	require.Zero(w.t, report.code)
}

// stateFiles returns the checksum of every file of the stacks' state.
func (w *world) stateFiles() map[string][32]byte {
	w.t.Helper()
	sums := map[string][32]byte{}
	require.NoError(w.t, filepath.WalkDir(filepath.Join(w.dir, "state"), func(path string, entry fs.DirEntry, err error) error {
		if err == nil && entry.Type().IsRegular() {
			var text []byte
			text, err = os.ReadFile(path)
			sums[path] = sha256.Sum256(bytes.TrimSpace(text))
		}
		return err
	}))
	return sums
}

// Drift finds what was changed behind the program's back, tells it from code that waits
// and from what nobody manages, and says nothing when nothing differs.
func TestDrift(t *testing.T) {
	w := newWorld(t).compiled()
	w.run("make", "--no-print-directory", "stack", "STACK=dev")
	// What only larger stacks set, so that it can be changed here. "make up" would take it
	// out again: it is not in the committed file.
	output, err := w.shell("dev", "pulumi config set --stack dev --path 'gomeet:alertEmails[0]' oncall@gomeet.example && "+
		"pulumi config set --stack dev --path 'gomeet:controlPlaneAllowedAddresses[0]' 203.0.113.0/24 && "+
		"pulumi up --yes --skip-preview --stack dev --non-interactive")
	require.NoError(t, err, output)
	w.requireCovered("dev")
	w.noDrift()

	w.proveProperties("dev", w.hands("dev", "singapore"), slices.Concat(cloudTampers, clusterTampers))
	// One of these was the network's mark of ownership, without which the program refuses
	// to run, and one a bucket's ACL, which the provider does not read: those are mended by
	// hand, the rest by a deployment.
	w.mendByHand()
	output, err = w.shell("dev", "pulumi up --refresh --yes --skip-preview --stack dev --non-interactive")
	require.NoError(t, err, output)
	w.noDrift()

	want := w.meddle()
	found, code := w.drift()
	require.ElementsMatch(t, want, found)
	require.Equal(t, 2, code)

	// What nobody manages stays until somebody deletes it; the rest is mended.
	output, err = w.shell("dev", "pulumi up --refresh --yes --skip-preview --stack dev --non-interactive")
	require.NoError(t, err, output)
	found, code = w.drift()
	require.ElementsMatch(t, []string{
		"unmanaged stray gomeet-dev-forgotten", "unmanaged stray by-hand", "unmanaged stray A evil.dev.gomeet.example",
	}, found)
	require.Equal(t, 2, code)
	w.tidy()

	output, err = w.shell("dev", "pulumi config set --stack dev --path gomeet:pools.api.count 2")
	require.NoError(t, err, output)
	found, code = w.drift()
	require.Contains(t, found, "pending update singapore-api")
	require.Equal(t, 3, code, "only code waits")

	output, err = w.shell("dev", "pulumi config set --stack dev --path gomeet:pools.api.count 1")
	require.NoError(t, err, output)
	h := w.hands("dev", "singapore")
	w.proveProperties("dev", h, restTampers, w.tamperCluster("dev", h)...)
}

// meddle changes the account and the cluster by hand and returns what has to be found.
func (w *world) meddle() []string {
	t, c := w.t, w.cloud()
	ctx := t.Context()
	balancers, _, err := c.LoadBalancers.List(ctx, everything)
	require.NoError(t, err)
	for _, lb := range balancers {
		if lb.Name != "gomeet-dev-singapore-web" {
			continue
		}
		request := lb.AsRequest()
		request.SizeUnit = 5
		_, _, err = c.LoadBalancers.Update(ctx, lb.ID, request)
		require.NoError(t, err)
	}
	firewalls, _, err := c.Firewalls.List(ctx, everything)
	require.NoError(t, err)
	for _, f := range firewalls {
		switch f.Name {
		case "gomeet-dev-singapore-pg":
			_, err = c.Firewalls.AddRules(ctx, f.ID, &godo.FirewallRulesRequest{InboundRules: []godo.InboundRule{{
				Protocol: "tcp", PortRange: "22", Sources: &godo.Sources{Addresses: []string{"0.0.0.0/0"}},
			}}})
			require.NoError(t, err)
		case "gomeet-dev-singapore-redis":
			_, err = c.Firewalls.Delete(ctx, f.ID)
			require.NoError(t, err)
		}
	}
	records, _, err := c.Domains.Records(ctx, "dev.gomeet.example", everything)
	require.NoError(t, err)
	for _, r := range records {
		if r.Name == "ws" {
			_, _, err = c.Domains.EditRecord(ctx, "dev.gomeet.example", r.ID, &godo.DomainRecordEditRequest{Type: "A", Name: "ws", Data: "192.0.2.66", TTL: r.TTL})
			require.NoError(t, err)
		}
	}
	vpcs, _, err := c.VPCs.List(ctx, everything)
	require.NoError(t, err)
	network := ""
	for _, vpc := range vpcs {
		if vpc.Name == "gomeet-dev-singapore-vpc" {
			network = vpc.ID
		}
	}
	_, _, err = c.Domains.CreateRecord(ctx, "dev.gomeet.example", &godo.DomainRecordEditRequest{Type: "A", Name: "evil", Data: "192.0.2.67", TTL: 60})
	require.NoError(t, err)
	_, _, err = c.Storage.CreateVolume(ctx, &godo.VolumeCreateRequest{Name: "gomeet-dev-forgotten", Region: "sgp1", SizeGigaBytes: 100})
	require.NoError(t, err)
	_, _, err = c.LoadBalancers.Create(ctx, &godo.LoadBalancerRequest{
		Name: "by-hand", Region: "sgp1", VPCUUID: network,
		ForwardingRules: []godo.ForwardingRule{{EntryProtocol: "http", EntryPort: 80, TargetProtocol: "http", TargetPort: 80}},
	})
	require.NoError(t, err)

	config, err := clientcmd.RESTConfigFromKubeConfig([]byte(w.kubeconfig("dev", "singapore")))
	require.NoError(t, err)
	client, err := kubernetes.NewForConfig(config)
	require.NoError(t, err)
	scale, err := client.AppsV1().Deployments("gomeet").GetScale(ctx, "chat", metav1.GetOptions{})
	require.NoError(t, err)
	scale.Spec.Replicas = 3
	_, err = client.AppsV1().Deployments("gomeet").UpdateScale(ctx, "chat", scale, metav1.UpdateOptions{})
	require.NoError(t, err)
	require.NoError(t, client.NetworkingV1().NetworkPolicies("gomeet").Delete(ctx, "deny-all", metav1.DeleteOptions{}))
	return []string{
		"world changed singapore-web", "world changed singapore-pg", "world deleted singapore-redis", "world changed ws-dev-gomeet-example",
		"world changed singapore-chat", "world deleted singapore-deny-all",
		"unmanaged stray gomeet-dev-forgotten", "unmanaged stray by-hand", "unmanaged stray A evil.dev.gomeet.example",
	}
}

// tidy deletes what meddle left.
func (w *world) tidy() {
	t, c := w.t, w.cloud()
	ctx := t.Context()
	volumes, _, err := c.Storage.ListVolumes(ctx, &godo.ListVolumeParams{Name: "gomeet-dev-forgotten", Region: "sgp1"})
	require.NoError(t, err)
	for _, v := range volumes {
		_, err = c.Storage.DeleteVolume(ctx, v.ID)
		require.NoError(t, err)
	}
	balancers, _, err := c.LoadBalancers.List(ctx, everything)
	require.NoError(t, err)
	for _, lb := range balancers {
		if lb.Name == "by-hand" {
			_, err = c.LoadBalancers.Delete(ctx, lb.ID)
			require.NoError(t, err)
		}
	}
	records, _, err := c.Domains.Records(ctx, "dev.gomeet.example", everything)
	require.NoError(t, err)
	for _, r := range records {
		if r.Name == "evil" {
			_, err = c.Domains.DeleteRecord(ctx, "dev.gomeet.example", r.ID)
			require.NoError(t, err, strconv.Itoa(r.ID))
		}
	}
}
