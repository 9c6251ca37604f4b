#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Checks deploy/ against a running program: the rules are sound and fire as their tests say, the program's text is sound, and
# every figure that an alert or a panel names is one that the program has. Needs scripts/setup.sh --with-lint and a release
# build.
set -euo pipefail
cd "$(dirname "$0")/.."
source scripts/lib/server.sh

promtool=.deps/promtool/promtool
"$promtool" check config deploy/prometheus/prometheus.yml >/dev/null
"$promtool" test rules deploy/prometheus/alerts_test.yml >/dev/null
python3 -m json.tool deploy/grafana/dashboard.json >/dev/null

# Under TLS, since one figure is of the certificate.
tls=$(mktemp -d)
trap 'rm -rf "$tls"' EXIT
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 -subj /CN=inferkeep \
  -addext subjectAltName=IP:127.0.0.1 -keyout "$tls/key.pem" -out "$tls/chain.pem" 2>/dev/null
export CURL_CA_BUNDLE=$tls/chain.pem
start_server env TLS_CERTIFICATE_FILE="$tls/chain.pem" TLS_KEY_FILE="$tls/key.pem"
trap 'stop_server; rm -rf "$tls"' EXIT
# Some series begin with their first event.
curl -fsS "$base/mlservice/v1/predict" -H "Authorization: Bearer $token" --json '{"text": "fine"}' >/dev/null
curl -sS "$base/nothing" >/dev/null
curl -fsS "$base/metrics" >"$folder/metrics"
"$promtool" check metrics <"$folder/metrics"

grep -oE '^[a-z_]+' "$folder/metrics" | sort -u >"$folder/there"
grep -ohE '\b(inferkeep|process)_[a-z_]+' deploy/prometheus/alerts.yml deploy/grafana/dashboard.json | sort -u >"$folder/named"
missing=$(comm -23 "$folder/named" "$folder/there")
[ -z "$missing" ] || { echo "alerts: the program has no ${missing//$'\n'/, }" >&2; exit 1; }
echo "alerts: rules hold, and all $(wc -l <"$folder/named") figures that alerts and dashboard name are there"
