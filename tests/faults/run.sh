#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# The fault harness (README.md): the short tier, or with --full the one for a release. INFERKEEP_BINARY names another
# build than release; further words go to pytest (--kills 100, --store postgres, a file).
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)

# Small disks are mounted where nobody else sees them.
if ((EUID == 0)) && [[ -z ${FAULTS_MAY_MOUNT:-} ]] && unshare --mount true 2>/dev/null; then
  exec env FAULTS_MAY_MOUNT=1 unshare --mount --propagation private "$0" "$@"
fi

cd "$here/../.."
# A release is tried on a machine that has time.
[[ " $* " != *" --full "* ]] || export INFERKEEP_TEST_SLACK=${INFERKEEP_TEST_SLACK:-0}
export INFERKEEP_BINARY=${INFERKEEP_BINARY:-build/release/inferkeep}
[[ -x $INFERKEEP_BINARY ]] || { echo "faults: $INFERKEEP_BINARY is not built: cmake --build build/release" >&2; exit 66; }
# Files come first: by them pytest finds the options that conftest.py adds.
files=() options=()
for word in "$@"; do
  if [[ $word == *.py* ]]; then files+=("$word"); else options+=("$word"); fi
done
((${#files[@]} > 0)) || files=("$here")
exec /usr/bin/python3 -m pytest "${files[@]}" -q -p no:cacheprovider -c "$here/pytest.ini" --rootdir "$here" \
  --durations=5 "${options[@]}"
