#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Trains each service's model anew and compares it with the committed one on all rows of the data.
set -euo pipefail
cd "$(dirname "$0")/.."
export ORT_DISABLE_TELEMETRY=1
for service in services/*/; do
  [ -f "$service/train.py" ] || continue
  echo "check: $service"
  environment=".venv-train"
  [ -x "$environment/bin/python" ] || python3 -m venv "$environment"
  "$environment/bin/pip" install --quiet --disable-pip-version-check -r "$service/requirements.txt"
  (cd "$service" && "../../$environment/bin/python" train.py --check)
done
