# shellcheck shell=bash disable=SC2154 # root, deps and stamps come from setup.sh, scratch from common.sh
# SPDX-License-Identifier: MIT
#
# What every step of scripts/setup.sh shares: messages, retries, stamps, a scratch folder.
# Sourced by it; reads its variables root, deps and stamps.

steps_done=0
scratch=

say() { echo "setup: $*"; }

step() {
  steps_done=$((steps_done + 1))
  say "$*"
}

did_something() { ((steps_done > 0)); }

die() {
  echo "setup: failed: $*" >&2
  exit 1
}

# Two runs at once would write into each other's folders.
wait_for_other_setup() {
  exec 9>"$deps/setup.lock"
  if ! flock --nonblock 9; then
    say "waiting for another setup to finish"
    flock 9
  fi
}

make_scratch_folder() {
  scratch=$(mktemp -d)
  # apt's download helpers run as a user of their own, who must be able to enter it.
  chmod 755 "$scratch"
  trap 'rm -rf -- "$scratch"' EXIT
}

# Runs a command without its chatter, which is shown only where the command fails. The lock (9) stays ours:
# a service that an installed package starts would else hold it for good.
quietly() {
  local log="$scratch/log"
  "$@" 9>&- >"$log" 2>&1 && return
  local code=$?
  tail -n 25 -- "$log" >&2
  return "$code"
}

# For downloads and for whatever another package manager may have locked: up to three tries.
try_thrice() {
  local try
  for try in 1 2 3; do
    quietly "$@" && return
    ((try == 3)) || { say "trying again in $((try * 3)) s"; sleep $((try * 3)); }
  done
  return 1
}

sha256_of() { sha256sum -- "$1" | cut -d ' ' -f 1; }

# One hash for a whole folder: names and contents of its files.
sha256_of_folder() (
  cd -- "$1" || exit
  find . -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum -- | sha256sum | cut -d ' ' -f 1
)

# Usage: verify FILE SHA256 NAME. Stops the set-up where the file is not the one that was pinned.
verify() {
  local actual
  actual=$(sha256_of "$1")
  [[ $actual == "$2" ]] || die "$3 has SHA-256 $actual, expected $2"
}

# A stamp holds the hash of what a step was made from: the same hash means that the step still stands.
stamp_is() { [[ -f $stamps/$1 && $(<"$stamps/$1") == "$2" ]]; }
write_stamp() { echo "$2" >"$stamps/$1"; }
