//go:build live

package live_test

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomeet/infra/internal/live"
)

// room is what LiveKit says of a room it made.
type room struct {
	MaxParticipants  int `json:"max_participants"`
	EmptyTimeout     int `json:"empty_timeout"`
	DepartureTimeout int `json:"departure_timeout"`
}

// createRoom makes a room through LiveKit's room API, which is what the GoMeet API
// does when a meeting starts.
func createRoom(t *testing.T, port int, name string) room {
	t.Helper()
	status, body := postRoom(t, port, name)
	require.Equal(t, http.StatusOK, status, string(body))
	var made room
	require.NoError(t, json.Unmarshal(body, &made))
	return made
}

func postRoom(t *testing.T, port int, name string) (status int, body []byte) {
	t.Helper()
	request, err := http.NewRequest(http.MethodPost,
		fmt.Sprintf("http://%s/twirp/livekit.RoomService/CreateRoom", live.Address(port)),
		bytes.NewBufferString(fmt.Sprintf(`{"name":%q}`, name)))
	require.NoError(t, err)
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Authorization", "Bearer "+liveKitToken(t, map[string]any{"roomCreate": true}))
	response, err := http.DefaultClient.Do(request)
	require.NoError(t, err)
	defer response.Body.Close()
	body, err = io.ReadAll(response.Body)
	require.NoError(t, err)
	return response.StatusCode, body
}

// liveKitToken returns a token (JWT, HS256) that grants what LiveKit calls a video
// grant for a minute.
func liveKitToken(t *testing.T, grant map[string]any) string {
	t.Helper()
	part := func(v any) string {
		text, err := json.Marshal(v)
		require.NoError(t, err)
		return base64.RawURLEncoding.EncodeToString(text)
	}
	signed := part(map[string]string{"alg": "HS256", "typ": "JWT"}) + "." + part(map[string]any{
		"iss": liveKitKey, "sub": "live-test", "exp": time.Now().Add(time.Minute).Unix(), "video": grant,
	})
	mac := hmac.New(sha256.New, []byte(liveKitSecret))
	mac.Write([]byte(signed))
	return signed + "." + base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}
