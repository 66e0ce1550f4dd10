#!/bin/sh
# Runs once, when the PostgreSQL container finds an empty volume.
set -eu
psql --username "$POSTGRES_USER" --set ON_ERROR_STOP=1 <<SQL
create role temporal login password '$TEMPORAL_DATABASE_PASSWORD';
create database temporal owner temporal;
create database temporal_visibility owner temporal;
create role waybell login password '$WAYBELL_DATABASE_PASSWORD';
create database shop;
grant create on database shop to waybell;
\connect shop
grant usage, create on schema public to waybell;
SQL
