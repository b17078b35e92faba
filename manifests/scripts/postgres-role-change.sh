#!/bin/sh
# Patroni calls this with what happened, the new role and the cluster's name. When this
# member has become the primary, all poolers drop their connections to the old one. A
# primary that was killed closes them by itself; one that is frozen does not, and each
# of the pooler's idle connections would cost a client its query_timeout.
#
#   POOLERS                   host:port of the poolers, separated by spaces; a host may
#                             have several addresses, such as a headless Service
#   PGBOUNCER_ADMIN_PASSWORD  of the console's user, from a Secret
#   PGBOUNCER_ADMIN           its name, default pgbouncer_admin
set -eu
case ${2:-} in
primary | master) ;;
*) exit 0 ;;
esac
: "${POOLERS:?}" "${PGBOUNCER_ADMIN_PASSWORD:?}"
export PGPASSWORD="$PGBOUNCER_ADMIN_PASSWORD" PGCONNECT_TIMEOUT=2 PGSSLMODE=require
status=0
for pooler in $POOLERS; do
	for address in $(getent ahosts "${pooler%:*}" | awk '{ print $1 }' | sort -u); do
		timeout 5 psql --no-psqlrc --no-password --quiet --command=RECONNECT \
			"host=$address port=${pooler##*:} dbname=pgbouncer user=${PGBOUNCER_ADMIN:-pgbouncer_admin}" || {
			echo "postgres-role-change.sh: pooler $address did not reconnect" >&2
			status=1
		}
	done
done
exit $status
