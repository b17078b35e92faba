package csi

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/digitalocean/godo"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	corelisters "k8s.io/client-go/listers/core/v1"
	"k8s.io/client-go/tools/cache"
)

// again is how long to wait after a failure.
const again = time.Second

// Driver provisions the volumes of one cluster.
type Driver struct {
	// Cloud is the account, Client the cluster; Cluster is its id and Region its slug.
	Cloud           *godo.Client
	Client          kubernetes.Interface
	Cluster, Region string
	Log             *slog.Logger

	claims  corelisters.PersistentVolumeClaimLister
	volumes corelisters.PersistentVolumeLister
}

// Run works until ctx ends. What fails is logged and tried again.
func (d *Driver) Run(ctx context.Context) {
	for ctx.Err() == nil {
		err := install(ctx, d.Client)
		if err == nil {
			break
		}
		d.Log.Warn("storage classes", "cluster", d.Cluster, "error", err)
		sleep(ctx, again)
	}
	factory := informers.NewSharedInformerFactory(d.Client, 0)
	claims, volumes := factory.Core().V1().PersistentVolumeClaims(), factory.Core().V1().PersistentVolumes()
	d.claims, d.volumes = claims.Lister(), volumes.Lister()
	wake := make(chan struct{}, 1)
	notice := func() {
		select {
		case wake <- struct{}{}:
		default:
		}
	}
	handler := cache.ResourceEventHandlerFuncs{
		AddFunc: func(any) { notice() }, UpdateFunc: func(any, any) { notice() }, DeleteFunc: func(any) { notice() },
	}
	for _, informer := range []cache.SharedIndexInformer{claims.Informer(), volumes.Informer()} {
		// It fails only on an informer that has stopped.
		_, _ = informer.AddEventHandler(handler)
	}
	factory.Start(ctx.Done())
	defer factory.Shutdown()
	factory.WaitForCacheSync(ctx.Done())
	for {
		select {
		case <-ctx.Done():
			return
		case <-wake:
		}
		if err := d.reconcile(ctx); err != nil && ctx.Err() == nil {
			d.Log.Warn("volumes", "cluster", d.Cluster, "error", err)
			sleep(ctx, again)
			notice()
		}
	}
}

func sleep(ctx context.Context, pause time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(pause):
	}
}

// reconcile gives every claim its volume, and deletes what was released.
func (d *Driver) reconcile(ctx context.Context) error {
	claims, err := d.claims.List(labels.Everything())
	if err != nil {
		return err
	}
	for _, claim := range claims {
		if c, ours := classOf(claim); ours && claim.Spec.VolumeName == "" && claim.DeletionTimestamp == nil {
			if err := d.provision(ctx, claim, c); err != nil {
				return fmt.Errorf("claim %s/%s: %w", claim.Namespace, claim.Name, err)
			}
		}
	}
	volumes, err := d.volumes.List(labels.Everything())
	if err != nil {
		return err
	}
	for _, v := range volumes {
		released := v.Status.Phase == corev1.VolumeReleased && v.Spec.PersistentVolumeReclaimPolicy == corev1.PersistentVolumeReclaimDelete
		if v.Spec.CSI != nil && v.Spec.CSI.Driver == driver && released && v.DeletionTimestamp == nil {
			if err := d.remove(ctx, v); err != nil {
				return fmt.Errorf("volume %s: %w", v.Name, err)
			}
		}
	}
	return nil
}

func classOf(claim *corev1.PersistentVolumeClaim) (class, bool) {
	for _, c := range classes {
		if claim.Spec.StorageClassName != nil && *claim.Spec.StorageClassName == c.name {
			return c, true
		}
	}
	return class{}, false
}

// provision makes the volume of a claim, or finds the one that an attempt before was cut
// off after. Its name is the driver's: pvc- and the claim's UID.
func (d *Driver) provision(ctx context.Context, claim *corev1.PersistentVolumeClaim, c class) error {
	name := "pvc-" + string(claim.UID)
	asked := claim.Spec.Resources.Requests[corev1.ResourceStorage]
	gib := (asked.Value() + 1<<30 - 1) >> 30
	there, _, err := d.Cloud.Storage.ListVolumes(ctx, &godo.ListVolumeParams{Name: name, Region: d.Region})
	if err != nil {
		return err
	}
	var volume *godo.Volume
	if len(there) > 0 {
		volume = &there[0]
	} else if volume, _, err = d.Cloud.Storage.CreateVolume(ctx, &godo.VolumeCreateRequest{
		Name: name, Region: d.Region, SizeGigaBytes: gib, FilesystemType: c.filesystem,
		Description: "Created by DigitalOcean CSI driver", Tags: []string{"k8s:" + d.Cluster},
	}); err != nil {
		return err
	}
	_, err = d.Client.CoreV1().PersistentVolumes().Create(ctx, &corev1.PersistentVolume{
		ObjectMeta: metav1.ObjectMeta{Name: name, Annotations: map[string]string{"pv.kubernetes.io/provisioned-by": driver}},
		Spec: corev1.PersistentVolumeSpec{
			Capacity:    corev1.ResourceList{corev1.ResourceStorage: asked},
			AccessModes: claim.Spec.AccessModes, PersistentVolumeReclaimPolicy: c.reclaim, StorageClassName: c.name,
			ClaimRef: &corev1.ObjectReference{
				Kind: "PersistentVolumeClaim", APIVersion: "v1", Namespace: claim.Namespace, Name: claim.Name, UID: claim.UID,
			},
			PersistentVolumeSource: corev1.PersistentVolumeSource{CSI: &corev1.CSIPersistentVolumeSource{
				Driver: driver, VolumeHandle: volume.ID, FSType: c.filesystem,
			}},
			NodeAffinity: &corev1.VolumeNodeAffinity{Required: &corev1.NodeSelector{NodeSelectorTerms: []corev1.NodeSelectorTerm{{
				MatchExpressions: []corev1.NodeSelectorRequirement{
					{Key: "region", Operator: corev1.NodeSelectorOpIn, Values: []string{d.Region}},
				},
			}}}},
		},
	}, metav1.CreateOptions{})
	if apierrors.IsAlreadyExists(err) {
		return nil // binding takes a moment
	}
	return err
}

// remove deletes a volume of the account, and then the object that stands for it.
func (d *Driver) remove(ctx context.Context, v *corev1.PersistentVolume) error {
	response, err := d.Cloud.Storage.DeleteVolume(ctx, v.Spec.CSI.VolumeHandle)
	if err != nil && (response == nil || response.StatusCode != 404) {
		return err
	}
	err = d.Client.CoreV1().PersistentVolumes().Delete(ctx, v.Name, metav1.DeleteOptions{})
	if apierrors.IsNotFound(err) {
		return nil
	}
	return err
}
