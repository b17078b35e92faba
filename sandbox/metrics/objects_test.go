package metrics_test

import (
	"encoding/base64"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/util/cert"
)

func certificate(t *testing.T, host string) (certificate, key []byte) {
	t.Helper()
	certificate, key, err := cert.GenerateSelfSignedCertKey(host, nil, nil)
	require.NoError(t, err)
	return certificate, key
}

// deploy makes a Deployment of two pods.
func (w *world) deploy(namespace, name, image string, args []string, volumes []corev1.Volume) {
	w.t.Helper()
	replicas, labels := int32(2), map[string]string{"app.kubernetes.io/name": name}
	container := corev1.Container{
		Name: name, Image: image, Args: args,
		Resources: corev1.ResourceRequirements{Requests: corev1.ResourceList{"cpu": resource.MustParse("1")}},
	}
	for _, v := range volumes {
		container.VolumeMounts = append(container.VolumeMounts, corev1.VolumeMount{Name: v.Name, MountPath: "/etc/" + v.Name})
	}
	_, err := w.client.AppsV1().Deployments(namespace).Create(w.t.Context(), &appsv1.Deployment{
		ObjectMeta: metav1.ObjectMeta{Name: name},
		Spec: appsv1.DeploymentSpec{
			Replicas: &replicas, Selector: &metav1.LabelSelector{MatchLabels: labels},
			Template: corev1.PodTemplateSpec{
				ObjectMeta: metav1.ObjectMeta{Labels: labels},
				Spec:       corev1.PodSpec{Containers: []corev1.Container{container}, Volumes: volumes},
			},
		},
	}, metav1.CreateOptions{})
	require.NoError(w.t, err)
}

// daemon makes the Deployment and the Service of a daemon that serves TLS, and returns
// its certificate.
func (w *world) daemon(name, image string, config map[string]string) []byte {
	w.t.Helper()
	ctx, core := w.t.Context(), w.client.CoreV1()
	certificate, key := certificate(w.t, name+".default.svc")
	_, err := core.Secrets("default").Create(ctx, &corev1.Secret{
		ObjectMeta: metav1.ObjectMeta{Name: name}, Data: map[string][]byte{"tls.crt": certificate, "tls.key": key},
	}, metav1.CreateOptions{})
	require.NoError(w.t, err)
	_, err = core.ConfigMaps("default").Create(ctx, &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: name}, Data: config}, metav1.CreateOptions{})
	require.NoError(w.t, err)
	w.deploy("default", name, image, []string{
		"--tls-cert-file=/etc/certificate/tls.crt", "--tls-private-key-file=/etc/certificate/tls.key", "--config=/etc/config/config.yaml",
	}, []corev1.Volume{
		{Name: "certificate", VolumeSource: corev1.VolumeSource{Secret: &corev1.SecretVolumeSource{SecretName: name}}},
		{Name: "config", VolumeSource: corev1.VolumeSource{ConfigMap: &corev1.ConfigMapVolumeSource{
			LocalObjectReference: corev1.LocalObjectReference{Name: name},
		}}},
	})
	_, err = core.Services("default").Create(ctx, &corev1.Service{
		ObjectMeta: metav1.ObjectMeta{Name: name},
		Spec:       corev1.ServiceSpec{Selector: map[string]string{"app.kubernetes.io/name": name}, Ports: []corev1.ServicePort{{Port: 443}}},
	}, metav1.CreateOptions{})
	require.NoError(w.t, err)
	return certificate
}

var apiServices = schema.GroupVersionResource{Group: "apiregistration.k8s.io", Version: "v1", Resource: "apiservices"}

// register makes or changes an APIService.
func (w *world) register(name, service string, authority []byte) {
	w.t.Helper()
	client, err := dynamic.NewForConfig(w.config)
	require.NoError(w.t, err)
	version, group, _ := strings.Cut(name, ".")
	object := &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "apiregistration.k8s.io/v1", "kind": "APIService", "metadata": map[string]any{"name": name},
		"spec": map[string]any{
			"group": group, "version": version, "groupPriorityMinimum": int64(100), "versionPriority": int64(100),
			"caBundle": base64.StdEncoding.EncodeToString(authority),
			"service":  map[string]any{"name": service, "namespace": "default", "port": int64(443)},
		},
	}}
	err = client.Resource(apiServices).Delete(w.t.Context(), name, metav1.DeleteOptions{})
	require.True(w.t, err == nil || apierrors.IsNotFound(err), "%v", err)
	_, err = client.Resource(apiServices).Create(w.t.Context(), object, metav1.CreateOptions{})
	require.NoError(w.t, err)
}
