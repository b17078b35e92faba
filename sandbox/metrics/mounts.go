package metrics

import (
	"context"
	"crypto/tls"
	"fmt"
	"path"
	"strings"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/util/cert"
	"sigs.k8s.io/yaml"

	"github.com/gomeet/infra/sandbox/kube"
)

// flag returns the value of a container's argument --name=value.
func flag(container corev1.Container, name string) string {
	for _, arg := range append(container.Command, container.Args...) {
		if value, found := strings.CutPrefix(arg, "--"+name+"="); found {
			return value
		}
	}
	return ""
}

// read returns a file as the container would find it, from the ConfigMap or the Secret
// that is mounted there.
func read(ctx context.Context, cluster kube.Access, pod *corev1.Pod, container corev1.Container, file string) ([]byte, error) {
	for _, mount := range container.VolumeMounts {
		if path.Dir(file) != path.Clean(mount.MountPath) {
			continue
		}
		for _, volume := range pod.Spec.Volumes {
			switch {
			case volume.Name != mount.Name:
			case volume.Secret != nil:
				secret, err := cluster.Client.CoreV1().Secrets(pod.Namespace).Get(ctx, volume.Secret.SecretName, metav1.GetOptions{})
				if err != nil {
					return nil, err
				}
				if content, found := secret.Data[path.Base(file)]; found {
					return content, nil
				}
			case volume.ConfigMap != nil:
				config, err := cluster.Client.CoreV1().ConfigMaps(pod.Namespace).Get(ctx, volume.ConfigMap.Name, metav1.GetOptions{})
				if err != nil {
					return nil, err
				}
				if content, found := config.Data[path.Base(file)]; found {
					return []byte(content), nil
				}
			}
		}
	}
	return nil, fmt.Errorf("pod %s/%s: container %q has no file %q", pod.Namespace, pod.Name, container.Name, file)
}

// serving returns the TLS configuration with which the pod serves: the certificate that
// its arguments name or, as both daemons do, one that it makes and signs itself.
func serving(ctx context.Context, cluster kube.Access, pod *corev1.Pod) (*tls.Config, error) {
	var certificate, key []byte
	var err error
	container := pod.Spec.Containers[0]
	if file := flag(container, "tls-cert-file"); file != "" {
		if certificate, err = read(ctx, cluster, pod, container, file); err != nil {
			return nil, err
		}
		if key, err = read(ctx, cluster, pod, container, flag(container, "tls-private-key-file")); err != nil {
			return nil, err
		}
	} else if certificate, key, err = cert.GenerateSelfSignedCertKey(pod.Name, nil, nil); err != nil {
		return nil, err
	}
	pair, err := tls.X509KeyPair(certificate, key)
	if err != nil {
		return nil, fmt.Errorf("pod %s/%s: %w", pod.Namespace, pod.Name, err)
	}
	return &tls.Config{Certificates: []tls.Certificate{pair}, NextProtos: []string{"http/1.1"}, MinVersion: tls.VersionTLS12}, nil
}

// rules returns the names of the metrics that the adapter's configuration serves
// (https://github.com/kubernetes-sigs/prometheus-adapter/blob/master/docs/config.md).
// Names that the adapter would make itself, without "as", are passed over.
func rules(ctx context.Context, cluster kube.Access, pod *corev1.Pod, container corev1.Container) (map[string]bool, error) {
	text, err := read(ctx, cluster, pod, container, flag(container, "config"))
	if err != nil {
		return nil, err
	}
	var config struct {
		Rules []struct {
			Name struct {
				As string `json:"as"`
			} `json:"name"`
		} `json:"rules"`
	}
	if err := yaml.Unmarshal(text, &config); err != nil {
		return nil, fmt.Errorf("the adapter's configuration: %w", err)
	}
	served := map[string]bool{}
	for _, rule := range config.Rules {
		if rule.Name.As != "" {
			served[rule.Name.As] = true
		}
	}
	return served, nil
}
