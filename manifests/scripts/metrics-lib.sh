# shellcheck shell=sh
# Metrics of jobs, in the text format that node_exporter's textfile collector reads.
#
#   METRICS_DIR   where to write; without it nothing is written

# publish NAME writes standard input as NAME.prom, at once: a collector never reads
# half a file.
publish() {
	[ -n "${METRICS_DIR:-}" ] || {
		cat >/dev/null
		return 0
	}
	cat >"$METRICS_DIR/.$1.new"
	chmod 0644 "$METRICS_DIR/.$1.new"
	mv "$METRICS_DIR/.$1.new" "$METRICS_DIR/$1.prom"
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
