package standin

import (
	"context"
	"strconv"

	"github.com/digitalocean/godo"
)

// slack is a channel that is notified.
type slack struct {
	Channel string `json:"channel"`
	URL     string `json:"url"`
}

func slackDetails(list []slack) []godo.SlackDetails {
	var out []godo.SlackDetails
	for _, s := range list {
		out = append(out, godo.SlackDetails{Channel: s.Channel, URL: s.URL})
	}
	return out
}

func slacks(list []godo.SlackDetails) []slack {
	var out []slack
	for _, s := range list {
		out = append(out, slack{Channel: s.Channel, URL: s.URL})
	}
	return out
}

// notified says who hears of an alert.
type notified struct {
	Emails []string `json:"emails,omitempty"`
	Slacks []slack  `json:"slacks,omitempty"`
}

// monitorAlertState is digitalocean.MonitorAlert.
type monitorAlertState struct {
	Type        string   `json:"type" pulumi:"required"`
	Description string   `json:"description" pulumi:"required"`
	Compare     string   `json:"compare" pulumi:"required"`
	Value       float64  `json:"value" pulumi:"required"`
	Window      string   `json:"window" pulumi:"required"`
	Enabled     *bool    `json:"enabled" pulumi:"cleared"`
	Alerts      notified `json:"alerts" pulumi:"required,object"`
	Entities    []string `json:"entities,omitempty" pulumi:"set"`
	Tags        []string `json:"tags,omitempty" pulumi:"set"`
	// UUID is declared by the official provider and never filled; the id has it.
	UUID string `json:"uuid" pulumi:"output"`
}

func (s monitorAlertState) request() *godo.AlertPolicyCreateRequest {
	return &godo.AlertPolicyCreateRequest{
		Type: s.Type, Description: s.Description, Compare: godo.AlertPolicyComp(s.Compare), Value: float32(s.Value),
		Window: s.Window, Enabled: s.Enabled, Entities: s.Entities, Tags: s.Tags,
		Alerts: godo.Alerts{Email: s.Alerts.Emails, Slack: slackDetails(s.Alerts.Slacks)},
	}
}

var monitorAlert = of[monitorAlertState]{
	defaults: func(s *monitorAlertState) {
		if s.Enabled == nil {
			yes := true // in the SDK's documentation
			s.Enabled = &yes
		}
	},
	make: func(ctx context.Context, c *clients, in monitorAlertState) (string, error) {
		made, _, err := c.Monitoring.CreateAlertPolicy(ctx, in.request())
		if err != nil {
			return "", err
		}
		return made.UUID, nil
	},
	look: func(ctx context.Context, c *clients, id string, _ monitorAlertState) (monitorAlertState, error) {
		a, _, err := c.Monitoring.GetAlertPolicy(ctx, id)
		if err != nil {
			return monitorAlertState{}, err
		}
		value, err := widen(a.Value)
		return monitorAlertState{
			Type: a.Type, Description: a.Description, Compare: string(a.Compare), Value: value, Window: a.Window,
			Enabled: &a.Enabled, Entities: a.Entities, Tags: a.Tags,
			Alerts: notified{Emails: a.Alerts.Email, Slacks: slacks(a.Alerts.Slack)},
		}, err
	},
	change: func(ctx context.Context, c *clients, id string, in, _ monitorAlertState) error {
		request := godo.AlertPolicyUpdateRequest(*in.request())
		_, _, err := c.Monitoring.UpdateAlertPolicy(ctx, id, &request)
		return err
	},
	remove: func(ctx context.Context, c *clients, id string, _ monitorAlertState) error {
		_, err := c.Monitoring.DeleteAlertPolicy(ctx, id)
		return err
	},
}

// widen gives a number its shortest decimal: 0.1 stays 0.1, where a conversion makes
// 0.10000000149 of it and so a difference from the program.
func widen(v float32) (float64, error) {
	return strconv.ParseFloat(strconv.FormatFloat(float64(v), 'g', -1, 32), 64)
}
