package standin

import (
	"context"

	"github.com/digitalocean/godo"
)

// uptimeAlertState is digitalocean.UptimeAlert. The official provider does not
// replace it with its check: moving it to another check fails there, and here.
type uptimeAlertState struct {
	CheckID       string     `json:"checkId" pulumi:"required"`
	Name          string     `json:"name"`
	Type          string     `json:"type" pulumi:"required"`
	Notifications []notified `json:"notifications" pulumi:"required"`
	Threshold     int        `json:"threshold" pulumi:"cleared"`
	Comparison    string     `json:"comparison" pulumi:"cleared"`
	Period        string     `json:"period" pulumi:"cleared"`
}

func (s uptimeAlertState) request() *godo.CreateUptimeAlertRequest {
	who := &godo.Notifications{}
	for _, n := range s.Notifications {
		who.Email = append(who.Email, n.Emails...)
		who.Slack = append(who.Slack, slackDetails(n.Slacks)...)
	}
	return &godo.CreateUptimeAlertRequest{
		Name: s.Name, Type: s.Type, Threshold: s.Threshold, Comparison: godo.UptimeAlertComp(s.Comparison),
		Period: s.Period, Notifications: who,
	}
}

var uptimeAlert = of[uptimeAlertState]{
	make: func(ctx context.Context, c *clients, in uptimeAlertState) (string, error) {
		made, _, err := c.UptimeChecks.CreateAlert(ctx, in.CheckID, in.request())
		if err != nil {
			return "", err
		}
		return made.ID, nil
	},
	look: func(ctx context.Context, c *clients, id string, old uptimeAlertState) (uptimeAlertState, error) {
		a, _, err := c.UptimeChecks.GetAlert(ctx, old.CheckID, id)
		if err != nil {
			return uptimeAlertState{}, err
		}
		s := uptimeAlertState{
			CheckID: old.CheckID, Name: a.Name, Type: a.Type, Threshold: a.Threshold,
			Comparison: string(a.Comparison), Period: a.Period,
		}
		if who := a.Notifications; who != nil {
			s.Notifications = []notified{{Emails: who.Email, Slacks: slacks(who.Slack)}}
		}
		return s, nil
	},
	change: func(ctx context.Context, c *clients, id string, in, _ uptimeAlertState) error {
		request := godo.UpdateUptimeAlertRequest(*in.request())
		_, _, err := c.UptimeChecks.UpdateAlert(ctx, in.CheckID, id, &request)
		return err
	},
	remove: func(ctx context.Context, c *clients, id string, old uptimeAlertState) error {
		_, err := c.UptimeChecks.DeleteAlert(ctx, old.CheckID, id)
		return err
	},
}
