#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# clang-tidy over the sources of a configured build (the first argument, default "release"); warnings are errors.
set -euo pipefail
cd "$(dirname "$0")/.."
preset=${1:-release}
database=$(mktemp -d)
trap 'rm -rf "$database"' EXIT
# clang cannot read the precompiled headers of g++.
sed -e 's# -Winvalid-pch -include [^ ]*##; s# -Wno-mismatched-new-delete##' "build/$preset/compile_commands.json" \
  >"$database/compile_commands.json"
git ls-files 'src/*.cpp' | xargs -P "$(nproc)" -n 4 clang-tidy --quiet -p "$database"
echo "lint: clean"
