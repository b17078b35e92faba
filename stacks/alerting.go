package stacks

import (
	"net/url"
	"strings"
)

// Alerting says who is told of an alert.
type Alerting struct {
	// PagerDuty and Slack say which ways exist; SlackChannel is where the webhook writes.
	PagerDuty, Slack bool
	SlackChannel     string
}

// RemoteWrite is a store that all metrics are sent to as well.
type RemoteWrite struct{ URL, User string }

// alerting reads who is told of an alert.
func (l *loader) alerting(raw string) {
	var ways struct {
		PagerDuty    bool   `json:"pagerDuty"`
		Slack        bool   `json:"slack"`
		SlackChannel string `json:"slackChannel"`
	}
	name := qualified("alerting")
	if err := decode(raw, &ways); err != nil {
		l.problems.add(name, raw, "must be {pagerDuty, slack, slackChannel}: %v", err)
		return
	}
	if ways.SlackChannel == "" {
		ways.SlackChannel = "#gomeet-alerts"
	}
	if !strings.HasPrefix(ways.SlackChannel, "#") {
		l.problems.add(name+".slackChannel", ways.SlackChannel, `must be a channel such as "#gomeet-alerts"`)
	}
	l.config.Alerting = Alerting{ways.PagerDuty, ways.Slack, ways.SlackChannel}
}

// remoteWrite reads the store that metrics are sent to; an empty object is none.
func (l *loader) remoteWrite(raw string) {
	var store struct {
		URL  string `json:"url"`
		User string `json:"user"`
	}
	name := qualified("remoteWrite")
	if err := decode(raw, &store); err != nil {
		l.problems.add(name, raw, "must be {url, user}: %v", err)
		return
	}
	if store.URL == "" {
		if store.User != "" {
			l.problems.add(name+".url", "", "missing; user belongs to a url")
		}
		return
	}
	if u, err := url.Parse(store.URL); err != nil || u.Scheme != "https" || u.Host == "" || u.User != nil {
		l.problems.add(name+".url", store.URL, "must be a URL with https and without a password")
	}
	l.config.RemoteWrite = &RemoteWrite{store.URL, store.User}
}

// alertingKeys requires the secrets of what is switched on, where they are in the stack.
func (l *loader) alertingKeys() {
	if l.config.SecretStore != nil {
		return
	}
	s, a := l.config.Secrets, l.config.Alerting
	for _, k := range []struct {
		needed           bool
		name, value, why string
	}{
		{a.PagerDuty, "pagerDutyKey", s.PagerDutyKey, "gomeet:alerting.pagerDuty needs the routing key of an integration (Events API v2)"},
		{a.Slack, "slackWebhook", s.SlackWebhook, "gomeet:alerting.slack needs the URL of an incoming webhook"},
		{l.config.RemoteWrite != nil && l.config.RemoteWrite.User != "", "remoteWritePassword", s.RemoteWritePassword, "gomeet:remoteWrite.user needs it"},
	} {
		if k.needed && k.value == "" {
			l.problems.add(qualified(k.name), "", "missing; %s; set it with \"pulumi config set --secret\"", k.why)
		}
	}
}
