#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Requests a second of /mlservice/v2/predict (recorded, synced) and of /healthcheck, in one run, three rounds each: on SQLite, or
# with STORE=postgres on a PostgreSQL server of its own, which has both cores. Needs wrk and two cores; builds nothing.
set -euo pipefail
cd "$(dirname "$0")/.."
source scripts/lib/server.sh
command -v wrk >/dev/null || { echo "bench: install wrk first (apt-get install wrk)" >&2; exit 69; }

seconds=${SECONDS_EACH:-8} connections=${CONNECTIONS:-64}
[ "${STORE:-sqlite}" = sqlite ] || start_postgres
IO_THREADS=1 HTTP_REQUESTS_PER_CONNECTION=1000000000 start_server taskset -c 0
cat >"$folder/predict.lua" <<LUA
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
wrk.headers["Authorization"] = "Bearer $token"
wrk.body = '{"age": 12, "surface": 140.5, "has_attic": false, "garden_surface": 600, "address": "7 Elm Street, Northridge Heights, Ames"}'
LUA

# rate <path> [wrk options]: requests a second; fails if any answer was not 2xx.
rate() {
  local path=$1
  shift
  taskset -c 1 wrk -t1 "-c$connections" "-d${seconds}s" "$@" "$base$path" >"$folder/wrk"
  ! grep 'Non-2xx' "$folder/wrk" >&2
  awk '/Requests\/sec/ {print $2}' "$folder/wrk"
}

for round in 1 2 3; do
  empty=$(rate /healthcheck)
  predict=$(rate /mlservice/v2/predict -s "$folder/predict.lua")
  echo "round $round: healthcheck $empty/s, recorded prediction $predict/s, ratio $(awk "BEGIN {printf \"%.3f\", $predict / $empty}")"
done
