#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Trains each service's model anew and compares it with the committed one on all rows of the data.
set -euo pipefail
cd "$(dirname "$0")/.."
source scripts/lib/build.sh
export ORT_DISABLE_TELEMETRY=1
for service in services/*/; do
  [ -f "$service/train.py" ] || continue
  echo "check: $service"
  environment=".venv-train"
  pip_install "$environment" -r "$service/requirements.txt"
  (cd "$service" && "../../$environment/bin/python" train.py --check)
done
