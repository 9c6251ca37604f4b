#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Makes secrets/ beside this file, as root, for compose.yaml: the key that signs tokens, the passwords of the database's owner and
# of the server, and the URLs that have them. Files that are there stay. Each belongs to the user of its container alone.
set -euo pipefail
umask 077
cd "$(dirname "$0")"

inferkeep=10001 postgres=999

random() { head -c 32 /dev/urandom | od -An -vtx1 | tr -d ' \n'; }

# secret <name> <user>: from standard input.
secret() {
  [ ! -e "secrets/$1" ] || { cat >/dev/null; return 0; }
  cat >"secrets/$1.new"
  chown "$2:$2" "secrets/$1.new"
  chmod 400 "secrets/$1.new"
  mv "secrets/$1.new" "secrets/$1"
}

[ "$EUID" -eq 0 ] || { echo "make_secrets: run this as root; the files belong to the containers' users" >&2; exit 77; }
mkdir -p secrets
chmod 711 secrets
random | secret secret_key "$inferkeep"
random | secret postgres_password "$postgres"
random | secret server_password "$postgres"
# url <role> <file of its password>: the database's network is the containers' own, inside this machine.
url() { echo "postgresql://$1:$(cat "secrets/$2")@postgres:5432/inferkeep?sslmode=disable"; }
url inferkeep_owner postgres_password | secret owner_sql_url "$inferkeep"
url inferkeep_server server_password | secret sql_url "$inferkeep"
