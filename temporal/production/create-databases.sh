#!/bin/sh
# Makes the roles and databases of compose.yaml, and changes nothing where they are: in an empty volume of the container
# of PostgreSQL, or in a PostgreSQL that exists, as a role that may create roles and databases and need not be a
# superuser (PGHOST, POSTGRES_USER, PGPASSWORD).
set -eu
psql --username "$POSTGRES_USER" --dbname postgres --quiet --set ON_ERROR_STOP=1 <<'SQL'
\getenv password TEMPORAL_DATABASE_PASSWORD
select 'create role temporal login' where not exists (select from pg_roles where rolname = 'temporal') \gexec
alter role temporal password :'password';
-- Who is no superuser makes databases only for roles that it belongs to.
grant temporal to current_user;
select format('create database %I owner temporal', name)
  from unnest(array['temporal', 'temporal_visibility']) as name
 where not exists (select from pg_database where datname = name) \gexec
-- Else whoever may log in could fill them.
select format('revoke connect, temporary on database %I from public', name)
  from unnest(array['temporal', 'temporal_visibility']) as name \gexec
SQL
# The shop's own, where it is not there already.
[ -n "${WAYBELL_DATABASE_PASSWORD:-}" ] || exit 0
psql --username "$POSTGRES_USER" --dbname postgres --quiet --set ON_ERROR_STOP=1 <<'SQL'
\getenv password WAYBELL_DATABASE_PASSWORD
select 'create role waybell login' where not exists (select from pg_roles where rolname = 'waybell') \gexec
alter role waybell password :'password';
select 'create database shop' where not exists (select from pg_database where datname = 'shop') \gexec
grant create on database shop to waybell;
\connect shop
grant usage, create on schema public to waybell;
SQL
