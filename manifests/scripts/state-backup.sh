#!/bin/sh
# Backs up what rebuilds the platform: Pulumi's state and the objects in Kubernetes, as
# one encrypted archive in another region. It holds Secrets, so it is encrypted before
# it leaves the pod, with a key that the pod can only encrypt with.
#
#   STATE_REMOTE      Pulumi's state, as rclone names it; empty leaves it out, as with
#                     Pulumi Cloud
#   KUBERNETES        1 includes the objects that the pod's account may list
#   BACKUP_REMOTE     where to, as rclone names it: a bucket of another region
#   BACKUP_RECIPIENT  age public key
#   BACKUP_KEEP       how long, default 30d
# To read one: rclone cat REMOTE/NAME | age -d -i IDENTITY | tar -xz
set -eu
# shellcheck source=SCRIPTDIR/metrics-lib.sh
. "$(dirname "$0")/metrics-lib.sh"
: "${BACKUP_REMOTE:?}" "${BACKUP_RECIPIENT:?}"
export RCLONE_CONFIG="${RCLONE_CONFIG-}"
umask 077
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
fail() {
	echo "state-backup.sh: $*" >&2
	exit 1
}

mkdir "$work/in"
if [ -n "${STATE_REMOTE:-}" ]; then
	rclone copy "$STATE_REMOTE" "$work/in/pulumi"
	[ -n "$(find "$work/in/pulumi" -type f 2>/dev/null)" ] || fail "there is no state at $STATE_REMOTE"
fi
if [ "${KUBERNETES:-0}" = 1 ]; then
	mkdir "$work/in/kubernetes"
	kinds=$(kubectl api-resources --verbs=list -o name | grep -v -e '^events' -e '\.metrics\.k8s\.io$')
	for kind in $kinds; do
		kubectl get "$kind" --all-namespaces -o yaml >"$work/in/kubernetes/$kind.yaml" || fail "cannot list $kind"
	done
fi
[ -n "$(ls "$work/in")" ] || fail "nothing to back up: set STATE_REMOTE or KUBERNETES"

name=$(date -u +%Y-%m-%dT%H%M%SZ).tar.gz.age
tar -C "$work/in" -czf "$work/archive" .
age -r "$BACKUP_RECIPIENT" -o "$work/$name" "$work/archive"
rclone copyto "$work/$name" "$BACKUP_REMOTE/$name"
[ "$(rclone cat "$BACKUP_REMOTE/$name" | sha256sum)" = "$(sha256sum <"$work/$name")" ] || fail "the copy at $BACKUP_REMOTE differs"
rclone delete --min-age "${BACKUP_KEEP:-30d}" "$BACKUP_REMOTE"
backed_up state archive
echo "wrote $name: $(wc -c <"$work/$name") bytes"
