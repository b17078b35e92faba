package api

import (
	"net/url"
	"slices"

	"github.com/digitalocean/godo"
	"github.com/google/uuid"

	"github.com/gomeet/infra/sandbox/store"
)

var (
	alertPolicies = store.NewCollection[godo.AlertPolicy]("alert_policies")
	uptimeChecks  = store.NewCollection[godo.UptimeCheck]("uptime_checks")
	uptimeAlerts  = store.NewCollection[uptimeAlert]("uptime_alerts")
)

// uptimeAlert is an alert with the check it belongs to.
type uptimeAlert struct {
	Check string
	godo.UptimeAlert
}

func (s *Server) registerAlerts() {
	register(s, simple[godo.AlertPolicy, godo.AlertPolicyCreateRequest]{
		path: "/v2/monitoring/alerts", one: "policy", many: "policies", inventory: "alert_policies",
		items: alertPolicies, id: func(a godo.AlertPolicy) string { return a.UUID },
		describe: func(a godo.AlertPolicy) item { return item{id: a.UUID, name: a.Description} },
		make: func(c *call, req godo.AlertPolicyCreateRequest) (godo.AlertPolicy, error) {
			return fillPolicy(c, godo.AlertPolicy{UUID: uuid.NewString()}, req)
		},
		edit: fillPolicy,
	})
	register(s, simple[godo.UptimeCheck, godo.CreateUptimeCheckRequest]{
		path: "/v2/uptime/checks", one: "check", many: "checks", inventory: "uptime_checks",
		items: uptimeChecks, id: func(u godo.UptimeCheck) string { return u.ID },
		describe: func(u godo.UptimeCheck) item { return item{id: u.ID, name: u.Name} },
		make: func(c *call, req godo.CreateUptimeCheckRequest) (godo.UptimeCheck, error) {
			return fillCheck(c, godo.UptimeCheck{ID: uuid.NewString()}, req)
		},
		edit: fillCheck,
		drop: func(c *call, u godo.UptimeCheck) error {
			list, err := c.uptimeAlerts(u.ID)
			for _, a := range list {
				if err == nil {
					err = uptimeAlerts.Delete(c.tx, a.ID)
				}
			}
			return err
		},
	})
	s.get("/v2/uptime/checks/{id}/state", func(c *call) (reply, error) {
		u, err := find(c, uptimeChecks, c.param("id"))
		if err != nil {
			return reply{}, err
		}
		state := godo.UptimeCheckState{Regions: map[string]godo.UptimeRegion{}}
		for _, region := range u.Regions {
			state.Regions[region] = godo.UptimeRegion{Status: "UP"}
		}
		return ok("state", state)
	})
	s.registerUptimeAlerts()
}

// windows are the averaging windows of alert policies (alert_policy.yml).
var windows = []string{"5m", "10m", "30m", "1h"}

func fillPolicy(c *call, a godo.AlertPolicy, req godo.AlertPolicyCreateRequest) (godo.AlertPolicy, error) {
	switch {
	case req.Type == "":
		return a, invalid("type is empty, want a metric such as v1/insights/droplet/cpu")
	case req.Compare != godo.GreaterThan && req.Compare != godo.LessThan:
		return a, invalid("compare %q is invalid, want %s or %s", req.Compare, godo.GreaterThan, godo.LessThan)
	case !slices.Contains(windows, req.Window):
		return a, invalid("window %q is invalid, want one of %q", req.Window, windows)
	case len(req.Alerts.Email)+len(req.Alerts.Slack) == 0:
		return a, invalid("alerts is empty, want at least one e-mail address or Slack channel")
	}
	if _, err := c.ensureTags(req.Tags); err != nil {
		return a, err
	}
	a.Type, a.Description, a.Compare, a.Value, a.Window = req.Type, req.Description, req.Compare, req.Value, req.Window
	a.Entities, a.Tags, a.Alerts = orList(req.Entities), orList(req.Tags), req.Alerts
	a.Enabled = req.Enabled == nil || *req.Enabled
	return a, nil
}

