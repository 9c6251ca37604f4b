# shellcheck shell=bash disable=SC2154 # root, deps and stamps come from setup.sh, scratch from common.sh
# SPDX-License-Identifier: MIT
#
# Debian packages. What is there already is seen without asking the network; only what is missing is installed.

readonly build_packages=(
  g++ cmake ninja-build ccache pkg-config
  libboost1.81-dev libboost-json1.81-dev libsoci-dev libsqlite3-dev libpq-dev
  libspdlog-dev libfmt-dev libcli11-dev libicu-dev libjwt-dev libssl-dev libcrypt-dev libcsv-dev
  prometheus-cpp-dev
  ca-certificates curl
)
readonly test_packages=(
  libgtest-dev libgmock-dev
  python3 python3-venv python3-pytest python3-requests python3-h11 python3-psycopg2
  chromium sqlite3 strace postgresql haproxy
)
readonly lint_packages=(clang-format clang-tidy dpkg-dev lintian systemd)

# The key of Debian 13, whose ONNX Runtime headers are used; the first keyrings of Debian 12 lack it.
readonly trixie_key=/usr/share/keyrings/debian-archive-trixie-automatic
readonly oldest_node=18

# Usage: install_debian_packages WITH_TESTS WITH_LINT, each yes or no.
install_debian_packages() {
  local wanted=("${build_packages[@]}") missing=()
  [[ $1 == no ]] || wanted+=("${test_packages[@]}")
  [[ $2 == no ]] || wanted+=("${lint_packages[@]}")

  command -v dpkg-query >/dev/null ||
    die "this is no Debian system; install the equivalent of: ${wanted[*]} nodejs npm"
  mapfile -t missing < <(packages_not_installed "${wanted[@]}")
  use_debian_node_if_newer
  has_node || missing+=(nodejs npm)
  has_trixie_key || missing+=(debian-archive-keyring)
  ((${#missing[@]} > 0)) || return 0

  step "installing Debian packages: ${missing[*]}"
  ((EUID == 0)) || command -v sudo >/dev/null || die "packages are missing, this is not root, and there is no sudo"
  try_thrice apt_get update || die "apt-get update (its own words are above)"
  stop_if_it_would_remove_others "${missing[@]}"
  try_thrice apt_get install --yes --no-install-recommends "${missing[@]}" ||
    die "Debian packages could not be installed (apt's own words are above): ${missing[*]}"
  stop_if_still_missing "${wanted[@]}"
}

packages_not_installed() {
  local installed package
  # dpkg-query fails where a package is unknown to it, and still lists the others.
  installed=$(dpkg-query -W -f '${db:Status-Status} ${Package}\n' "$@" 2>/dev/null || true)
  for package in "$@"; do
    grep -qxF "installed $package" <<<"$installed" || echo "$package"
  done
}

apt_get() {
  local as_root=()
  ((EUID == 0)) || as_root=(sudo)
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get -q -o Acquire::Retries=3 -o DPkg::Lock::Timeout=300 "$@"
}

# Boost 1.81's headers cannot stand beside those of another Boost: apt takes the others away. That much is
# wanted and said. Were anything else to go with them, its owner must decide.
stop_if_it_would_remove_others() {
  local removed others
  removed=$(apt-get -s install --no-install-recommends "$@" 2>/dev/null | awk '$1 == "Remv" { print $2 }' || true)
  [[ -n $removed ]] || return 0
  others=$(grep -vE '^libboost[a-z0-9.-]*-dev$' <<<"$removed" || true)
  [[ -z $others ]] ||
    die "apt would remove ${others//$'\n'/ } to install $*; decide about that by hand: apt-get install $*"
  say "libboost1.81-dev conflicts with another Boost, which apt removes: ${removed//$'\n'/ }"
}

stop_if_still_missing() {
  local still
  still=$(packages_not_installed "$@")
  [[ -z $still ]] || die "apt-get succeeded but did not install: ${still//$'\n'/ }"
  use_debian_node_if_newer
  has_node || die "no Node.js $oldest_node or newer with npm on PATH, nor in Debian's nodejs and npm packages"
}

has_trixie_key() { [[ -f $trixie_key.gpg || -f $trixie_key.pgp ]]; }

has_node() {
  command -v npm >/dev/null && node_is_new_enough node
}

node_is_new_enough() {
  local version
  version=$("$1" --version 2>/dev/null) || return 1
  version=${version#v}
  ((${version%%.*} >= oldest_node))
}

# An old Node.js elsewhere on PATH must not hide Debian's.
use_debian_node_if_newer() {
  if ! node_is_new_enough node && node_is_new_enough /usr/bin/node; then
    PATH="/usr/bin:$PATH"
  fi
}
