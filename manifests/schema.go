package manifests

import (
	"embed"
	"fmt"
	"io/fs"
	"path"
	"strconv"
	"strings"
)

//go:embed sql/*.sql
var sqlFiles embed.FS

// Migration is one step of the database's schema. Steps are applied in order, each in
// a transaction, once (scripts/postgres-migrate.sh); an applied step never changes.
type Migration struct {
	// Version is 1 for the first step, without gaps.
	Version int
	// File is "0001_name.sql"; SQL its text.
	File, SQL string
}

// Migrations returns the steps in order. It fails when the files are not numbered
// 0001, 0002 and so on.
func Migrations() ([]Migration, error) {
	return migrations(sqlFiles, "sql")
}

func migrations(files fs.FS, dir string) ([]Migration, error) {
	entries, err := fs.ReadDir(files, dir) // sorted by name
	if err != nil {
		return nil, fmt.Errorf("reading migrations: %w", err)
	}
	var steps []Migration
	for i, entry := range entries {
		number, _, _ := strings.Cut(entry.Name(), "_")
		if v, err := strconv.Atoi(number); err != nil || v != i+1 || len(number) != 4 {
			return nil, fmt.Errorf("migration %s: its name must begin with %04d_", entry.Name(), i+1)
		}
		text, err := fs.ReadFile(files, path.Join(dir, entry.Name()))
		if err != nil {
			return nil, fmt.Errorf("reading migrations: %w", err)
		}
		steps = append(steps, Migration{Version: i + 1, File: entry.Name(), SQL: string(text)})
	}
	return steps, nil
}
