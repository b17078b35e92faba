package csi

import (
	"context"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	storagev1 "k8s.io/api/storage/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
)

// driver is the name of DigitalOcean's CSI driver.
const driver = "dobs.csi.digitalocean.com"

// class is one of DOKS' storage classes (github.com/digitalocean/csi-digitalocean,
// deploy/kubernetes): all of them bind at once, and may grow.
type class struct {
	name, filesystem string
	standard         bool
	reclaim          corev1.PersistentVolumeReclaimPolicy
}

var classes = []class{
	{"do-block-storage", "ext4", true, corev1.PersistentVolumeReclaimDelete},
	{"do-block-storage-retain", "ext4", false, corev1.PersistentVolumeReclaimRetain},
	{"do-block-storage-xfs", "xfs", false, corev1.PersistentVolumeReclaimDelete},
	{"do-block-storage-xfs-retain", "xfs", false, corev1.PersistentVolumeReclaimRetain},
}

// install makes the classes that are missing.
func install(ctx context.Context, client kubernetes.Interface) error {
	grow, bind := true, storagev1.VolumeBindingImmediate
	for _, c := range classes {
		object := &storagev1.StorageClass{
			ObjectMeta:  metav1.ObjectMeta{Name: c.name},
			Provisioner: driver, AllowVolumeExpansion: &grow, VolumeBindingMode: &bind, ReclaimPolicy: &c.reclaim,
			Parameters: map[string]string{"csi.storage.k8s.io/fstype": c.filesystem},
		}
		if c.standard {
			object.Annotations = map[string]string{"storageclass.kubernetes.io/is-default-class": "true"}
		}
		_, err := client.StorageV1().StorageClasses().Create(ctx, object, metav1.CreateOptions{})
		if err != nil && !apierrors.IsAlreadyExists(err) {
			return fmt.Errorf("making storage class %s: %w", c.name, err)
		}
	}
	return nil
}
