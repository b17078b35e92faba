#!/bin/sh
# Restores the newest backup and all WAL after it into a server of its own, checks it,
# measures what a disaster would cost, and removes it. A backup that cannot be restored
# makes it fail, and so does one that restores to too little or to too old.
#
#   DRILL_DIR               empty directory with room for the database
#   PG_BIN                  PostgreSQL's programs, of the version that was backed up
#   STANZA                  default gomeet
#   PGDATABASE              the database to check, default gomeet
#   DRILL_MIN_ROWS_PERCENT  rows at least, of those at the backup, default 50
#   DRILL_MAX_RPO_SECONDS   newest transaction at most this old, default 21600: the
#                           design's 6 hours
#   METRICS_DIR             see metrics-lib.sh
# and pgBackRest's secrets, see PgBackRestEnv. It runs as the user postgres.
set -eu
# shellcheck source=SCRIPTDIR/metrics-lib.sh
. "$(dirname "$0")/metrics-lib.sh"
: "${DRILL_DIR:?}" "${PG_BIN:?}"
stanza=${STANZA:-gomeet}
database=${PGDATABASE:-gomeet}
data=$DRILL_DIR/data
began=$(date +%s)
success=0 rpo=NaN rto=NaN rows=NaN taken=NaN

finish() {
	status=$?
	if [ -f "$data/postmaster.pid" ]; then
		"$PG_BIN/pg_ctl" stop -D "$data" -m immediate -s || true
	fi
	rm -rf "$data"
	publish gomeet_restore_drill_postgresql <<METRICS
# HELP gomeet_restore_drill_success Whether the last restore drill succeeded.
# TYPE gomeet_restore_drill_success gauge
gomeet_restore_drill_success{system="postgresql"} $success
# HELP gomeet_restore_drill_timestamp_seconds When the last restore drill ended.
# TYPE gomeet_restore_drill_timestamp_seconds gauge
gomeet_restore_drill_timestamp_seconds{system="postgresql"} $(date +%s)
# HELP gomeet_restore_drill_rpo_seconds Age of the newest restored transaction when the drill began.
# TYPE gomeet_restore_drill_rpo_seconds gauge
gomeet_restore_drill_rpo_seconds{system="postgresql"} $rpo
# HELP gomeet_restore_drill_rto_seconds Time until the restored database took queries.
# TYPE gomeet_restore_drill_rto_seconds gauge
gomeet_restore_drill_rto_seconds{system="postgresql"} $rto
# HELP gomeet_restore_drill_rows Rows that were restored.
# TYPE gomeet_restore_drill_rows gauge
gomeet_restore_drill_rows{system="postgresql"} $rows
# HELP gomeet_restore_drill_backup_timestamp_seconds When the restored backup was taken.
# TYPE gomeet_restore_drill_backup_timestamp_seconds gauge
gomeet_restore_drill_backup_timestamp_seconds{system="postgresql"} $taken
METRICS
	exit $status
}
trap finish EXIT
fail() {
	echo "postgres-drill.sh: FAILED: $*" >&2
	exit 1
}
ask() {
	psql --no-psqlrc --no-password --no-align --tuples-only --set=ON_ERROR_STOP=1 --host="$DRILL_DIR" --port=5432 \
		--username=postgres --dbname="$1" --command="$2"
}

# With a wrong passphrase, or without the bucket, this prints no JSON or no backup.
backup=$(pgbackrest --stanza="$stanza" --output=json info | jq -c '.[0].backup // [] | sort_by(.timestamp.stop) | last // empty') ||
	fail "cannot read the repository of $stanza"
[ -n "$backup" ] || fail "the repository has no backup of $stanza"
label=$(echo "$backup" | jq -r .label)
taken=$(echo "$backup" | jq -r .timestamp.stop)
expected=$(echo "$backup" | jq -r '.annotation.rows // 0')
[ "$(echo "$backup" | jq -r .error)" != true ] || fail "backup $label has pages with wrong checksums"
echo "restoring $label"

mkdir -m 0700 "$data"
pgbackrest --stanza="$stanza" --set="$label" --pg1-path="$data" --archive-mode=off --type=default restore || fail "backup $label cannot be restored"

# Patroni writes whole paths of these two into postgresql.conf, which are the member's and
# not here. Whoever is let in is this user, by the socket.
echo "local all postgres peer" >"$data/pg_hba.conf"
: >"$data/pg_ident.conf"

# No network, no archive, no certificates; and memory of a small server.
"$PG_BIN/pg_ctl" start -D "$data" -s -w -t "${DRILL_START_SECONDS:-3600}" -l "$DRILL_DIR/log" -o "\
	-c hba_file=$data/pg_hba.conf -c ident_file=$data/pg_ident.conf \
	-c listen_addresses= -c port=5432 -c unix_socket_directories=$DRILL_DIR -c archive_mode=off -c ssl=off \
	-c shared_buffers=128MB -c synchronous_standby_names= -c logging_collector=off" || {
	tail -n 20 "$DRILL_DIR/log" >&2
	fail "backup $label does not start"
}
until [ "$(ask postgres 'SELECT pg_is_in_recovery()')" = f ]; do
	"$PG_BIN/pg_ctl" status -D "$data" >/dev/null || fail "backup $label stopped while it replayed WAL"
	sleep 0.2
done
rto=$(($(date +%s) - began))

newest=$(ask "$database" "SELECT floor(extract(epoch FROM timestamp)) FROM pg_last_committed_xact()")
[ -n "$newest" ] || newest=$taken # no transaction since the backup
rpo=$((began - newest))
[ "$rpo" -ge 0 ] || rpo=0

# Reads every row of every table.
counts=$(ask "$database" "SELECT format('SELECT %L, count(*) FROM ONLY %I.%I', n.nspname || '.' || c.relname, n.nspname, c.relname)
	FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
	WHERE c.relkind = 'r' AND n.nspname NOT IN ('pg_catalog', 'information_schema')")
[ -n "$counts" ] || fail "$label has no tables in $database"
tables=$(echo "$counts" | sed 's/$/;/' | psql --no-psqlrc --no-align --tuples-only --set=ON_ERROR_STOP=1 --host="$DRILL_DIR" \
	--port=5432 --username=postgres --dbname="$database" --file=-) || fail "$label has a table that cannot be read"
rows=$(echo "$tables" | awk -F '|' '{ n += $2 } END { printf "%d", n }')
echo "$tables" | awk -F '|' '{ print "rows of " $1 ": " $2 }'
[ $((rows * 100)) -ge $((expected * ${DRILL_MIN_ROWS_PERCENT:-50})) ] || fail "$rows rows restored, about $expected were backed up"
[ "$rpo" -le "${DRILL_MAX_RPO_SECONDS:-21600}" ] || fail "the newest transaction is $rpo s old"

"$PG_BIN/pg_ctl" stop -D "$data" -m fast -s -w
"$PG_BIN/pg_checksums" --check -D "$data" >/dev/null || fail "$label has pages with wrong checksums"
success=1
echo "restored $label: $rows rows, RPO $rpo s, RTO $rto s"
