# SPDX-License-Identifier: MIT
# Sourced by run.sh, run_tests.sh and .ci/, from the root of the project.

# build <preset> [target…]: configures where that is needed and builds; quiet while all goes well.
build() {
  local preset=$1
  shift
  echo "build: $preset ${*:-everything}"
  local log
  log=$(mktemp)
  if ! configure "$preset" "$(needs_tests "$@")" >"$log" 2>&1; then
    cat "$log" >&2
    rm -f "$log"
    return 1
  fi
  rm -f "$log"
  cmake --build "build/$preset" --target "${@:-all}" -- --quiet
}

# The program alone is built without the packages of the tests: who only serves has none of them.
needs_tests() { if [ "$*" = inferkeep ]; then echo OFF; else echo ON; fi; }

# A build with tests serves both ends and stays.
configure() {
  local preset=$1 tests=$2 cache="build/$1/CMakeCache.txt"
  if [ -f "build/$preset/build.ninja" ] && { [ "$tests" = OFF ] || grep -q '^INFERKEEP_TESTS:BOOL=ON$' "$cache"; }; then
    return
  fi
  cmake --preset "$preset" -DINFERKEEP_TESTS="$tests"
}

# pip_install <environment> <arguments…>: into a virtual environment, which it makes where that is missing. pip gives up a fetch that
# breaks off in its midst: that is begun again.
pip_install() {
  local environment=$1 try
  shift
  [ -x "$environment/bin/python" ] || python3 -m venv "$environment"
  for try in 1 2 3; do
    "$environment/bin/pip" install --quiet --disable-pip-version-check "$@" && return
    sleep $((try * 3))
  done
  return 1
}
