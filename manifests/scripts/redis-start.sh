#!/bin/sh
# Starts a node of the Redis Cluster. A pod that was rescheduled has a new address and
# an old nodes.conf: the address is announced anew at each start, and the name stays.
#
#   POD_IP            address to announce
#   POD_NAME          such as redis-0
#   REDIS_SERVICE     headless Service, such as redis.data.svc.cluster.local
#   REDIS_CONFIG      configuration, default /etc/redis/redis.conf
set -eu
: "${POD_IP:?}" "${POD_NAME:?}" "${REDIS_SERVICE:?}"
exec redis-server "${REDIS_CONFIG:-/etc/redis/redis.conf}" \
	--cluster-announce-ip "$POD_IP" \
	--cluster-announce-hostname "$POD_NAME.$REDIS_SERVICE" \
	"$@"
