#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# The README's walk with curl, from registration to prediction and history, against a running server (the first argument,
# default http://localhost:8080) that was started with a superuser. Prints each command and its answer.
set -euo pipefail

base=${1:-http://localhost:8080}

# Shows the command as a reader would type it, runs it, shows the answer.
show() {
  echo "\$ $*"
  eval "$*"
  echo
}

token_of() { sed 's/.*"access_token":"\([^"]*\)".*/\1/'; }
sign_in() { curl -s "$base/auth/token" -d "username=$1&password=$2" | token_of; }

export base
show "curl -s \$base/auth/create --json '{\"username\": \"ada@example.com\", \"first_name\": \"Ada\", \"last_name\": \"Lovelace\", \"password\": \"a fine engine\"}'"

echo '# an admin grants her v2'
admin=$(sign_in superuser@example.com 8888)
export admin
ada=$(curl -s "$base/admin/users" -H "Authorization: Bearer $admin" | sed 's/.*"ada@example.com"[^}]*"id":\([0-9]*\).*/\1/')
export ada
show "curl -s -X PUT \$base/admin/users/\$ada -H \"Authorization: Bearer \$admin\" --json '{\"is_active\": true, \"has_access_v1\": false, \"has_access_v2\": true}' -w '%{http_code}'"

echo '# she signs in and asks for a price'
token=$(sign_in ada@example.com "a fine engine")
export token
show "curl -s \$base/mlservice/v2/predict -H \"Authorization: Bearer \$token\" --json '{\"age\": 12, \"surface\": 140, \"has_attic\": false, \"garden_surface\": 600, \"address\": \"7 Elm Street, Northridge Heights, Ames\"}'"
show "curl -s \$base/mlservice/v1/predict -H \"Authorization: Bearer \$token\" --json '{\"text\": \"I love it\"}'"
show "curl -s \$base/mlservice/v2/predict -H \"Authorization: Bearer \$token\" --json '{\"age\": -1, \"surface\": 140, \"has_attic\": 0}'"

echo '# every call has left a row'
show "curl -s \$base/user/service_calls -H \"Authorization: Bearer \$token\""
