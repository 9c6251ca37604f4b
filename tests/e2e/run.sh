#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Tests the docs page and the home page in headless Chromium, against a server of their own with a database of its own.
# INFERKEEP_BINARY names another build of the program; SCREENSHOT=docs/images/docs-page.png takes README's picture.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
binary=$(realpath "${INFERKEEP_BINARY:-$root/build/dev/inferkeep}")
[ -z "${SCREENSHOT:-}" ] || SCREENSHOT=$(realpath -m "$SCREENSHOT")
export SCREENSHOT=${SCREENSHOT:-}

cd "$here"
if [ ! node_modules/.package-lock.json -nt package-lock.json ]; then
  npm ci --ignore-scripts --no-audit --no-fund || npm ci --ignore-scripts --no-audit --no-fund  # a fetch may break off
fi

folder=$(mktemp -d)
server=
stop() {
  if [ -n "$server" ]; then kill "$server" 2>/dev/null || true; wait "$server" 2>/dev/null || true; fi
  rm -rf "$folder"
}
trap stop EXIT

cd "$root"
env -i PATH="$PATH" SQL_URL="sqlite:///$folder/test.db" HOST=127.0.0.1 PORT=0 CREATE_SUPERUSER=true \
  "$binary" --mode test >"$folder/out" 2>"$folder/log" &
server=$!

# The address is printed when the port is open; the models may take a little longer.
for _ in $(seq 600); do
  BASE_URL=$(sed -n 's/^  address *//p' "$folder/out")
  if [ -n "$BASE_URL" ] && curl -sf --noproxy '*' -o "$folder/ready" "$BASE_URL/readiness"; then break; fi
  if ! kill -0 "$server" 2>/dev/null; then cat "$folder/log" >&2; exit 1; fi
  sleep 0.1
done
[ -s "$folder/ready" ] || { echo "e2e: the server does not become ready" >&2; cat "$folder/log" >&2; exit 1; }

export BASE_URL
cd "$here"
node --test docs_page.test.mjs
kill "$server"
wait "$server"
server=
