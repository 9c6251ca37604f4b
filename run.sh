#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# ./run.sh [dev|test|prod] [superuser]: installs what is missing, builds and serves. The mode is dev where none is given;
# "superuser" makes superuser@example.com / 8888 for as long as the program runs (refused in prod).
set -euo pipefail
cd "$(dirname "$0")"

usage() {
  echo "usage: ./run.sh [dev|test|prod] [superuser]" >&2
  exit 64
}

mode=dev
case "${1:-}" in
  dev | test | prod) mode=$1 && shift ;;
esac
case "${1:-}" in
  superuser) export CREATE_SUPERUSER=true && shift ;;
esac
[ $# -eq 0 ] || usage

source scripts/lib/build.sh
scripts/setup.sh
build release inferkeep
exec build/release/inferkeep --mode "$mode"
