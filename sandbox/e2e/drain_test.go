package e2e_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	policyv1 "k8s.io/api/policy/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
)

// settle is how long pods may take to be where they belong. It is a guard against a test
// that hangs, not a promise.
const settle = 2 * time.Minute

// longestMeeting is what a drain has to wait for at least: LiveKit is given five hours
// (docs/workloads.md).
const longestMeeting = 4 * time.Hour

// proveDrains takes each node of a cluster out of service in turn, as an upgrade of the
// nodes does: by the Eviction API, which honours budgets. At every moment each app keeps
// the ready pods that its budget promises, the SFUs all but one, and after each node all
// pods are back.
func proveDrains(t *testing.T, c *cluster, do cloud) {
	nodes := c.surge(t, do)
	watched := c.follow(t)
	before, promised := watched.now(), c.promised(t)
	require.Equal(t, before["media/livekit"]-1, promised["media/livekit"], "a drain takes one SFU at a time")
	watched.watchLeast()
	evicted, refused := 0, 0
	for _, node := range nodes {
		c.cordon(t, node.Name, true)
		e, r := c.evictAll(t, node.Name)
		evicted, refused = evicted+e, refused+r
		c.cordon(t, node.Name, false)
		for app, n := range before {
			require.Eventually(t, func() bool { return watched.now()[app] == n }, settle, 20*time.Millisecond,
				"ready pods of %s, %d before, after the drain of %s", app, n, node.Name)
		}
	}
	require.Positive(t, evicted, "a drain that moves nothing proves nothing")
	fewest := watched.fewest()
	for app, n := range promised {
		require.GreaterOrEqual(t, fewest[app], n, "ready pods of %s at the worst moment", app)
	}
	// A DaemonSet's pods stay on their nodes.
	require.Equal(t, before["edge/traefik"], fewest["edge/traefik"], "ready pods of the edge at the worst moment")
	c.unsurge(t, do)
	t.Logf("%s: %d nodes drained, %d pods evicted, %d evictions refused for a while; SFUs %d, at the worst moment %d",
		c.site, len(nodes), evicted, refused, before["media/livekit"], fewest["media/livekit"])
}

// proveMeetings requires what keeps a drain from cutting meetings: an SFU may take the
// longest meeting to end, no autoscaler of nodes ends it sooner, and while one SFU is away
// the apiserver refuses to evict another.
func proveMeetings(t *testing.T, c *cluster) {
	watched := c.follow(t)
	before := watched.now()["media/livekit"]
	var media []*corev1.Pod
	for i, pod := range c.pods {
		if appOf(&pod) == "media/livekit" {
			media = append(media, &c.pods[i])
			require.Equal(t, "false", pod.Annotations["cluster-autoscaler.kubernetes.io/safe-to-evict"], pod.Name)
			require.GreaterOrEqual(t, *pod.Spec.TerminationGracePeriodSeconds, int64(longestMeeting.Seconds()), pod.Name)
		}
	}
	require.Greater(t, len(media), 1)
	for _, pod := range media {
		c.cordon(t, pod.Spec.NodeName, true) // Nothing takes the place of what is evicted.
	}
	require.NoError(t, c.evict(media[0]))
	require.Eventually(t, func() bool { return watched.now()["media/livekit"] == before-1 }, settle, 20*time.Millisecond)
	for _, pod := range media[1:] {
		err := c.evict(pod)
		require.True(t, apierrors.IsTooManyRequests(err), "eviction of a second SFU: %v", err)
	}
	for _, pod := range media {
		c.cordon(t, pod.Spec.NodeName, false)
	}
	require.Eventually(t, func() bool { return watched.now()["media/livekit"] == before }, settle, 20*time.Millisecond)
	t.Logf("%s: with one of %d SFUs away, %d evictions were refused", c.site, before, len(media)-1)
}

// cordon keeps new pods from a node, or lets them come again.
func (c *cluster) cordon(t *testing.T, node string, closed bool) {
	t.Helper()
	patch := `{"spec":{"unschedulable":false}}`
	if closed {
		patch = `{"spec":{"unschedulable":true}}`
	}
	_, err := c.client.CoreV1().Nodes().Patch(context.Background(), node, types.StrategicMergePatchType, []byte(patch), metav1.PatchOptions{})
	require.NoError(t, err)
}

// evictAll evicts the pods of a node, but a DaemonSet's, and waits until they are gone. It
// returns how many there were, and how often a budget refused.
func (c *cluster) evictAll(t *testing.T, node string) (evicted, refused int) {
	t.Helper()
	ctx := context.Background()
	pods, err := c.client.CoreV1().Pods("").List(ctx, metav1.ListOptions{FieldSelector: "spec.nodeName=" + node})
	require.NoError(t, err)
	for _, pod := range pods.Items {
		owner := metav1.GetControllerOf(&pod)
		require.NotNil(t, owner, "nobody makes pod %s/%s again", pod.Namespace, pod.Name)
		if owner.Kind == "DaemonSet" || pod.Status.Phase == corev1.PodSucceeded {
			continue
		}
		evicted++
		require.Eventually(t, func() bool {
			err := c.evict(&pod)
			if apierrors.IsTooManyRequests(err) {
				refused++
				return false
			}
			return err == nil || apierrors.IsNotFound(err)
		}, settle, 100*time.Millisecond, "eviction of %s/%s from %s", pod.Namespace, pod.Name, node)
		require.Eventually(t, func() bool {
			now, err := c.client.CoreV1().Pods(pod.Namespace).Get(ctx, pod.Name, metav1.GetOptions{})
			return apierrors.IsNotFound(err) || (err == nil && now.UID != pod.UID)
		}, settle, 20*time.Millisecond, "end of %s/%s", pod.Namespace, pod.Name)
	}
	return evicted, refused
}

// evict asks for the end of a pod, as "kubectl drain" does.
func (c *cluster) evict(pod *corev1.Pod) error {
	return c.client.PolicyV1().Evictions(pod.Namespace).Evict(context.Background(), &policyv1.Eviction{
		ObjectMeta: metav1.ObjectMeta{Name: pod.Name, Namespace: pod.Namespace},
	})
}
