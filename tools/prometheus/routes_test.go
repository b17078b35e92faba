package rendered

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/prometheus/alertmanager/config"
	"github.com/prometheus/alertmanager/dispatch"
	"github.com/prometheus/common/model"
)

// Alertmanager tells whom the ways that exist allow: critical alerts wake somebody, and one
// way takes what another would where it is missing.
func TestAlertsTakeTheirWays(t *testing.T) {
	for file, want := range map[string]map[string][]string{
		"alertmanager.yml":         {"critical": {"page", "message"}, "warning": {"message"}},
		"alertmanager-page.yml":    {"critical": {"page"}, "warning": {"page"}},
		"alertmanager-message.yml": {"critical": {"message"}, "warning": {"message"}},
		"alertmanager-none.yml":    {"critical": {"nobody"}, "warning": {"nobody"}},
	} {
		c, err := config.LoadFile(filepath.Join(testdata, "prometheus", file))
		if err != nil {
			t.Fatal(err)
		}
		for severity, ways := range want {
			var got []string
			for _, route := range dispatch.NewRoute(c.Route, nil).Match(model.LabelSet{"severity": model.LabelValue(severity)}) {
				got = append(got, route.RouteOpts.Receiver)
			}
			if !slices.Equal(got, ways) {
				t.Errorf("%s: a %s alert goes to %v, want %v", file, severity, got, ways)
			}
		}
	}
}

// What receivers log in with is in files only.
func TestReceiversHaveNoSecret(t *testing.T) {
	c, err := config.LoadFile(filepath.Join(testdata, "prometheus", "alertmanager.yml"))
	if err != nil {
		t.Fatal(err)
	}
	files := 0
	for _, receiver := range c.Receivers {
		for _, way := range receiver.PagerdutyConfigs {
			if files++; way.RoutingKey != "" || way.ServiceKey != "" || !strings.HasPrefix(way.RoutingKeyFile, "/run/secrets/") {
				t.Errorf("PagerDuty's key is not in a file: %+v", way)
			}
		}
		for _, way := range receiver.SlackConfigs {
			if files++; way.APIURL != nil || !strings.HasPrefix(way.APIURLFile, "/run/secrets/") {
				t.Errorf("Slack's URL is not in a file: %+v", way)
			}
		}
	}
	if files != 2 {
		t.Errorf("%d receivers have a key, want PagerDuty's and Slack's", files)
	}
}
