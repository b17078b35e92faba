#!/bin/sh
# Runs postgres-backup.sh in every member's pod, and requires that one of them was the
# primary: a backup that no member took is a failed backup. A member that does not answer
# is told of and passed over: the primary may be the next one.
#
# Usage: postgres-backup-exec.sh full|incr
#
#   NAMESPACE, SELECTOR, CONTAINER   the members' pods
#   SCRIPTS                          where the scripts are in them
set -eu
: "${NAMESPACE:?}" "${SELECTOR:?}" "${CONTAINER:?}" "${SCRIPTS:?}"
kind=${1:-}
taken=0 failed=""
for pod in $(kubectl --namespace "$NAMESPACE" get pods --selector "$SELECTOR" --field-selector status.phase=Running --output name); do
	said=$(kubectl --namespace "$NAMESPACE" exec --container "$CONTAINER" "$pod" -- "$SCRIPTS/postgres-backup.sh" "$kind") || {
		echo "postgres-backup-exec.sh: $pod did not answer or could not back up${said:+: $said}" >&2
		failed="$failed $pod"
		continue
	}
	echo "$pod: $said"
	case $said in
	*"nothing to do"*) ;;
	*) taken=$((taken + 1)) ;;
	esac
done
[ "$taken" = 1 ] || {
	echo "postgres-backup-exec.sh: $taken members took a backup, want exactly the primary${failed:+; failed:$failed}" >&2
	exit 1
}
[ -z "$failed" ] || echo "postgres-backup-exec.sh: the backup is taken, but look at$failed" >&2
