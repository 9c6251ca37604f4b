#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Makes the role that serves, which owns nothing: PostgreSQL's image runs this once, when it has made the database. What the role
# may do is given by `inferkeep migrate up --server-role inferkeep_server`.
set -euo pipefail

# The password goes by psql's own reading of its file: a command line can be read by others.
export password_file=$SERVER_PASSWORD_FILE
psql --no-psqlrc --quiet --set=ON_ERROR_STOP=1 --username="$POSTGRES_USER" --dbname="$POSTGRES_DB" <<'SQL'
\set password `cat "$password_file"`
CREATE ROLE inferkeep_server LOGIN PASSWORD :'password';
SQL
