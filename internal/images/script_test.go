package images

import (
	"path"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"mvdan.cc/sh/v3/syntax"
)

// builtins of a POSIX shell that the scripts use.
var builtins = set(". : [ break case cd continue echo exec exit export false kill printf read return set shift test trap true umask wait")

// callers run the program that is among their arguments, after as many of their own.
var callers = map[string]int{"exec": 0, "timeout": 1, "retry": 1}

// programs returns what a script calls: no builtins, and no functions of its own or of
// the libraries, which are named by functions.
func programs(t *testing.T, name, text string, functions map[string]bool) map[string]bool {
	t.Helper()
	file, err := syntax.NewParser(syntax.Variant(syntax.LangPOSIX)).Parse(strings.NewReader(text), name)
	require.NoError(t, err)
	called := map[string]bool{}
	syntax.Walk(file, func(node syntax.Node) bool {
		call, isCall := node.(*syntax.CallExpr)
		if !isCall {
			return true
		}
		for args := call.Args; len(args) > 0; {
			word := literal(args[0])
			if word != "" && !builtins[word] && !functions[word] {
				called[word] = true
			}
			skip, runs := callers[word]
			if !runs || len(args) < skip+2 {
				break
			}
			args = args[skip+1:]
		}
		return true
	})
	return called
}

// literal is the program that a word names: its text, or the last part of a path whose
// directory is a variable. It is empty for anything else, such as "$@".
func literal(word *syntax.Word) string {
	if text := word.Lit(); text != "" {
		return path.Base(text)
	}
	if len(word.Parts) != 1 {
		return ""
	}
	quoted, isQuoted := word.Parts[0].(*syntax.DblQuoted)
	if !isQuoted || len(quoted.Parts) != 2 {
		return ""
	}
	file, isText := quoted.Parts[1].(*syntax.Lit)
	if !isText || !strings.HasPrefix(file.Value, "/") {
		return ""
	}
	return path.Base(file.Value)
}

// functionsOf returns the names of the functions that a script declares.
func functionsOf(t *testing.T, name, text string) map[string]bool {
	t.Helper()
	file, err := syntax.NewParser(syntax.Variant(syntax.LangPOSIX)).Parse(strings.NewReader(text), name)
	require.NoError(t, err)
	names := map[string]bool{}
	syntax.Walk(file, func(node syntax.Node) bool {
		if declared, is := node.(*syntax.FuncDecl); is {
			names[declared.Name.Value] = true
		}
		return true
	})
	return names
}

func set(words string) map[string]bool {
	all := map[string]bool{}
	for _, word := range strings.Fields(words) {
		all[word] = true
	}
	return all
}

// TestProgramsOfAScript shows what is found and what is not.
func TestProgramsOfAScript(t *testing.T) {
	const script = `#!/bin/sh
say() { echo "$*"; }
say "$(jq -r . <x)" | sort
[ "$(date)" ] && timeout "${T:-10}" redis-cli ping
"$PG_BIN/pg_ctl" status
"$@"
exec redis-server --port 1
`
	got := programs(t, "x.sh", script, functionsOf(t, "x.sh", script))
	require.Equal(t, set("jq sort date timeout redis-cli pg_ctl redis-server"), got)
}
