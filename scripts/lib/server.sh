# SPDX-License-Identifier: MIT
# Sourced by scripts that measure or try the built program, from the root of the project.

# start_server [command before the program, such as "taskset -c 0"]: serves a fresh database in test mode on a free port,
# with a superuser. `program` (build/release/inferkeep) says which program, `sql_url` which database instead of an SQLite file.
# Sets `folder` (temporary), `base` (the address) and `token` (the superuser's). The server and the folder go when the script ends.
start_server() {
  folder=$(mktemp -d)
  SQL_URL="${sql_url:-sqlite:////$folder/server.db}" PORT=0 CREATE_SUPERUSER=true LOG_LEVEL=error \
    "$@" "${program:-build/release/inferkeep}" --mode test >"$folder/out" 2>"$folder/log" &
  server=$!
  trap stop_server EXIT
  for _ in $(seq 100); do
    base=$(grep -o 'https\?://127.0.0.1:[0-9]*$' "$folder/out" | head -1) && break
    sleep 0.1
  done
  token=$(curl -fsS "$base/auth/token" -d 'username=superuser@example.com&password=8888' |
    sed 's/.*"access_token":"\([^"]*\)".*/\1/')
}

# Sets `sql_url`: an empty database of a PostgreSQL server that ends with the script, whose input it reads.
start_postgres() {
  coproc postgres { exec tests/postgres_server.py 2>&1; }
  read -r sql_url <&"${postgres[0]}"
}

stop_server() {
  kill "$server" 2>/dev/null || true
  wait "$server" || true
  rm -rf "$folder"
}
