#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Installs what is missing, builds, and runs all tests: units, the contract over real sockets, the docs page in a browser.
# PRESET (release) chooses the build: asan-ubsan and tsan run the same tests under the sanitizers. SUITES ("unit http e2e")
# chooses what is run; "storage_postgres" and "http_postgres" are the suites of the stores and of the contract on a PostgreSQL server that
# they start themselves.
set -euo pipefail
cd "$(dirname "$0")"

preset=${PRESET:-release}
suites=${SUITES:-unit http e2e}
source scripts/lib/build.sh
export INFERKEEP_BINARY="$PWD/build/$preset/inferkeep"

run_unit() { ctest --test-dir "build/$preset" --output-on-failure --no-tests=error -j2; }
run_http() { /usr/bin/python3 -m pytest tests/http -q -p no:cacheprovider --durations=5; }
# The server stays until its standard input is closed.
run_storage_postgres() {
  coproc server { exec tests/postgres_server.py; }
  local pid=$server_PID  # bash forgets it when the process has ended
  read -r INFERKEEP_TEST_POSTGRES <&"${server[0]}"
  INFERKEEP_TEST_POSTGRES=$INFERKEEP_TEST_POSTGRES "build/$preset/tests/unit/unit_storage" --gtest_brief=1
  exec {server[1]}>&-
  wait "$pid"
}
run_http_postgres() { INFERKEEP_TEST_DATABASE=postgres run_http; }
run_e2e() { tests/e2e/run.sh; }

scripts/setup.sh --with-tests
build "$preset"
for suite in $suites; do
  echo "test: $suite ($preset)"
  "run_$suite"
done
echo "test: all of '$suites' passed ($preset)"
