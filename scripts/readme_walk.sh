#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# The README's walk with curl, from registration to prediction, history and truth, against a running server (the first argument,
# default http://localhost:8080) that was started with a superuser. Prints each command and its answer.
set -euo pipefail

base=${1:-http://localhost:8080}

# Shows the command as a reader would type it, runs it, shows the answer.
show() {
  echo "\$ $*"
  eval "$*"
  echo
}

# As `show`, and keeps the answer in a variable: keep <name> <command>.
keep() {
  echo "\$ $1=\$($2)"
  printf -v "$1" '%s' "$(eval "$2")"
}

show "curl -s \$base/auth/create --json '{\"username\": \"ada@example.com\", \"first_name\": \"Ada\", \"last_name\": \"Lovelace\", \"password\": \"a fine engine\"}'"

echo '# an admin looks her up and grants her v2'
keep admin "curl -s \$base/auth/token -d 'username=superuser@example.com&password=8888' | grep -o 'ey[^\"]*'"
keep ada "curl -s \$base/admin/users -H \"Authorization: Bearer \$admin\" | grep -o 'ada@example.com[^}]*' | grep -o '\"id\":[0-9]*' | cut -d: -f2"
show "curl -s -X PUT \$base/admin/users/\$ada -H \"Authorization: Bearer \$admin\" --json '{\"is_active\": true, \"has_access_v1\": false, \"has_access_v2\": true}' -w '%{http_code}'"

echo '# she signs in and asks: v2, v1 without a grant, v2 with a bad input'
keep token "curl -s \$base/auth/token -d 'username=ada@example.com&password=a fine engine' | grep -o 'ey[^\"]*'"
show "curl -s \$base/mlservice/v2/predict -H \"Authorization: Bearer \$token\" --json '{\"age\": 12, \"surface\": 140, \"has_attic\": false, \"garden_surface\": 600, \"address\": \"7 Elm Street, Northridge Heights, Ames\"}'"
show "curl -s \$base/mlservice/v1/predict -H \"Authorization: Bearer \$token\" --json '{\"text\": \"I love it\"}'"
show "curl -s \$base/mlservice/v2/predict -H \"Authorization: Bearer \$token\" --json '{\"age\": -1, \"surface\": 140, \"has_attic\": false, \"garden_surface\": 600, \"address\": \"Ames\"}'"

echo '# each call that was let in has left a row'
show "curl -s \$base/user/service_calls -H \"Authorization: Bearer \$token\""

echo '# the house is sold: what was true joins what was predicted, and tells how good the model is'
keep call "curl -s \$base/user/service_calls -H \"Authorization: Bearer \$token\" | grep -o '\"id\":[0-9]*' | tail -1 | cut -d: -f2"
show "curl -s -X PUT \$base/mlservice/v2/truth/\$call -H \"Authorization: Bearer \$token\" --json '{\"target_true\": 222500}' -w '%{http_code}'"
show "curl -s \$base/user/service_calls/\$call -H \"Authorization: Bearer \$token\""
show "curl -s \$base/mlservice/v2/quality -H \"Authorization: Bearer \$token\""
