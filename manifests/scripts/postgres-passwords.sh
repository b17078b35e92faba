#!/bin/sh
# Sets the passwords of the roles that the migrations created, from files: one file per
# role, named like it. Run it again to change a password. The server gets SCRAM secrets
# only in its catalogue, and the statements stay out of its log.
#
#   PASSWORDS     directory with one file per role, from a Secret
#   PGHOST, PGUSER and so on, see psql: the primary, a superuser
set -eu
: "${PASSWORDS:?}"
for file in "$PASSWORDS"/*; do
	role=$(basename "$file")
	[ -s "$file" ] || {
		echo "postgres-passwords.sh: the file of $role is empty" >&2
		exit 1
	}
	# psql reads the file itself: the password is in no argument.
	psql --no-psqlrc --no-password --quiet --set=ON_ERROR_STOP=1 --file=- <<SQL
SET log_statement = 'none';
SET log_min_error_statement = 'panic';
SET log_min_duration_statement = -1;
SET password_encryption = 'scram-sha-256';
\set password \`cat '$file'\`
ALTER ROLE "$role" PASSWORD :'password';
SQL
	echo "password of $role is set"
done
