#!/bin/sh
# Backs up the Redis Cluster: a snapshot of each shard, from its replica, so that no
# master pays for it. A backup is a directory with one encrypted file per shard and
# their checksums; checksums come last, so a directory without them is not a backup.
#
# Usage: redis-backup.sh hourly|daily
#
#   hourly   is kept for 24 hours
#   daily    is kept for 30 days: the same snapshot, which is what the append-only
#            file begins with after a rewrite (aof-use-rdb-preamble)
#
#   BACKUP_REMOTE     where to, as rclone names it, such as backups:bucket/redis
#   BACKUP_RECIPIENT  age public key to encrypt with. The job cannot decrypt.
# and what redis-lib.sh reads.
set -eu
# shellcheck source=SCRIPTDIR/redis-lib.sh
. "$(dirname "$0")/redis-lib.sh"
# shellcheck source=SCRIPTDIR/metrics-lib.sh
. "$(dirname "$0")/metrics-lib.sh"
: "${BACKUP_REMOTE:?}" "${BACKUP_RECIPIENT:?}"
kind=${1:-}
case $kind in
hourly) keep=24h ;;
daily) keep=30d ;;
*) fail "usage: redis-backup.sh hourly|daily" ;;
esac

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/out"

# source_of MASTER prints a replica of the master that is in sync, or the master: a
# backup from a busy node is better than none.
source_of() {
	cli "$node" cluster nodes | awk -v master="$1" '
		{ sub(/@.*/, "", $2) }
		$1 == master { from = $2 }
		$4 == master && $3 ~ /slave/ && $3 !~ /fail/ { replica = $2 }
		END { print replica == "" ? from : replica }'
}

node=
for candidate in $REDIS_NODES; do
	[ "$(info "$candidate" cluster_state 2>/dev/null)" = ok ] && node=$candidate && break
done
[ -n "$node" ] || fail "no node says that the cluster is well"
masters=$(cli "$node" cluster nodes | awk '$3 ~ /master/ && NF > 8 { print $1 }')
[ -n "$masters" ] || fail "no master has slots"

for master in $masters; do
	from=$(source_of "$master")
	file="$work/$master.rdb"
	timeout "${BACKUP_TIMEOUT:-1800}" redis-cli --tls --cacert "$REDIS_TLS_CA" --user "$REDIS_USER" --no-auth-warning \
		-h "${from%:*}" -p "${from##*:}" --rdb "$file" >/dev/null || fail "no snapshot from $from"
	redis-check-rdb "$file" >/dev/null || fail "the snapshot from $from is damaged"
	age -r "$BACKUP_RECIPIENT" -o "$work/out/$master.rdb.age" "$file"
	say "shard $master from $from: $(wc -c <"$file") bytes"
	rm "$file"
done

name=$(date -u +%Y-%m-%dT%H%M%SZ)
rclone copy "$work/out" "$BACKUP_REMOTE/$kind/$name"
(cd "$work/out" && sha256sum -- *.age) >"$work/SHA256SUMS"
rclone copyto "$work/SHA256SUMS" "$BACKUP_REMOTE/$kind/$name/SHA256SUMS"
rclone check --one-way "$work/out" "$BACKUP_REMOTE/$kind/$name" 2>/dev/null || fail "the copy at $BACKUP_REMOTE differs"
rclone delete --min-age "$keep" "$BACKUP_REMOTE/$kind"
rclone rmdirs --leave-root "$BACKUP_REMOTE/$kind"
backed_up redis "$kind"
say "wrote $kind/$name"
