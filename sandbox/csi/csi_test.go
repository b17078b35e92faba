package csi_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path"
	"sync"
	"testing"
	"time"

	"github.com/digitalocean/godo"
	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/kubernetes/fake"

	"github.com/gomeet/infra/sandbox/csi"
)

// account is an account's volumes.
type account struct {
	mu      sync.Mutex
	volumes map[string]godo.Volume
	fail    int
}

func (a *account) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	a.mu.Lock()
	defer a.mu.Unlock()
	switch r.Method {
	case http.MethodGet:
		list := []godo.Volume{}
		for _, v := range a.volumes {
			if v.Name == r.URL.Query().Get("name") {
				list = append(list, v)
			}
		}
		_ = json.NewEncoder(w).Encode(map[string]any{"volumes": list})
	case http.MethodPost:
		var req godo.VolumeCreateRequest
		_ = json.NewDecoder(r.Body).Decode(&req)
		v := godo.Volume{ID: "v-" + req.Name, Name: req.Name, SizeGigaBytes: req.SizeGigaBytes}
		a.volumes[v.ID] = v
		if a.fail > 0 { // made, and the answer lost
			a.fail--
			w.WriteHeader(http.StatusInternalServerError)
			return
		}
		_ = json.NewEncoder(w).Encode(map[string]any{"volume": v})
	case http.MethodDelete:
		delete(a.volumes, path.Base(r.URL.Path))
		w.WriteHeader(http.StatusNoContent)
	}
}

func (a *account) sizes() map[string]int64 {
	a.mu.Lock()
	defer a.mu.Unlock()
	sizes := map[string]int64{}
	for _, v := range a.volumes {
		sizes[v.Name] = v.SizeGigaBytes
	}
	return sizes
}

// start runs a driver on an empty cluster.
func start(t *testing.T, a *account) *fake.Clientset {
	server := httptest.NewServer(a)
	t.Cleanup(server.Close)
	cloud, err := godo.New(http.DefaultClient, godo.SetBaseURL(server.URL+"/"))
	require.NoError(t, err)
	client := fake.NewClientset()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		(&csi.Driver{Cloud: cloud, Client: client, Cluster: "k", Region: "sgp1", Log: slog.New(slog.DiscardHandler)}).Run(ctx)
	}()
	t.Cleanup(func() { cancel(); <-done })
	return client
}

func claim(t *testing.T, client *fake.Clientset, name, class, size string) {
	_, err := client.CoreV1().PersistentVolumeClaims("data").Create(t.Context(), &corev1.PersistentVolumeClaim{
		ObjectMeta: metav1.ObjectMeta{Name: name, Namespace: "data", UID: types.UID(name)},
		Spec: corev1.PersistentVolumeClaimSpec{
			StorageClassName: &class,
			Resources:        corev1.VolumeResourceRequirements{Requests: corev1.ResourceList{"storage": resource.MustParse(size)}},
		},
	}, metav1.CreateOptions{})
	require.NoError(t, err)
}

func volume(t *testing.T, client *fake.Clientset, name string) *corev1.PersistentVolume {
	var found *corev1.PersistentVolume
	require.Eventually(t, func() bool {
		v, err := client.CoreV1().PersistentVolumes().Get(t.Context(), name, metav1.GetOptions{})
		found = v
		return err == nil
	}, 10*time.Second, 10*time.Millisecond, name)
	return found
}

// A claim gets one volume, also when the answer to its creation is lost, and what
// becomes of it follows its class.
func TestVolumes(t *testing.T) {
	a := &account{volumes: map[string]godo.Volume{}, fail: 1}
	client := start(t, a)
	claim(t, client, "one", "do-block-storage", "1500Mi")
	claim(t, client, "two", "do-block-storage-retain", "2Gi")
	claim(t, client, "other", "somebody-elses", "2Gi")

	one, two := volume(t, client, "pvc-one"), volume(t, client, "pvc-two")
	require.Equal(t, map[string]int64{"pvc-one": 2, "pvc-two": 2}, a.sizes(), "whole GiB, and each once")
	require.Equal(t, "one", one.Spec.ClaimRef.Name)
	require.Equal(t, "v-pvc-two", two.Spec.CSI.VolumeHandle)
	require.Contains(t, fmt.Sprint(two.Spec.NodeAffinity), "sgp1")

	for _, v := range []*corev1.PersistentVolume{one, two} {
		// What binds, and deletes claims, is Kubernetes' own controller.
		require.NoError(t, client.CoreV1().PersistentVolumeClaims("data").Delete(t.Context(), v.Spec.ClaimRef.Name, metav1.DeleteOptions{}))
		v.Status.Phase = corev1.VolumeReleased
		_, err := client.CoreV1().PersistentVolumes().UpdateStatus(t.Context(), v, metav1.UpdateOptions{})
		require.NoError(t, err)
	}
	require.Eventually(t, func() bool { return len(a.sizes()) == 1 }, 10*time.Second, 10*time.Millisecond)
	require.Contains(t, a.sizes(), "pvc-two", "retained")
}

func TestClasses(t *testing.T) {
	client := start(t, &account{volumes: map[string]godo.Volume{}})
	standard := 0
	require.Eventually(t, func() bool {
		list, err := client.StorageV1().StorageClasses().List(t.Context(), metav1.ListOptions{})
		standard = 0
		for _, c := range list.Items {
			if c.Annotations["storageclass.kubernetes.io/is-default-class"] == "true" {
				standard++
			}
		}
		return err == nil && len(list.Items) == 4
	}, 10*time.Second, 10*time.Millisecond)
	require.Equal(t, 1, standard)
}
