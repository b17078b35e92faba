-- Who may do what. Roles belong to the whole server, so they may exist already.
-- None has a password here: scripts/postgres-passwords.sh sets them from a Secret.
DO $$
DECLARE
    role text;
BEGIN
    FOREACH role IN ARRAY ARRAY['gomeet_api', 'pgbouncer', 'exporter'] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = role) THEN
            EXECUTE format('CREATE ROLE %I LOGIN', role);
        END IF;
    END LOOP;
END
$$;

-- The API reads and writes rows and changes no tables. A statement that takes longer
-- than 5 s is cut short by the server, before PgBouncer's query_timeout takes the
-- connection with it.
ALTER ROLE gomeet_api SET statement_timeout = '5s';
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO gomeet_api;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO gomeet_api;

GRANT pg_monitor TO exporter;

-- PgBouncer asks for the SCRAM secret of the client that logs in. It may look up the
-- API's and nobody else's: with a secret of a superuser one could be guessed at leisure.
CREATE SCHEMA pooler;
CREATE FUNCTION pooler.lookup(wanted text) RETURNS TABLE (name text, secret text)
    LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog STABLE
AS $$
    SELECT rolname::text, rolpassword::text FROM pg_authid
    WHERE rolname = wanted AND rolname = 'gomeet_api' AND rolcanlogin
      AND (rolvaliduntil IS NULL OR rolvaliduntil > now())
$$;
REVOKE ALL ON FUNCTION pooler.lookup(text) FROM PUBLIC;
GRANT USAGE ON SCHEMA pooler TO pgbouncer;
GRANT EXECUTE ON FUNCTION pooler.lookup(text) TO pgbouncer;
