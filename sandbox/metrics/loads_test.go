package metrics_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomeet/infra/sandbox/metrics"
)

func TestLoadsRefuse(t *testing.T) {
	for _, c := range []struct {
		method, body string
		status       int
		says         string
	}{
		{"PUT", `[{"namespace":"gomeet","app":"chat","cpu":"1500m","metrics":{"websocket_connections":10}}]`, 204, ""},
		{"PUT", `{}`, 400, "want a JSON list"},
		{"PUT", `[{"namespace":"gomeet"}]`, 422, `app ""`},
		{"PUT", `[{"namespace":"gomeet","app":"a b"}]`, 422, `app "a b"`},
		{"PUT", `[{"namespace":"gomeet","app":"chat","cpu":"many"}]`, 422, `cpu "many" of app "chat"`},
		{"PUT", `[{"namespace":"gomeet","app":"chat","cpu":"-1"}]`, 422, `cpu "-1"`},
		{"PUT", `[{"namespace":"gomeet","app":"chat","metrics":{"x":-1}}]`, 422, `metric "x" of app "chat" is -1`},
		{"DELETE", "", 204, ""},
		{"GET", "", 405, "want PUT or DELETE"},
	} {
		answer := httptest.NewRecorder()
		new(metrics.Loads).ServeHTTP(answer, httptest.NewRequest(c.method, "/sandbox/load", strings.NewReader(c.body)))
		require.Equal(t, c.status, answer.Code, "%s %s", c.method, c.body)
		require.Contains(t, answer.Body.String(), c.says, "%s", c.body)
		if c.status == http.StatusNoContent {
			require.Empty(t, answer.Body.String())
		}
	}
}
