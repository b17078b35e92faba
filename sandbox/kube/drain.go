package kube

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	corev1 "k8s.io/api/core/v1"
	policyv1 "k8s.io/api/policy/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/util/retry"
)

// evictionPause is how long to wait before a refused eviction is tried again.
// kubectl drain waits 5 s; simulated pods are replaced in much less.
const evictionPause = 200 * time.Millisecond

// drain takes nodes away the way DOKS does.
type drain struct {
	client  kubernetes.Interface
	timeout time.Duration
	log     *slog.Logger
}

// cordon keeps new pods off the node and marks it as leaving.
func (d drain) cordon(ctx context.Context, node *corev1.Node) error {
	err := retry.RetryOnConflict(retry.DefaultBackoff, func() error {
		fresh, err := d.client.CoreV1().Nodes().Get(ctx, node.Name, metav1.GetOptions{})
		if err != nil {
			return err
		}
		if _, marked := fresh.Annotations[annotationLeaving]; marked && fresh.Spec.Unschedulable {
			return nil
		}
		fresh.Spec.Unschedulable = true
		assign(&fresh.Annotations, map[string]string{annotationLeaving: "true"})
		_, err = d.client.CoreV1().Nodes().Update(ctx, fresh, metav1.UpdateOptions{})
		return err
	})
	if err != nil && !apierrors.IsNotFound(err) {
		return fmt.Errorf("cordoning node %q: %w", node.Name, err)
	}
	return nil
}

// remove evicts the node's pods, for as long as the timeout allows, and deletes
// the node together with whatever is still on it.
func (d drain) remove(ctx context.Context, node *corev1.Node) error {
	if err := d.evictAll(ctx, node.Name); err != nil {
		return err
	}
	if err := d.client.CoreV1().Nodes().Delete(ctx, node.Name, metav1.DeleteOptions{}); err != nil && !apierrors.IsNotFound(err) {
		return fmt.Errorf("deleting node %q: %w", node.Name, err)
	}
	// The Droplet is gone and so is what ran on it. The pod garbage collector would
	// find out in its own time, after 40 s.
	rest, err := d.pods(ctx, node.Name)
	if err != nil {
		return err
	}
	for i := range rest {
		pod := &rest[i]
		err := d.client.CoreV1().Pods(pod.Namespace).Delete(ctx, pod.Name, *metav1.NewDeleteOptions(0))
		if err != nil && !apierrors.IsNotFound(err) {
			return fmt.Errorf("deleting pod %s/%s of node %q: %w", pod.Namespace, pod.Name, node.Name, err)
		}
	}
	return nil
}

// evictAll asks for the eviction of every pod that is not bound to the node by
// nature, again and again while disruption budgets refuse, and returns when they
// are gone or the timeout is over.
func (d drain) evictAll(ctx context.Context, node string) error {
	deadline := time.Now().Add(d.timeout)
	for {
		all, err := d.pods(ctx, node)
		if err != nil {
			return err
		}
		left := 0
		for i := range all {
			pod := &all[i]
			if staysWithNode(pod) {
				continue
			}
			left++
			if pod.DeletionTimestamp == nil {
				if err := d.evict(ctx, pod); err != nil {
					return err
				}
			}
		}
		if left == 0 {
			return nil
		}
		if time.Now().After(deadline) {
			d.log.Warn("node drained in part only, its time is over", "node", node, "pods", left, "timeout", d.timeout)
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("draining node %q: %w", node, context.Cause(ctx))
		case <-time.After(evictionPause):
		}
	}
}

// evict asks once. A refusal by a disruption budget is not an error.
func (d drain) evict(ctx context.Context, pod *corev1.Pod) error {
	err := d.client.PolicyV1().Evictions(pod.Namespace).Evict(ctx, &policyv1.Eviction{
		ObjectMeta: metav1.ObjectMeta{Name: pod.Name, Namespace: pod.Namespace},
		// The pod that was seen, not a new one that has taken its name.
		DeleteOptions: &metav1.DeleteOptions{Preconditions: metav1.NewUIDPreconditions(string(pod.UID))},
	})
	switch {
	case err == nil, apierrors.IsNotFound(err), apierrors.IsConflict(err):
		return nil
	case apierrors.IsTooManyRequests(err), apierrors.IsInternalError(err):
		// 429: a budget says not now. 500: two budgets select the pod, which the
		// eviction API never allows.
		d.log.Debug("eviction refused", "pod", pod.Namespace+"/"+pod.Name, "reason", err)
		return nil
	}
	return fmt.Errorf("evicting pod %s/%s: %w", pod.Namespace, pod.Name, err)
}

func (d drain) pods(ctx context.Context, node string) ([]corev1.Pod, error) {
	list, err := d.client.CoreV1().Pods(metav1.NamespaceAll).List(ctx, metav1.ListOptions{
		FieldSelector: fields.OneTermEqualSelector("spec.nodeName", node).String(),
	})
	if err != nil {
		return nil, fmt.Errorf("listing the pods of node %q: %w", node, err)
	}
	return list.Items, nil
}

// staysWithNode reports whether draining leaves the pod: it has finished, is a
// mirror pod, or a DaemonSet would put it back at once.
func staysWithNode(pod *corev1.Pod) bool {
	if _, mirror := pod.Annotations[corev1.MirrorPodAnnotationKey]; mirror {
		return true
	}
	if owner := metav1.GetControllerOf(pod); owner != nil && owner.Kind == "DaemonSet" {
		return true
	}
	return pod.Status.Phase == corev1.PodSucceeded || pod.Status.Phase == corev1.PodFailed
}
