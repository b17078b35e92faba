#!/bin/sh
# Restores a backup into a running Redis Cluster, whatever its shards are now: each
# snapshot is loaded by a server of its own beside this script, and its keys are moved
# to the nodes that own their slots. Times to live stay.
#
# (A snapshot that is put beside an append-only file is ignored by Redis: with
# appendonly yes only that file is loaded. Hence not by copying files.)
#
# Usage: redis-restore.sh [KIND/NAME]     default: the newest hourly backup
#
#   BACKUP_REMOTE     where from, as rclone names it
#   AGE_IDENTITY      file with the age private key
#   RESTORE_PORT      free port for the server beside the script, default 16400
#   RESTORE_REPLACE   1 overwrites keys; otherwise the cluster must be empty
#   REDIS_TLS_CERT, REDIS_TLS_KEY    a certificate of the nodes' authority
# and what redis-lib.sh reads.
set -eu
# shellcheck source=SCRIPTDIR/redis-lib.sh
. "$(dirname "$0")/redis-lib.sh"
: "${BACKUP_REMOTE:?}" "${AGE_IDENTITY:?}" "${REDIS_TLS_CERT:?}" "${REDIS_TLS_KEY:?}"
port=${RESTORE_PORT:-16400}

backup=${1:-}
if [ -z "$backup" ]; then
	newest=$(rclone lsf --dirs-only "$BACKUP_REMOTE/hourly" | sort | tail -n 1)
	[ -n "$newest" ] || fail "there is no backup at $BACKUP_REMOTE/hourly"
	backup=hourly/${newest%/}
fi

work=$(mktemp -d)
server=
finish() {
	[ -z "$server" ] || kill "$server" 2>/dev/null || true
	rm -rf "$work"
}
trap finish EXIT

rclone copy "$BACKUP_REMOTE/$backup" "$work/in" || fail "cannot read $backup"
[ -s "$work/in/SHA256SUMS" ] || fail "$backup has no checksums: it is not complete"
(cd "$work/in" && sha256sum --quiet -c SHA256SUMS) || fail "$backup is damaged"

first=${REDIS_NODES%% *}
[ "$(info "$first" cluster_state)" = ok ] || fail "the cluster is not well; run redis-cluster.sh first"
total_keys() {
	for node in $REDIS_NODES; do
		[ "$(replication "$node" role)" = master ] && cli "$node" dbsize
	done | awk '{ n += $1 } END { print n + 0 }'
}
if [ "${RESTORE_REPLACE:-0}" != 1 ] && [ "$(total_keys)" != 0 ]; then
	fail "the cluster has $(total_keys) keys; set RESTORE_REPLACE=1 to overwrite"
fi

# The server beside the script is reached without TLS, which redis-cli's import cannot
# speak to its source, and only from here. It moves keys to the cluster over TLS.
scratch() { timeout 10 redis-cli -p "$port" --user "$REDIS_USER" --no-auth-warning -e "$@" </dev/null; }
scratch_ready() { [ "$(scratch ping 2>/dev/null)" = PONG ]; }

restored=0
for file in "$work"/in/*.age; do
	dir=$(mktemp -d -p "$work")
	age -d -i "$AGE_IDENTITY" -o "$dir/dump.rdb" "$file" || fail "cannot decrypt $(basename "$file")"
	# The password goes through a file, not through an argument.
	printf 'user default off\nuser %s on >%s ~* &* +@all\n' "$REDIS_USER" "$REDISCLI_AUTH" >"$dir/users.acl"
	redis-server --bind 127.0.0.1 --port "$port" --tls-ca-cert-file "$REDIS_TLS_CA" \
		--tls-cert-file "$REDIS_TLS_CERT" --tls-key-file "$REDIS_TLS_KEY" --tls-auth-clients no --tls-cluster yes \
		--aclfile "$dir/users.acl" --dir "$dir" --save "" --appendonly no --logfile "$dir/log" &
	server=$!
	retry 300 scratch_ready || fail "the snapshot does not load: $(tail -n 3 "$dir/log")"
	keys=$(scratch dbsize)
	if [ "$keys" -gt 0 ]; then
		echo "$REDISCLI_AUTH" | manage import "$first" --cluster-from "127.0.0.1:$port" --cluster-from-user "$REDIS_USER" \
			--cluster-from-askpass --cluster-copy --cluster-replace >"$dir/import" 2>&1 || {
			tail -n 5 "$dir/import" >&2
			fail "moving keys failed"
		}
	fi
	say "$(basename "$file"): $keys keys"
	restored=$((restored + keys))
	kill "$server"
	wait "$server" 2>/dev/null || true # it ends with the signal's status
	server=
	rm -rf "$dir"
done
[ "$(total_keys)" -ge "$restored" ] || fail "restored $restored keys, the cluster has $(total_keys)"
say "restored $backup: $restored keys"
