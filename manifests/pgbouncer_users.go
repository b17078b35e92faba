package manifests

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// PgBouncerUsers returns userlist.txt: each user with its password. The text is
// secret: it belongs into a Secret and nowhere else.
//
// The passwords are in plain text because PgBouncer logs in to PostgreSQL with them,
// and a SCRAM secret does not prove anything to a server. Clients are not in the
// file: PgBouncer asks PostgreSQL for them.
func PgBouncerUsers(passwords map[string]string) (string, error) {
	var b strings.Builder
	for _, user := range slices.Sorted(maps.Keys(passwords)) {
		password := passwords[user]
		if user == "" || strings.ContainsAny(user, "\"\r\n\x00") {
			return "", fmt.Errorf("rendering userlist.txt: user %q is not a name without quotes", user)
		}
		// The password is not part of the message.
		if password == "" || strings.ContainsAny(password, "\r\n\x00") {
			return "", fmt.Errorf("rendering userlist.txt: the password of %q must be one line of text", user)
		}
		fmt.Fprintf(&b, "\"%s\" \"%s\"\n", user, strings.ReplaceAll(password, `"`, `""`))
	}
	return b.String(), nil
}
