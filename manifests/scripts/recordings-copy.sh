#!/bin/sh
# Copies recordings out of the cluster's own object store: a store that is lost with its
# cluster is no archive. Nothing is deleted at the copy, whose bucket expires objects by
# itself.
#
#   RECORDINGS_SOURCE   the store's bucket, as rclone names it
#   RECORDINGS_COPY     the copy's
set -eu
# shellcheck source=SCRIPTDIR/metrics-lib.sh
. "$(dirname "$0")/metrics-lib.sh"
: "${RECORDINGS_SOURCE:?}" "${RECORDINGS_COPY:?}"
export RCLONE_CONFIG="${RCLONE_CONFIG-}"
# By size and time: reading every recording again to compare sums would take the day.
rclone copy "$RECORDINGS_SOURCE" "$RECORDINGS_COPY"
backed_up recordings copy
