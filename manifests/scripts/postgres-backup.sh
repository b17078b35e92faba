#!/bin/sh
# Backs up PostgreSQL with pgBackRest. It runs beside every member, and only the
# primary's does anything. WAL is archived all the time, so any moment between two
# backups can be restored; a backup only bounds how much WAL a restore replays.
#
# Usage: postgres-backup.sh full|incr
#
#   STANZA            default gomeet
#   INCR_DAYS         days that incremental backups are kept, default 7
#   PGHOST, PGPORT    the member on this machine: its socket directory and port
# and pgBackRest's secrets, see PgBackRestEnv. Full backups, and the WAL since, expire
# by pgbackrest.conf.
set -eu
# shellcheck source=SCRIPTDIR/metrics-lib.sh
. "$(dirname "$0")/metrics-lib.sh"
stanza=${STANZA:-gomeet}
kind=${1:-}
case $kind in
full | incr) ;;
*)
	echo "usage: postgres-backup.sh full|incr" >&2
	exit 2
	;;
esac

ask() { psql --no-psqlrc --no-password --no-align --tuples-only --username=postgres --dbname=postgres --command="$1"; }
standby=$(ask "SELECT pg_is_in_recovery()")
if [ "$standby" = t ]; then
	echo "postgres-backup.sh: not the primary, nothing to do"
	exit 0
fi

pgbackrest --stanza="$stanza" stanza-create # does nothing when it is there
pgbackrest --stanza="$stanza" check         # WAL arrives in the repository

# The drill compares with this estimate: a backup of the wrong or emptied database is
# complete and correct, and worthless.
rows=$(psql --no-psqlrc --no-password --no-align --tuples-only --username=postgres --dbname="${PGDATABASE:-gomeet}" --command="
	SELECT coalesce(sum(n_live_tup), 0)::bigint FROM pg_stat_user_tables")
pgbackrest --stanza="$stanza" --type="$kind" --annotation=rows="$rows" backup

# Incremental backups build on each other within a day, and expiring one takes the
# later ones along: so a day's chain goes when its last one is old enough.
limit=$(($(date +%s) - (${INCR_DAYS:-7} + 1) * 86400))
old=$(pgbackrest --stanza="$stanza" --output=json info | jq -r --argjson limit "$limit" \
	'.[0].backup[] | select(.type == "incr" and .timestamp.stop < $limit) | .label')
for label in $old; do
	# It may be gone with the one before.
	if pgbackrest --stanza="$stanza" --output=json info | jq -e --arg l "$label" 'any(.[0].backup[]; .label == $l)' >/dev/null; then
		pgbackrest --stanza="$stanza" --set="$label" expire
	fi
done
backed_up postgresql "$kind"
