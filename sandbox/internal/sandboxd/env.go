package sandboxd

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// Variable is one environment variable.
type Variable struct{ Name, Value string }

// Env returns the environment in which Pulumi's plain commands deploy a stack to
// the sandbox. tools is the directory of the built tools. With official, Pulumi's
// own digitalocean plugin is used in place of the stand-in provider.
func Env(dir Dir, ports Ports, stack, tools string, official bool) []Variable {
	spacesURL := ports.SpacesURL()
	if official {
		spacesURL = ports.spacesTemplate()
	}
	variables := []Variable{
		{"PATH", tools + string(os.PathListSeparator) + os.Getenv("PATH")},
		{"GOMEET_SANDBOX_DIR", string(dir)},
		{"DIGITALOCEAN_TOKEN", Token},
		{"DIGITALOCEAN_API_URL", ports.APIURL()},
		{"SPACES_ENDPOINT_URL", spacesURL},
		{"SPACES_ACCESS_KEY_ID", SpacesKey},
		{"SPACES_SECRET_ACCESS_KEY", SpacesSecret},
		{"PULUMI_BACKEND_URL", "file://" + dir.State()},
		{"PULUMI_CONFIG_PASSPHRASE_FILE", dir.Passphrase()},
		// The sandbox's own copy of the stack file, with the generated secrets.
		{"PULUMI_OPTION_CONFIG_FILE", dir.StackFile(stack)},
		{"PULUMI_SKIP_UPDATE_CHECK", "true"},
	}
	if official {
		return variables
	}
	variables = append(variables, Variable{"PULUMI_DEBUG_PROVIDERS", fmt.Sprintf("digitalocean:%d", ports.Provider)})
	// The tools' own plugins; the user's stay out of the way.
	if home := filepath.Join(tools, "home"); exists(home) {
		variables = append(variables, Variable{"PULUMI_HOME", home})
	}
	return variables
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// Export renders variables as export commands of a POSIX shell.
func Export(variables []Variable) string {
	var b strings.Builder
	for _, v := range variables {
		fmt.Fprintf(&b, "export %s=%s\n", v.Name, quote(v.Value))
	}
	return b.String()
}

// quote quotes a word for a POSIX shell.
func quote(word string) string { return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'" }
