package manifests

import (
	"fmt"
	"time"
)

// Backups that run at the primary site, with twice their interval as the oldest allowed
// age of the frequent ones, and a day and two hours for the daily ones, the time that
// the longest may take (design document, "Backup Strategy"). Systems and kinds are what the
// scripts say when they are done ("backed_up").
var (
	PostgresBackups   = []BackupLimit{{"postgresql", "full", 26 * time.Hour}, {"postgresql", "incr", 12 * time.Hour}}
	RedisBackups      = []BackupLimit{{"redis", "hourly", 2 * time.Hour}, {"redis", "daily", 26 * time.Hour}}
	StateBackups      = []BackupLimit{{"state", "archive", 26 * time.Hour}}
	RecordingsBackups = []BackupLimit{{"recordings", "copy", 26 * time.Hour}}
)

// RestoreDrillMaxAge is how old the last restore drill may be: it is weekly, and has a day.
const RestoreDrillMaxAge = 8 * 24 * time.Hour

// backupRules watches that backups are made and can be restored. A backup that never
// succeeded has no metric, which is an alert of its own.
func backupRules(l Limits) RuleFile {
	f := RuleFile{Subject: "backups"}
	for _, b := range l.Backups {
		f.Records = append(f.Records, Record{
			Name: "gomeet:backup_age_limit_seconds", Expr: fmt.Sprintf("vector(%.0f)", b.MaxAge.Seconds()),
			Labels: map[string]string{"system": b.System, "kind": b.Kind},
		})
	}
	f.Alerts = append(f.Alerts, when(len(l.Backups) > 0,
		Alert{
			Name: "BackupTooOld",
			Expr: `time() - max by (system, kind) (gomeet_backup_success_timestamp_seconds)` +
				` > on (system, kind) gomeet:backup_age_limit_seconds`,
			For:      5 * time.Minute,
			Severity: Critical, Owner: OwnerData,
			Summary: "The newest {{ $labels.kind }} backup of {{ $labels.system }} is {{ $value | humanizeDuration }} old.",
			Action:  "Read the log of the last job (kubectl -n data get jobs), mend the cause and start one by hand.",
		},
		Alert{
			Name:     "BackupMissing",
			Expr:     `gomeet:backup_age_limit_seconds unless on (system, kind) gomeet_backup_success_timestamp_seconds`,
			For:      26 * time.Hour,
			Severity: Critical, Owner: OwnerData,
			Summary: "There never was a {{ $labels.kind }} backup of {{ $labels.system }}.",
			Action:  "Look whether the CronJob is there and not suspended, and at the log of its last job.",
		})...)
	f.Alerts = append(f.Alerts, when(l.Drill,
		Alert{
			Name:     "RestoreDrillFailed",
			Expr:     `gomeet_restore_drill_success == 0`,
			Severity: Critical, Owner: OwnerData,
			Summary: "The last restore drill of {{ $labels.system }} failed: its backups may be worth nothing.",
			Action:  "Read the drill's log. Until one succeeds, make no change that could need a restore.",
		},
		Alert{
			Name:     "RestoreDrillOverdue",
			Expr:     fmt.Sprintf(`time() - gomeet_restore_drill_timestamp_seconds > %.0f`, RestoreDrillMaxAge.Seconds()),
			Severity: Warning, Owner: OwnerData,
			Summary: "The last restore drill of {{ $labels.system }} was {{ $value | humanizeDuration }} ago.",
			Action:  "Start one: kubectl -n data create job --from=cronjob/postgres-drill drill-now.",
		},
		Alert{
			Name:     "RestoreDrillMissing",
			Expr:     `absent(gomeet_restore_drill_timestamp_seconds)`,
			For:      RestoreDrillMaxAge,
			Severity: Warning, Owner: OwnerData,
			Summary: "There never was a restore drill: nobody knows whether the backups can be read.",
			Action:  "Look whether the CronJob is there and not suspended, and start one by hand.",
		})...)
	return f
}
