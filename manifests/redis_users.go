package manifests

import (
	"crypto/sha256"
	"fmt"
	"strings"
)

// RedisPasswords are the passwords of the users of Redis.
type RedisPasswords struct {
	// LiveKit is the media servers, API the GoMeet services, Exporter the metrics.
	LiveKit, API, Exporter string
	// Replica is what replicas log in to masters with, Operator what the cluster,
	// backup and restore jobs use.
	Replica, Operator string
}

// Names of Redis' users.
const (
	RedisUserLiveKit  = "livekit"
	RedisUserAPI      = "api"
	RedisUserExporter = "exporter"
	RedisUserReplica  = "replica"
	RedisUserOperator = "operator"
)

// RedisUsers returns users.acl. Passwords appear as SHA-256 hashes, which suffices for
// the long random ones that the stack generates; the file still belongs into a Secret.
func RedisUsers(p RedisPasswords) (string, error) {
	lines := []string{"user default off"}
	for _, u := range []struct{ name, password, rules string }{
		// LiveKit's keys have no common prefix (nodes, rooms, room_node_map and more).
		{RedisUserLiveKit, p.LiveKit, "~* &* +@all -@admin -@dangerous"},
		{RedisUserAPI, p.API, "~gomeet:* &gomeet:* +@all -@admin -@dangerous"},
		{RedisUserExporter, p.Exporter, "resetkeys resetchannels +ping +hello +info +config|get +client|list +client|setname" +
			" +slowlog|get +slowlog|len +latency|latest +latency|histogram +cluster|info +cluster|nodes +cluster|slots"},
		// Exactly what replication needs (redis.io, ACL, "ACL rules for Sentinel and replicas").
		{RedisUserReplica, p.Replica, "resetkeys resetchannels +psync +replconf +ping"},
		{RedisUserOperator, p.Operator, "~* &* +@all"},
	} {
		if err := redisPassword(u.name, u.password); err != nil {
			return "", fmt.Errorf("rendering users.acl: %w", err)
		}
		lines = append(lines, fmt.Sprintf("user %s on #%x %s", u.name, sha256.Sum256([]byte(u.password)), u.rules))
	}
	return strings.Join(lines, "\n") + "\n", nil
}

// RedisAuth returns auth.conf, which redis.conf includes. The text is secret.
func RedisAuth(p RedisPasswords) (string, error) {
	if err := redisPassword(RedisUserReplica, p.Replica); err != nil {
		return "", fmt.Errorf("rendering auth.conf: %w", err)
	}
	return renderDirectives([]setting{{"masteruser", RedisUserReplica}, {"masterauth", p.Replica}}), nil
}

// redisPassword rejects what would not stay one word of Redis' configuration. The
// password is not part of the message.
func redisPassword(user, password string) error {
	if len(password) < 16 || strings.ContainsAny(password, " \t\r\n\x00'\"\\#") {
		return fmt.Errorf("the password of %s must have 16 characters or more, without spaces and quotes", user)
	}
	return nil
}
