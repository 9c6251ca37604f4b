#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Installs the release build into a temporary prefix, builds examples/own_program against it from a copy outside of the
# project, serves it, makes a call and looks for its record. The prefix is moved first: a package must not know where it was.
set -euo pipefail
cd "$(dirname "$0")/.."
source scripts/lib/server.sh

work=$(mktemp -d)
gone() { rm -rf "$work"; }
trap gone EXIT

cmake --install build/release --prefix "$work/installed" >/dev/null
mv "$work/installed" "$work/package"
cp -r examples/own_program "$work/own_program"
cd "$work/own_program"
cmake -S . -B build -G Ninja -DCMAKE_BUILD_TYPE=Release -DCMAKE_PREFIX_PATH="$work/package" >/dev/null
cmake --build build -- --quiet

SECRET_KEY=$(openssl rand -hex 32)
export SECRET_KEY
program=build/own_program start_server env
trap 'stop_server; gone' EXIT

curl -fsS "$base/docs" | grep -q swagger-ui
answer=$(curl -fsS "$base/mlservice/v1/predict" -H "Authorization: Bearer $token" --json '{"weight": 2, "zone": "abroad"}')
[ "$answer" = '{"price":11.0}' ] || { echo "package: the example answered $answer" >&2; exit 1; }
curl -fsS "$base/user/service_calls" -H "Authorization: Bearer $token" | grep -q '"service_version":"v1","success":true'
echo "package: the example was built against the installed package, served and recorded its call"
