package verify

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/prometheus/common/model"

	"github.com/gomeet/infra/manifests"
)

// backups compares the newest backups of every kind that the stack makes with their ages, and
// looks whether the alerts know of them.
func backups(ctx context.Context, p *probe) Result {
	if result, ok := p.watched(); !ok {
		return result
	}
	if len(p.site.Backups) == 0 {
		return skipped("no backup runs at this site")
	}
	rules, unruled, err := p.ruled(ctx, backupLimit)
	if err != nil {
		return p.blind(err)
	}
	ages, err := p.ask(ctx, "time() - max by (system, kind) (gomeet_backup_success_timestamp_seconds)")
	if err != nil {
		return p.blind(err)
	}
	var wrong, young []string
	for _, limit := range p.site.Backups {
		name := limit.System + " " + limit.Kind
		is := func(s *model.Sample) bool {
			return string(s.Metric["system"]) == limit.System && string(s.Metric["kind"]) == limit.Kind
		}
		i := slices.IndexFunc(ages, is)
		switch {
		case i < 0:
			wrong = append(wrong, name+" was never made")
		case seconds(ages[i].Value) > limit.MaxAge:
			wrong = append(wrong, fmt.Sprintf("%s is %s old, at most %s", name, hours(ages[i].Value), age(limit.MaxAge)))
		case unruled == "" && !slices.ContainsFunc(rules, is):
			wrong = append(wrong, "no rule knows of "+name+", so that BackupTooOld cannot fire")
		default:
			young = append(young, name+" "+hours(ages[i].Value))
		}
	}
	if unruled != "" {
		wrong = append(wrong, unruled)
	}
	slices.Sort(young)
	slices.Sort(wrong)
	measured := strings.Join(young, ", ")
	if len(wrong) > 0 {
		return failed(measured, strings.Join(wrong, "; "), "kubectl -n data get cronjobs,jobs: start one by hand (kubectl -n data create job --from=cronjob/NAME by-hand) and read its log; a new stack has none before its first night")
	}
	return Result{State: Pass, Measured: measured}
}

func drillLimit() string {
	return fmt.Sprintf("succeeded, at most %s old", age(manifests.RestoreDrillMaxAge))
}

// drill asks what the alerts RestoreDrillFailed and RestoreDrillOverdue ask.
func drill(ctx context.Context, p *probe) Result {
	if result, ok := p.watched(); !ok {
		return result
	}
	if !p.site.Drill {
		return skipped("no restore drill runs at this site")
	}
	ages, err := p.ask(ctx, "time() - max by (system) (gomeet_restore_drill_timestamp_seconds)")
	if err != nil {
		return p.blind(err)
	}
	outcomes, err := p.ask(ctx, "min by (system) (gomeet_restore_drill_success)")
	if err != nil {
		return p.blind(err)
	}
	fix := "kubectl -n data create job --from=cronjob/postgres-drill drill-by-hand, and read its log; a new stack has none before its first week"
	switch {
	case len(ages) == 0 || len(outcomes) == 0:
		return failed("", "there never was a restore drill", fix)
	case outcomes[0].Value != 1:
		return failed(hours(ages[0].Value)+" ago", "the last restore drill failed: the backups may be worth nothing", fix)
	case seconds(ages[0].Value) > manifests.RestoreDrillMaxAge:
		return failed(hours(ages[0].Value)+" ago", "the last restore drill is too old", fix)
	default:
		return Result{State: Pass, Measured: "succeeded " + hours(ages[0].Value) + " ago"}
	}
}

func seconds(v model.SampleValue) time.Duration {
	return time.Duration(float64(v) * float64(time.Second))
}

func hours(v model.SampleValue) string { return age(seconds(v)) }

// age is a time in days or hours or minutes, whichever says enough.
func age(d time.Duration) string {
	switch {
	case d >= 48*time.Hour:
		return fmt.Sprintf("%.0f days", d.Hours()/24)
	case d >= 2*time.Hour:
		return fmt.Sprintf("%.0f h", d.Hours())
	default:
		return fmt.Sprintf("%.0f min", d.Minutes())
	}
}
