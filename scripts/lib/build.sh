# SPDX-License-Identifier: MIT
# Sourced by run.sh, run_tests.sh and .ci/run, from the root of the project.

# build <preset> [target…]: configures where that is needed and builds; quiet while all goes well.
build() {
  local preset=$1
  shift
  echo "build: $preset ${*:-everything}"
  local log
  log=$(mktemp)
  if ! { [ -f "build/$preset/build.ninja" ] || cmake --preset "$preset"; } >"$log" 2>&1; then
    cat "$log" >&2
    rm -f "$log"
    return 1
  fi
  rm -f "$log"
  cmake --build "build/$preset" --target "${@:-all}" -- --quiet
}
