package recovery

import (
	"context"
	"net/http"
	"strings"

	"github.com/digitalocean/godo"

	"github.com/gomeet/infra/internal/engine"
)

func findMonitorAlert(ctx context.Context, c *Cloud, want *engine.Resource) ([]Found, error) {
	all, err := list(ctx, c, "alert policies", func(ctx context.Context, c *Cloud, o *godo.ListOptions) ([]godo.AlertPolicy, *godo.Response, error) {
		return c.Monitoring.ListAlertPolicies(ctx, o)
	})
	var found []Found
	for _, a := range all {
		if a.Description == text(want, "description") && a.Type == text(want, "type") {
			found = append(found, Found{ID: a.UUID, Import: a.UUID, delete: func() error {
				_, err := c.Monitoring.DeleteAlertPolicy(ctx, a.UUID)
				return err
			}})
		}
	}
	return found, err
}

func uptimeChecks(ctx context.Context, c *Cloud) ([]godo.UptimeCheck, error) {
	return list(ctx, c, "uptime checks", func(ctx context.Context, c *Cloud, o *godo.ListOptions) ([]godo.UptimeCheck, *godo.Response, error) {
		return c.UptimeChecks.List(ctx, o)
	})
}

func findUptimeCheck(ctx context.Context, c *Cloud, want *engine.Resource) ([]Found, error) {
	all, err := uptimeChecks(ctx, c)
	var found []Found
	for _, v := range all {
		if v.Name == text(want, "name") {
			found = append(found, Found{ID: v.ID, Import: v.ID, delete: func() error {
				_, err := c.UptimeChecks.Delete(ctx, v.ID)
				return err
			}})
		}
	}
	return found, err
}

// findUptimeAlert finds alerts that cannot be imported: the provider's import takes
// their id alone, and the API wants their check's as well. They are made again.
func findUptimeAlert(ctx context.Context, c *Cloud, want *engine.Resource) ([]Found, error) {
	check := text(want, "checkId")
	if check == "" {
		return nil, nil
	}
	all, err := list(ctx, c, "alerts of uptime check "+check, func(ctx context.Context, c *Cloud, o *godo.ListOptions) ([]godo.UptimeAlert, *godo.Response, error) {
		alerts, response, err := c.UptimeChecks.ListAlerts(ctx, check, o)
		if response != nil && response.StatusCode == http.StatusNotFound { // somebody deleted the check
			return nil, response, nil
		}
		return alerts, response, err
	})
	var found []Found
	for _, a := range all {
		if a.Name == text(want, "name") {
			found = append(found, Found{ID: a.ID, delete: func() error {
				_, err := c.UptimeChecks.DeleteAlert(ctx, check, a.ID)
				return err
			}})
		}
	}
	return found, err
}

// findSpacesKey finds keys whose secret only their creation showed: nobody has it, so
// nobody uses them, and they are made again.
func findSpacesKey(ctx context.Context, c *Cloud, want *engine.Resource) ([]Found, error) {
	all, err := list(ctx, c, "Spaces keys", func(ctx context.Context, c *Cloud, o *godo.ListOptions) ([]*godo.SpacesKey, *godo.Response, error) {
		return c.SpacesKeys.List(ctx, o)
	})
	var found []Found
	for _, k := range all {
		if name := text(want, "name"); name != "" && strings.EqualFold(k.Name, name) {
			found = append(found, Found{ID: k.AccessKey, delete: func() error {
				_, err := c.SpacesKeys.Delete(ctx, k.AccessKey)
				return err
			}})
		}
	}
	return found, err
}
