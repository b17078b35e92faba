package standin

import (
	"context"

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
	Type        string `json:"type" pulumi:"required"`
	Description string `json:"description" pulumi:"required"`
	Compare     string `json:"compare" pulumi:"required"`
	// Value comes back in single precision, as with the official provider: 80.5
	// stays, and 80.1 turns into 80.0999984741211 and is a change for ever.
	Value    float64  `json:"value" pulumi:"required"`
	Window   string   `json:"window" pulumi:"required"`
	Enabled  *bool    `json:"enabled" pulumi:"cleared"`
	Alerts   notified `json:"alerts" pulumi:"required,object"`
	Entities []string `json:"entities,omitempty" pulumi:"set"`
	Tags     []string `json:"tags,omitempty" pulumi:"set"`
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
		return monitorAlertState{
			Type: a.Type, Description: a.Description, Compare: string(a.Compare), Value: float64(a.Value), Window: a.Window,
			Enabled: &a.Enabled, Entities: a.Entities, Tags: a.Tags,
			Alerts: notified{Emails: a.Alerts.Email, Slacks: slacks(a.Alerts.Slack)},
		}, nil
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
