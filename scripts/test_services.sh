#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# scripts/test_services.sh [pytest's options]: builds the program and tests what holds for every service; "-k v3" asks
# one alone.
set -euo pipefail
cd "$(dirname "$0")/.."

source scripts/lib/build.sh
scripts/setup.sh --with-tests
build release inferkeep
export INFERKEEP_BINARY="$PWD/build/release/inferkeep"
/usr/bin/python3 -m pytest tests/http/test_services.py -q -p no:cacheprovider "$@"
