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

# The program names one wrong setting at a time; who starts from nothing wants to see them all.
say_what_prod_needs() {
  cat >&2 <<'NEEDS'
run.sh: prod needs these, in .environment/.env.prod or, the later winning, in the environment:
  SQL_URL          postgresql://inferkeep@db.example.org:5432/inferkeep?sslmode=verify-full, or sqlite:////path/of/inferkeep.db
  SECRET_KEY_FILE  a file of your own: (umask 077; openssl rand -hex 32 >secret_key)
  HOST             127.0.0.1 for a proxy on this machine; docs/deploy.md for others, and for TLS
Then, once: build/release/inferkeep --mode prod migrate up, and build/release/inferkeep --mode prod create-admin you@example.org
NEEDS
}

source scripts/lib/build.sh
scripts/setup.sh
build release inferkeep
if [ "$mode" = prod ] && ! build/release/inferkeep --mode prod check-config >/dev/null; then
  say_what_prod_needs
  exit 78
fi
exec build/release/inferkeep --mode "$mode"
