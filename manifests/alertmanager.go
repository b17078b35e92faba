package manifests

import "time"

// Where Alertmanager finds its files. Its secrets are files of a Secret.
const (
	AlertmanagerFile      = "alertmanager.yml"
	AlertmanagerConfigDir = "/etc/alertmanager"
	AlertmanagerSecretDir = "/run/secrets/alertmanager"
	// PagerDutyKeyFile holds an Events API v2 routing key, SlackWebhookFile the URL of an
	// incoming webhook.
	PagerDutyKeyFile = AlertmanagerSecretDir + "/pagerduty-key"
	SlackWebhookFile = AlertmanagerSecretDir + "/slack-webhook"
)

// Alertmanager decides who is told of an alert. It holds no secret.
type Alertmanager struct {
	// PagerDuty and Slack say which ways exist. Without any, alerts are only on
	// Alertmanager's page.
	PagerDuty, Slack bool
	// SlackChannel is where the webhook writes.
	SlackChannel string
	// GroupWait is how long the first alert of a group waits for others, GroupInterval how
	// long news of a group do; Repeat is when an alert that still fires is told again.
	GroupWait, GroupInterval, Repeat time.Duration
}

// NewAlertmanager has Alertmanager's own defaults of waiting, and repeats what nobody has
// mended after four hours, its default too.
func NewAlertmanager() Alertmanager {
	return Alertmanager{
		SlackChannel: "#gomeet-alerts",
		GroupWait:    30 * time.Second, GroupInterval: 5 * time.Minute, Repeat: 4 * time.Hour,
	}
}

// The receivers.
const (
	receiverNobody  = "nobody"
	receiverPage    = "page"
	receiverMessage = "message"
)

type (
	alertmanagerConfig struct {
		Route     routeYAML      `yaml:"route"`
		Inhibit   []inhibitYAML  `yaml:"inhibit_rules"`
		Receivers []receiverYAML `yaml:"receivers"`
	}
	routeYAML struct {
		Receiver      string      `yaml:"receiver"`
		GroupBy       []string    `yaml:"group_by,omitempty,flow"`
		GroupWait     string      `yaml:"group_wait,omitempty"`
		GroupInterval string      `yaml:"group_interval,omitempty"`
		Repeat        string      `yaml:"repeat_interval,omitempty"`
		Matchers      []string    `yaml:"matchers,omitempty,flow"`
		Continue      bool        `yaml:"continue,omitempty"`
		Routes        []routeYAML `yaml:"routes,omitempty"`
	}
	inhibitYAML struct {
		Source []string `yaml:"source_matchers,flow"`
		Target []string `yaml:"target_matchers,flow"`
		Equal  []string `yaml:"equal,flow"`
	}
	receiverYAML struct {
		Name      string          `yaml:"name"`
		PagerDuty []pagerDutyYAML `yaml:"pagerduty_configs,omitempty"`
		Slack     []slackYAML     `yaml:"slack_configs,omitempty"`
	}
	pagerDutyYAML struct {
		KeyFile     string            `yaml:"routing_key_file"`
		Severity    string            `yaml:"severity"`
		Description string            `yaml:"description"`
		Details     map[string]string `yaml:"details"`
		Links       []linkYAML        `yaml:"links"`
	}
	linkYAML struct {
		Href string `yaml:"href"`
		Text string `yaml:"text"`
	}
	slackYAML struct {
		URLFile      string `yaml:"api_url_file"`
		Channel      string `yaml:"channel"`
		SendResolved bool   `yaml:"send_resolved"`
		Title        string `yaml:"title"`
		Text         string `yaml:"text"`
	}
)

// Render returns the configuration as YAML. The error names every bad value.
func (a Alertmanager) Render() (string, error) {
	c := &checks{file: AlertmanagerFile}
	c.that(a.GroupWait > 0, "groupWait", a.GroupWait, "more than 0s")
	c.that(a.GroupInterval > 0, "groupInterval", a.GroupInterval, "more than 0s")
	c.that(a.Repeat >= a.GroupInterval, "repeat", a.Repeat, "at least groupInterval")
	c.that(!a.Slack || a.SlackChannel != "", "slackChannel", a.SlackChannel, "set")
	if err := c.err(); err != nil {
		return "", err
	}
	return render(alertmanagerConfig{Route: a.routes(), Inhibit: inhibitions, Receivers: a.receivers()})
}

// routes: critical alerts wake somebody and are written about, others are written about.
// What one way would do, the other does where it is missing.
func (a Alertmanager) routes() routeYAML {
	root := routeYAML{
		Receiver: receiverNobody, GroupBy: []string{"alertname", "site"},
		GroupWait: promDuration(a.GroupWait), GroupInterval: promDuration(a.GroupInterval), Repeat: promDuration(a.Repeat),
	}
	if a.PagerDuty {
		root.Routes = append(root.Routes, routeYAML{Receiver: receiverPage, Matchers: []string{`severity="critical"`}, Continue: a.Slack})
	}
	if a.Slack {
		root.Routes = append(root.Routes, routeYAML{Receiver: receiverMessage})
	} else if a.PagerDuty {
		root.Routes = append(root.Routes, routeYAML{Receiver: receiverPage, Matchers: []string{`severity="warning"`}})
	}
	return root
}

// inhibitions keep quiet about what a worse alert says already.
var inhibitions = []inhibitYAML{
	// The same promise, slower.
	{[]string{`slo=~".+"`, `severity="critical"`}, []string{`slo=~".+"`, `severity="warning"`}, []string{"slo", "site"}},
	// What ran on a node that is gone.
	{[]string{`alertname="NodeNotReady"`}, []string{`alertname="TargetDown"`}, []string{"node", "site"}},
	{[]string{`alertname="CertificateEndsNow"`}, []string{`alertname="CertificateEndsSoon"`}, []string{"certificate", "site"}},
}

func (a Alertmanager) receivers() []receiverYAML {
	const summary = `{{ range .Alerts }}{{ .Annotations.summary }} {{ end }}`
	receivers := []receiverYAML{{Name: receiverNobody}}
	if a.PagerDuty {
		receivers = append(receivers, receiverYAML{Name: receiverPage, PagerDuty: []pagerDutyYAML{{
			KeyFile: PagerDutyKeyFile, Severity: `{{ .CommonLabels.severity }}`,
			Description: `{{ .CommonLabels.site }}: ` + summary,
			Details:     map[string]string{"action": `{{ .CommonAnnotations.action }}`, "owner": `{{ .CommonLabels.owner }}`},
			Links:       []linkYAML{{`{{ .CommonAnnotations.runbook_url }}`, "Runbook"}},
		}}})
	}
	if a.Slack {
		receivers = append(receivers, receiverYAML{Name: receiverMessage, Slack: []slackYAML{{
			URLFile: SlackWebhookFile, Channel: a.SlackChannel, SendResolved: true,
			Title: `[{{ .Status | toUpper }}] {{ .CommonLabels.alertname }} in {{ .CommonLabels.site }} ({{ .CommonLabels.owner }})`,
			Text:  `{{ range .Alerts }}{{ .Annotations.summary }} *Do:* {{ .Annotations.action }} <{{ .Annotations.runbook_url }}|Runbook>` + "\n{{ end }}",
		}}})
	}
	return receivers
}
