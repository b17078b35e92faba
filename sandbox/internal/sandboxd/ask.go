package sandboxd

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/digitalocean/godo"

	"github.com/gomeet/infra/sandbox/api"
)

// bucketsKind is the inventory's word for buckets, which the API does not list.
const bucketsKind = "spaces_buckets"

// Healthy asks a sandbox whether it is up.
func Healthy(ctx context.Context, ports Ports) error {
	var health struct{ Status string }
	return ask(ctx, ports, "health", &health)
}

// Inventory asks a sandbox what exists in it, buckets included.
func Inventory(ctx context.Context, ports Ports) (api.Inventory, error) {
	var inventory api.Inventory
	if err := ask(ctx, ports, "inventory", &inventory); err != nil {
		return inventory, err
	}
	names, err := buckets(ctx, ports)
	if err != nil {
		return inventory, err
	}
	inventory.Kinds[bucketsKind] = api.InventoryKind{Count: len(names), Names: names}
	inventory.Total += len(names)
	return inventory, nil
}

// Clusters asks a sandbox for its Kubernetes clusters.
func Clusters(ctx context.Context, ports Ports) ([]*godo.KubernetesCluster, error) {
	client, err := godo.New(godo.NewFromToken(Token).HTTPClient, godo.SetBaseURL(ports.APIURL()+"/"))
	if err != nil {
		return nil, err
	}
	// 200 is the API's largest page, and more clusters than a machine can run.
	list, _, err := client.Kubernetes.List(ctx, &godo.ListOptions{PerPage: 200})
	if err != nil {
		return nil, fmt.Errorf("asking the sandbox for its clusters: %w", err)
	}
	return list, nil
}

func ask(ctx context.Context, ports Ports, what string, into any) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, ports.APIURL()+"/sandbox/"+what, nil)
	if err != nil {
		return err
	}
	return fetch(request, func(response *http.Response) error { return json.NewDecoder(response.Body).Decode(into) })
}

// buckets returns the names of all buckets.
func buckets(ctx context.Context, ports Ports) ([]string, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, ports.SpacesURL()+"/", nil)
	if err != nil {
		return nil, err
	}
	empty := sha256.Sum256(nil)
	sum := hex.EncodeToString(empty[:])
	request.Header.Set("X-Amz-Content-Sha256", sum)
	key := aws.Credentials{AccessKeyID: SpacesKey, SecretAccessKey: SpacesSecret}
	if err := v4.NewSigner().SignHTTP(ctx, key, request, sum, "s3", "us-east-1", time.Now()); err != nil {
		return nil, err
	}
	var list struct {
		Names []string `xml:"Buckets>Bucket>Name"`
	}
	err = fetch(request, func(response *http.Response) error { return xml.NewDecoder(response.Body).Decode(&list) })
	return list.Names, err
}

func fetch(request *http.Request, read func(*http.Response) error) error {
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return fmt.Errorf("the sandbox does not answer: %w; its state is in \"gomeet-sandbox status\"", err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("the sandbox answered %s to GET %s", response.Status, request.URL)
	}
	if err := read(response); err != nil {
		return fmt.Errorf("reading the sandbox's answer to GET %s: %w", request.URL, err)
	}
	return nil
}
