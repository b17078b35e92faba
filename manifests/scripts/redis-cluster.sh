#!/bin/sh
# Creates the Redis Cluster, or repairs it. It may run at any time and changes nothing
# in a healthy cluster. It heals what Redis does not heal by itself: all pods started
# anew with new addresses know each other only by the old ones, and a node that came
# back with an empty volume is nobody's replica.
#
# It never assigns slots of a cluster that exists: slots without an owner mean lost
# data, and a person decides (docs/recovery.md).
#
#   REDIS_REPLICAS    replicas of each master, default 1
#   REDIS_WAIT        seconds to wait for nodes and for agreement, default 120
# and what redis-lib.sh reads. The first nodes of REDIS_NODES become the masters.
set -eu
# shellcheck source=SCRIPTDIR/redis-lib.sh
. "$(dirname "$0")/redis-lib.sh"
wait_seconds=${REDIS_WAIT:-120}
replicas=${REDIS_REPLICAS:-1}

answers() { [ "$(cli "$1" ping 2>/dev/null)" = PONG ]; }

# fresh tells whether no node knows another one or holds a slot.
fresh() {
	for node in $REDIS_NODES; do
		[ "$(info "$node" cluster_known_nodes)" = 1 ] || return 1
		[ "$(info "$node" cluster_slots_assigned)" = 0 ] || return 1
	done
}

create() {
	say "creating the cluster"
	addresses=
	for node in $REDIS_NODES; do
		addresses="$addresses $(address "$node")"
	done
	# shellcheck disable=SC2086 # one argument per address
	manage create $addresses --cluster-replicas "$replicas" --cluster-yes </dev/null
}

# meet introduces every node to the first one by its present address; gossip tells the
# others. Nodes that know each other only update the address.
meet() {
	first=${REDIS_NODES%% *}
	for node in $REDIS_NODES; do
		[ "$node" = "$first" ] && continue
		to=$(address "$node")
		cli "$first" cluster meet "${to%:*}" "${to##*:}" >/dev/null
	done
}

# connected tells whether every node has a link to every other one, and all think the
# cluster is well.
connected() {
	for node in $REDIS_NODES; do
		[ "$(cli "$node" cluster nodes | grep -c ' connected')" -ge "$count" ] || return 1
	done
}

# forget removes nodes that failed and that no address in REDIS_NODES has any more.
forget() {
	known=" $(for node in $REDIS_NODES; do cli "$node" cluster myid; done | tr '\n' ' ') "
	gone=$(cli "${REDIS_NODES%% *}" cluster nodes | awk '$3 ~ /fail|noaddr/ { print $1 }')
	for id in $gone; do
		case $known in *" $id "*) continue ;; esac
		say "forgetting $id, which is gone"
		for node in $REDIS_NODES; do
			cli "$node" cluster forget "$id" >/dev/null 2>&1 || true # it may not know it
		done
	done
}

# adopt makes each master without slots a replica of the master that has the fewest. Each
# waits until all know of the one before: by an old view two would take the same master.
adopt() {
	for node in $REDIS_NODES; do
		myself "$node" | awk '{ exit !($3 ~ /master/ && NF == 8) }' || continue
		retry "$wait_seconds" agree || fail "the nodes do not agree on who is whose replica"
		master=$(cli "$node" cluster nodes | awk '
			$3 ~ /master/ && $3 !~ /fail/ && NF > 8 { n[$1] += 0 }
			$3 ~ /slave/ && $3 !~ /fail/ { n[$4]++; next }
			END { for (id in n) if (best == "" || n[id] < n[best]) best = id; print best }')
		[ -n "$master" ] || fail "no master has slots; restore a backup"
		say "making $node a replica of $master"
		retry "$wait_seconds" cli "$node" cluster replicate "$master"
	done
}

# reconnect points replicas at their master again: one that learned the master's new
# address from gossip goes on dialling the old one.
reconnect() {
	for node in $REDIS_NODES; do
		[ "$(replication "$node" master_link_status)" = down ] || continue
		master=$(myself "$node" | awk '{ print $4 }')
		say "pointing $node at its master $master"
		cli "$node" cluster replicate "$master" >/dev/null
	done
}

# view HOST:PORT prints who is whose replica, as the node sees it.
view() { cli "$1" cluster nodes | awk '{ print $1, ($3 ~ /slave/), $4 }' | sort; }

# agree tells whether all nodes see the same. Its variable is its own: adopt has $node.
agree() {
	agreed=$(view "${REDIS_NODES%% *}")
	for other in $REDIS_NODES; do
		[ "$(view "$other")" = "$agreed" ] || return 1
	done
}

healthy() {
	agree || return 1
	for node in $REDIS_NODES; do
		[ "$(info "$node" cluster_state)" = ok ] || return 1
		[ "$(info "$node" cluster_slots_ok)" = 16384 ] || return 1
		case $(replication "$node" role) in
		slave) [ "$(replication "$node" master_link_status)" = up ] || return 1 ;;
		master) [ "$(replication "$node" connected_slaves)" -ge "$replicas" ] || return 1 ;;
		esac
	done
}

count=0
for node in $REDIS_NODES; do
	retry "$wait_seconds" answers "$node" || fail "$node does not answer"
	count=$((count + 1))
done
if fresh; then
	create
elif ! healthy; then
	say "repairing the cluster"
	meet
	retry "$wait_seconds" connected || fail "the nodes do not find each other"
	forget
	adopt
	reconnect
fi
retry "$wait_seconds" healthy || {
	cli "${REDIS_NODES%% *}" cluster nodes >&2
	fail "the cluster is not healthy after $wait_seconds s: see the nodes above and docs/recovery.md"
}
say "the cluster is healthy: $count nodes, 16384 slots"
