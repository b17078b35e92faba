#!/bin/sh
# Applies the migrations that the database does not have yet. It may run at any time,
# also twice at once: a lock in the database lets one wait for the other. Each step
# runs in a transaction with the note that it ran. A step that changed after it was
# applied stops everything: nobody knows any more what the database looks like.
#
#   MIGRATIONS    directory with 0001_name.sql and so on
#   PGDATABASE    the database; it is created when it is missing
#   PGHOST, PGPORT, PGUSER, PGPASSFILE and so on, see psql: the primary,
#                 not the pooler; a user that owns the database
set -eu
: "${MIGRATIONS:?}" "${PGDATABASE:?}"
export PGOPTIONS="${PGOPTIONS:-} -c lock_timeout=60s"

psql --no-psqlrc --no-password --quiet --set=ON_ERROR_STOP=1 --dbname=postgres --set=name="$PGDATABASE" --file=- <<'SQL'
SELECT pg_advisory_lock(7032001) \g /dev/null
SELECT format('CREATE DATABASE %I', :'name') WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = :'name') \gexec
SQL

{
	cat <<'SQL'
\set ON_ERROR_STOP on
\set QUIET on
SET client_min_messages = warning;
SELECT pg_advisory_lock(7032001) \g /dev/null
CREATE SCHEMA IF NOT EXISTS operations;
CREATE TABLE IF NOT EXISTS operations.migrations (
    version    integer     PRIMARY KEY,
    file       text        NOT NULL,
    sha256     text        NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT now()
);
SQL
	for file in "$MIGRATIONS"/[0-9][0-9][0-9][0-9]_*.sql; do
		name=$(basename "$file")
		version=$(echo "$name" | sed 's/^0*\([0-9][0-9]*\)_.*/\1/')
		sum=$(sha256sum "$file" | cut -d ' ' -f 1)
		cat <<SQL
SELECT count(*) = 0 AS pending, coalesce(bool_or(sha256 <> '$sum'), false) AS changed
FROM operations.migrations WHERE version = $version \gset
\if :changed
\warn postgres-migrate.sh: $name changed after it was applied
SELECT 1 / 0 AS "a migration changed";
\elif :pending
\echo applying $name
BEGIN;
\i $file
INSERT INTO operations.migrations (version, file, sha256) VALUES ($version, '$name', '$sum');
COMMIT;
\endif
SQL
	done
	cat <<'SQL'
SELECT version AS newest FROM operations.migrations ORDER BY version DESC LIMIT 1 \gset
\echo schema version :newest
SQL
} | psql --no-psqlrc --no-password --file=-
