# shellcheck shell=sh
# What the Redis scripts share. All of them read:
#
#   REDIS_NODES       every node as host:port, separated by spaces
#   REDIS_USER        user to log in as, default operator
#   REDISCLI_AUTH     its password, from a Secret; redis-cli reads it from here, so it
#                     is in no argument
#   REDIS_TLS_CA      certificate authority of the nodes

: "${REDIS_NODES:?}" "${REDISCLI_AUTH:?}" "${REDIS_TLS_CA:?}"
export REDISCLI_AUTH
# rclone is configured by its variables, RCLONE_CONFIG_<REMOTE>_*, and has no file.
export RCLONE_CONFIG="${RCLONE_CONFIG-}"
REDIS_USER=${REDIS_USER:-operator}

say() { echo "$(basename "$0"): $*"; }
fail() {
	say "$*" >&2
	exit 1
}

# cli HOST:PORT COMMAND... runs one command on one node.
cli() {
	cli_node=$1
	shift
	timeout "${REDIS_COMMAND_TIMEOUT:-10}" redis-cli --tls --cacert "$REDIS_TLS_CA" --user "$REDIS_USER" \
		--no-auth-warning -h "${cli_node%:*}" -p "${cli_node##*:}" -e "$@" </dev/null
}

# manage ACTION... runs a cluster command of redis-cli; it talks to many nodes.
manage() {
	timeout "${REDIS_MANAGE_TIMEOUT:-300}" redis-cli --tls --cacert "$REDIS_TLS_CA" --user "$REDIS_USER" \
		--no-auth-warning --cluster "$@"
}

# info HOST:PORT KEY prints one value of CLUSTER INFO.
info() { cli "$1" cluster info | tr -d '\r' | sed -n "s/^$2://p"; }

# replication HOST:PORT KEY prints one value of INFO replication.
replication() { cli "$1" info replication | tr -d '\r' | sed -n "s/^$2://p"; }

# myself HOST:PORT prints the node's own line of CLUSTER NODES.
myself() { cli "$1" cluster nodes | grep myself; }

# address HOST:PORT prints the address that the node announces, as ip:port.
address() { myself "$1" | awk '{ sub(/@.*/, "", $2); print $2 }'; }

# retry SECONDS COMMAND... runs a command every half second until it succeeds.
retry() {
	retry_end=$(($(date +%s) + $1))
	shift
	until "$@"; do
		[ "$(date +%s)" -lt "$retry_end" ] || return 1
		sleep 0.5
	done
}
