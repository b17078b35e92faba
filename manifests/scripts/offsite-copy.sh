#!/bin/sh
# Copies the backups to a bucket of another region. They are encrypted already.
#
# pgBackRest's *.info files say which backups there are. They are copied last: a copy
# that is cut short then misses the newest backup, but never names one it does not have.
#
#   BACKUP_SOURCE   the bucket, as rclone names it
#   BACKUP_COPY     the other region's
set -eu
# shellcheck source=SCRIPTDIR/metrics-lib.sh
. "$(dirname "$0")/metrics-lib.sh"
: "${BACKUP_SOURCE:?}" "${BACKUP_COPY:?}"
export RCLONE_CONFIG="${RCLONE_CONFIG-}"
[ -n "$(rclone lsf --max-depth 1 "$BACKUP_SOURCE")" ] || {
	# Copying nothing would remove the last copy there is.
	echo "offsite-copy.sh: there are no backups at $BACKUP_SOURCE" >&2
	exit 1
}
rclone copy --exclude '*.info' --exclude '*.info.copy' "$BACKUP_SOURCE" "$BACKUP_COPY"
rclone copy --include '*.info' --include '*.info.copy' "$BACKUP_SOURCE" "$BACKUP_COPY"
# What expired at home goes now, when nothing names it any more.
rclone sync "$BACKUP_SOURCE" "$BACKUP_COPY"
backed_up all offsite
