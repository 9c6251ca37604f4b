#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# Installs what a build needs: Debian packages, ONNX Runtime in .deps/, the web files in web/dist/.
# Run it as often as you like: it does only what is missing, and within a second where nothing is.
set -euo pipefail

root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)
deps=$root/.deps
stamps=$deps/stamps
readonly root deps stamps

# shellcheck source-path=SCRIPTDIR/..
source "$root/scripts/lib/setup/common.sh"
source "$root/scripts/lib/setup/debian.sh"
source "$root/scripts/lib/setup/onnxruntime.sh"
source "$root/scripts/lib/setup/promtool.sh"
source "$root/scripts/lib/setup/web.sh"

usage() {
  cat <<'USAGE'
Usage: scripts/setup.sh [--with-tests] [--with-lint]

  --with-tests  also install what the tests need (GoogleTest, pytest, Chromium, …)
  --with-lint   also install clang-format, clang-tidy, promtool, lintian and systemd-analyze
  --help        show this text

Environment:
  ONNXRUNTIME_ROOT  an unpacked official ONNX Runtime release; nothing is downloaded then
USAGE
}

with_tests=no
with_lint=no
for argument in "$@"; do
  case $argument in
    --with-tests) with_tests=yes ;;
    --with-lint) with_lint=yes ;;
    --help | -h) usage; exit 0 ;;
    *) usage >&2; exit 64 ;;
  esac
done

mkdir -p "$stamps"
wait_for_other_setup
make_scratch_folder

install_debian_packages "$with_tests" "$with_lint"
install_onnxruntime
[[ $with_lint == no ]] || install_promtool
build_web

if ! did_something; then
  say "nothing to do"
fi
