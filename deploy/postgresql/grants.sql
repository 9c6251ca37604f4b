-- SPDX-License-Identifier: MIT
-- What a server may do to a database that it does not own: serve, and remove or rewrite nothing of what it has recorded.
-- Run by the owner, after each `inferkeep migrate up`; it may be run again at any time:
--
--   psql --no-psqlrc --set=ON_ERROR_STOP=1 --set=server=inferkeep_server --file=grants.sql "$OWNER_URL"
--
-- With --set=retention=1 it may remove calls too, as RETENTION_DAYS asks of it; without, a right that it had before is taken back.
--
-- It treats the schema that is the first of the owner's search path, where `migrate up` makes the tables: `public`, unless that
-- was changed. Another one has to be the first of the server's too (ALTER ROLE … SET search_path).
--
-- The owner's URL is for `migrate`, `erase-user` and `import-training`. That one needs DELETE with --replace, and always a
-- temporary table: any role may make one until the database's owner revokes TEMPORARY from PUBLIC.

\if :{?retention}
\else
  \set retention 0
\endif
SELECT current_schema() AS schema
\gset

BEGIN;

REVOKE ALL ON ALL TABLES IN SCHEMA :"schema" FROM :"server";
REVOKE ALL ON ALL SEQUENCES IN SCHEMA :"schema" FROM :"server";

GRANT USAGE ON SCHEMA :"schema" TO :"server";
GRANT USAGE ON ALL SEQUENCES IN SCHEMA :"schema" TO :"server";

GRANT SELECT ON schema_migrations TO :"server";
GRANT SELECT, INSERT ON service_calls, audit_events TO :"server";
GRANT SELECT, INSERT, DELETE ON service_access TO :"server";
GRANT SELECT, INSERT, UPDATE, DELETE ON sign_ins, tries TO :"server";

-- A person changes their password, is locked out, and is deleted, which wipes the row. Whose calls are whose stays.
GRANT SELECT, INSERT,
  UPDATE (username, username_key, first_name, last_name, country, hashed_password, is_active, deleted_at)
  ON users TO :"server";

-- Of an item of a call nothing changes but what turned out to be true, and the figures that follow from it.
SELECT format('GRANT SELECT, INSERT, UPDATE (%s) ON %I TO %I', string_agg(quote_ident(column_name), ', '), table_name, :'server')
FROM information_schema.columns
WHERE table_schema = :'schema' AND table_name LIKE 'model\_logs\_%' AND column_name IN ('target_true', 'r_2', 'mae', 'accuracy')
GROUP BY table_name
\gexec

-- A right on a table knows no rows: of the log tables it covers the training rows too, which RETENTION_DAYS leaves alone.
\if :retention
SELECT format('GRANT DELETE ON %I TO %I', table_name, :'server')
FROM information_schema.columns
WHERE table_schema = :'schema'
  AND ((table_name LIKE 'model\_logs\_%' AND column_name = 'service_call_id')
       OR (table_name = 'service_calls' AND column_name = 'id'))
\gexec
\endif

COMMIT;
