package policies

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
)

var (
	// secretName matches names of properties and variables that hold secrets.
	secretName = regexp.MustCompile(`(?i)(pass(word|wd|phrase)|secret([_-]?access)?[_-]?key|private[_-]?key|api[_-]?key|signing[_-]?key|token|secret|kube_?config|credentials?)s?$`)
	// secretText matches secrets by themselves: PEM private keys, and the tokens of
	// DigitalOcean, GitHub, AWS and age, which have prefixes for this purpose.
	secretText = regexp.MustCompile(`-----BEGIN [A-Z ]*PRIVATE KEY|\bdo[opr]_v1_[0-9a-f]{64}\b|\bgh[pousr]_[A-Za-z0-9]{36}|\bAKIA[0-9A-Z]{16}\b|AGE-SECRET-KEY-1`)
	// secretLine matches "password: value" in a configuration file. References to
	// variables and files, and empty values, are not secrets.
	secretLine = regexp.MustCompile(`(?im)^\s*"?([\w.-]*(?:password|passphrase|secret[_-]?key|signing[_-]?key|api[_-]?secret))"?\s*[:=]\s*"?([^\s"'$/{<#][^\s"']*)`)
)

// secretRules keep secrets where they are encrypted.
func secretRules() []*Rule {
	return []*Rule{
		{
			ID: "gomeet-secret-inputs", Severity: Critical,
			Title: "Secret properties are secrets to the engine",
			Why:   "A plain password is in the state, in every preview and in every log of them.",
			Fix:   "Read it with RequireSecret, or wrap it with pulumi.ToSecret.",
			Each:  secretInputs,
		},
		{
			ID: "gomeet-secret-data", Severity: Critical,
			Title: "Kubernetes Secrets hold secrets to the engine",
			Why:   "A Secret of plain values is in Pulumi's state as text.",
			Fix:   "Wrap what is secret with pulumi.ToSecret.", References: []string{"CIS 5.4"},
			Types: []string{secretType}, Each: secretData,
		},
		{
			ID: "gomeet-secret-config", Severity: Critical,
			Title: "ConfigMaps hold no secrets",
			Why:   "Whoever reads the namespace reads its ConfigMaps, and nothing encrypts them.",
			Fix:   "Put it into a Secret, and name the file or variable in the ConfigMap.", References: []string{"NSA/CISA"},
			Types: []string{configType}, Each: secretConfig,
		},
		{
			ID: "gomeet-secret-env", Severity: Critical,
			Title: "Variables and arguments hold no secrets",
			Why:   "They are in the pod's description, in the process list and in crash reports.",
			Fix:   "Use valueFrom.secretKeyRef, or mount the Secret as a file.", References: []string{"CIS 5.4.1", "NSA/CISA"},
			Types: workloadTypes,
			Each:  containers(secretEnv),
		},
	}
}

// secretInputs looks at what is not Kubernetes' own, whose resources have rules below.
func secretInputs(_ *Settings, r Resource) []Problem {
	if strings.HasPrefix(r.Type, "kubernetes:") {
		return nil
	}
	var problems []Problem
	walk(r.Get(), "", func(path string, v Value) {
		name, text := path[strings.LastIndex(path, ".")+1:], v.Text()
		problems = append(problems, one(text != "" && (secretName.MatchString(name) || secretText.MatchString(text)),
			path, "%s is plain text", path)...)
	})
	return problems
}

// walk visits the scalars of a value in the order of their names.
func walk(v Value, path string, visit func(path string, v Value)) {
	fields := v.Fields()
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		// Names that start with two underscores are the engine's own.
		if !strings.HasPrefix(name, "__") {
			walk(fields[name], strings.TrimPrefix(path+"."+name, "."), visit)
		}
	}
	for i, item := range v.Items() {
		walk(item, fmt.Sprintf("%s[%d]", path, i), visit)
	}
	if !v.container() {
		visit(path, v)
	}
}

func secretData(_ *Settings, r Resource) []Problem {
	var problems []Problem
	for _, field := range []string{"data", "stringData"} {
		data := r.Get(field)
		names := data.Fields()
		for _, key := range slices.Sorted(maps.Keys(names)) {
			value := names[key]
			// Certificates are public; they share a Secret with their keys.
			public := strings.HasSuffix(key, ".crt") || strings.HasPrefix(value.Text(), "-----BEGIN CERTIFICATE")
			problems = append(problems, one(value.Text() != "" && !public, key, "%s.%s is plain text", field, key)...)
		}
	}
	return problems
}

func secretConfig(_ *Settings, r Resource) []Problem {
	var problems []Problem
	data := r.Get("data").Fields()
	for _, key := range slices.Sorted(maps.Keys(data)) {
		text := data[key].Text()
		problems = append(problems, one(secretText.MatchString(text), key, "%s contains a key", key)...)
		if !script(key) {
			for _, match := range secretLine.FindAllStringSubmatch(text, -1) {
				problems = append(problems, one(true, key, "%s sets %s", key, match[1])...)
			}
		}
		problems = append(problems, one(text != "" && secretName.MatchString(key), key, "%s is named like a secret", key)...)
	}
	return problems
}

// script reports whether a file is a program: it assigns what it read elsewhere.
func script(name string) bool {
	return strings.HasSuffix(name, ".sh") || strings.HasSuffix(name, ".sql")
}

func secretEnv(_, c Value) string {
	for _, v := range c.Get("env").Items() {
		name, value := v.Get("name").Text(), v.Get("value").Text()
		// A path, a URL without a password and a reference are not secrets.
		if value != "" && !strings.ContainsAny(value[:1], "/$") && secretName.MatchString(name) || secretText.MatchString(value) || inURL.MatchString(value) {
			return "variable " + name + " has its value in the manifest"
		}
	}
	for _, list := range []string{"command", "args"} {
		texts, _ := c.Get(list).Texts()
		for i, text := range texts {
			name, value, _ := strings.Cut(strings.TrimLeft(text, "-"), "=")
			named := value != "" && !strings.ContainsAny(value[:1], "/$") && secretName.MatchString(name)
			switch {
			case !named && !secretText.MatchString(text) && !inURL.MatchString(text):
			case argumentName.MatchString(name) && !secretText.MatchString(name):
				return "argument " + name + " is a secret"
			default: // what is before the = may be the secret, or a part of it
				return fmt.Sprintf("%s[%d] holds a secret", list, i)
			}
		}
	}
	return ""
}

// argumentName matches the name of a flag or a variable, which may be shown.
var argumentName = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9._-]*$`)

// inURL matches a password in a URL.
var inURL = regexp.MustCompile(`[a-z]+://[^/\s:@]*:[^/\s@$]+@`)
