#!/bin/sh
# Tells whether a node of the Redis Cluster may be counted on: it answers, and a replica
# hears its master. A rollout then waits until a new pod has its data before it takes the
# next one. What redis-lib.sh reads, of one node, as the exporter's user.
#
# It does not ask for the state of the cluster: before redis-cluster.sh has run there
# is none, and while a shard is away the other ones must stay reachable.
set -eu
# shellcheck source=SCRIPTDIR/redis-lib.sh
. "$(dirname "$0")/redis-lib.sh"
[ "$(cli "$REDIS_NODES" ping)" = PONG ] || fail "$REDIS_NODES does not answer"
[ "$(replication "$REDIS_NODES" role)" = master ] ||
	[ "$(replication "$REDIS_NODES" master_link_status)" = up ] || fail "$REDIS_NODES is not in sync with its master"