// uptimeRegions are where checks can come from (check_updatable.yml).
var uptimeRegions = []string{"us_east", "us_west", "eu_west", "se_asia"}

func fillCheck(_ *call, u godo.UptimeCheck, req godo.CreateUptimeCheckRequest) (godo.UptimeCheck, error) {
	switch {
	case req.Name == "":
		return u, invalid("name is empty, want a name")
	case !slices.Contains([]string{"ping", "http", "https"}, req.Type):
		return u, invalid("type %q is invalid, want ping, http or https", req.Type)
	case req.Target == "":
		return u, invalid("target is empty, want a URL or a host")
	}
	if target, err := url.Parse(req.Target); req.Type != "ping" && (err != nil || target.Host == "") {
		return u, invalid("target %q is no URL", req.Target)
	}
	for _, region := range req.Regions {
		if !slices.Contains(uptimeRegions, region) {
			return u, invalid("region %q is invalid, want one of %q", region, uptimeRegions)
		}
	}
	u.Name, u.Type, u.Target, u.Regions, u.Enabled = req.Name, req.Type, req.Target, orList(req.Regions), req.Enabled
	return u, nil
}

func orList[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

func (c *call) uptimeAlerts(check string) ([]godo.UptimeAlert, error) {
	all, err := uptimeAlerts.List(c.tx)
	list := []godo.UptimeAlert{}
	for _, a := range all {
		if a.Check == check {
			list = append(list, a.UptimeAlert)
		}
	}
	return list, err
}

func (s *Server) registerUptimeAlerts() {
	const path = "/v2/uptime/checks/{id}/alerts"
	s.get(path, func(c *call) (reply, error) {
		if _, err := find(c, uptimeChecks, c.param("id")); err != nil {
			return reply{}, err
		}
		list, err := c.uptimeAlerts(c.param("id"))
		if err != nil {
			return reply{}, err
		}
		return paged(c, "alerts", list)
	})
	s.post(path, func(c *call) (reply, error) {
		if _, err := find(c, uptimeChecks, c.param("id")); err != nil {
			return reply{}, err
		}
		return c.putUptimeAlert(uuid.NewString(), created)
	})
	s.get(path+"/{alert}", func(c *call) (reply, error) {
		a, err := c.uptimeAlert()
		if err != nil {
			return reply{}, err
		}
		return ok("alert", a.UptimeAlert)
	})
	s.put(path+"/{alert}", func(c *call) (reply, error) {
		a, err := c.uptimeAlert()
		if err != nil {
			return reply{}, err
		}
		return c.putUptimeAlert(a.ID, ok)
	})
	s.delete(path+"/{alert}", func(c *call) (reply, error) {
		a, err := c.uptimeAlert()
		if err != nil {
			return reply{}, err
		}
		if err := uptimeAlerts.Delete(c.tx, a.ID); err != nil {
			return reply{}, err
		}
		return noContent()
	})
}

func (c *call) uptimeAlert() (uptimeAlert, error) {
	a, err := find(c, uptimeAlerts, c.param("alert"))
	if err == nil && a.Check != c.param("id") {
		err = errNotFound
	}
	return a, err
}

// uptimeAlertTypes are what an uptime alert watches (alert.yml).
var uptimeAlertTypes = []string{"latency", "down", "down_global", "ssl_expiry"}

func (c *call) putUptimeAlert(id string, answer func(string, any) (reply, error)) (reply, error) {
	a := uptimeAlert{Check: c.param("id")}
	if err := c.decode(&a.UptimeAlert); err != nil {
		return reply{}, err
	}
	a.ID = id
	switch {
	case a.Name == "":
		return reply{}, invalid("name is empty, want a name")
	case !slices.Contains(uptimeAlertTypes, a.Type):
		return reply{}, invalid("type %q is invalid, want one of %q", a.Type, uptimeAlertTypes)
	}
	if err := uptimeAlerts.Put(c.tx, id, a); err != nil {
		return reply{}, err
	}
	return answer("alert", a.UptimeAlert)
}
