#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Formats all C++; with --check, fails where something would change. The version is pinned: others format otherwise.
set -euo pipefail
cd "$(dirname "$0")/.."
clang-format --version | grep -q 'version 14\.' || { echo "format: clang-format 14 is needed" >&2; exit 69; }
mapfile -t files < <(git ls-files '*.cpp' '*.hpp')
if [ "${1:-}" = --check ]; then
  clang-format --dry-run --Werror "${files[@]}" && echo "format: ${#files[@]} files are well formatted"
else
  clang-format -i "${files[@]}"
fi
