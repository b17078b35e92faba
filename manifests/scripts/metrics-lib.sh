# shellcheck shell=sh
# Metrics of jobs, in Prometheus' text format.
#
#   METRICS_DIR   where to write files for node_exporter's textfile collector
#   METRICS_PUSH  Pushgateway to send them to
# Without either, nothing is published. A metric that cannot be sent fails no backup: the
# alert on the newest backup's age then fires.

# publish NAME writes standard input as NAME.prom, at once: a collector never reads
# half a file. The Pushgateway keeps it as the job NAME.
publish() {
	published=$(mktemp)
	cat >"$published"
	if [ -n "${METRICS_PUSH:-}" ]; then
		curl --silent --show-error --fail --max-time 10 --data-binary "@$published" "$METRICS_PUSH/metrics/job/$1" ||
			echo "metrics of $1 were not sent to $METRICS_PUSH" >&2
	fi
	if [ -n "${METRICS_DIR:-}" ]; then
		cp "$published" "$METRICS_DIR/.$1.new"
		chmod 0644 "$METRICS_DIR/.$1.new"
		mv "$METRICS_DIR/.$1.new" "$METRICS_DIR/$1.prom"
	fi
	rm -f "$published"
}

# backed_up SYSTEM KIND notes that a backup succeeded now. The alert is on its age: a
# job that never ran raises it too.
backed_up() {
	publish "gomeet_backup_$1_$2" <<METRICS
# HELP gomeet_backup_success_timestamp_seconds When the newest backup was complete.
# TYPE gomeet_backup_success_timestamp_seconds gauge
gomeet_backup_success_timestamp_seconds{system="$1",kind="$2"} $(date +%s)
METRICS
}
