#!/bin/sh
# Runs postgres-backup.sh in every member's pod, and requires that one of them was the
# primary: a backup that no member took is a failed backup.
#
# Usage: postgres-backup-exec.sh full|incr
#
#   NAMESPACE, SELECTOR, CONTAINER   the members' pods
#   SCRIPTS                          where the scripts are in them
set -eu
: "${NAMESPACE:?}" "${SELECTOR:?}" "${CONTAINER:?}" "${SCRIPTS:?}"
kind=${1:-}
taken=0
for pod in $(kubectl --namespace "$NAMESPACE" get pods --selector "$SELECTOR" --field-selector status.phase=Running --output name); do
	said=$(kubectl --namespace "$NAMESPACE" exec --container "$CONTAINER" "$pod" -- "$SCRIPTS/postgres-backup.sh" "$kind")
	echo "$pod: $said"
	case $said in
	*"nothing to do"*) ;;
	*) taken=$((taken + 1)) ;;
	esac
done
[ "$taken" = 1 ] || {
	echo "postgres-backup-exec.sh: $taken members took a backup, want exactly the primary" >&2
	exit 1
}
