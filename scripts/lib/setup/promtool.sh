# shellcheck shell=bash disable=SC2154 # root, deps and stamps come from setup.sh, scratch from common.sh
# SPDX-License-Identifier: MIT
#
# promtool in .deps/promtool, which checks alerting rules and /metrics. Debian's package would start a Prometheus server
# as well, so it is not installed: the one file is taken from it. apt checks its signature.

install_promtool() {
  local stamp
  stamp=$(sha256_of "$root/scripts/lib/setup/promtool.sh")
  if stamp_is promtool "$stamp" && [[ -x $deps/promtool/promtool ]]; then
    return
  fi
  step "promtool: fetching it from Debian's prometheus"
  try_thrice apt_get update || die "apt-get update (its own words are above)"
  try_thrice download_prometheus || die "Debian's prometheus could not be fetched (apt's own words are above)"
  dpkg-deb --extract "$scratch"/prometheus_*.deb "$scratch/prometheus"
  mkdir -p "$deps/promtool"
  mv -- "$scratch/prometheus/usr/bin/promtool" "$deps/promtool/promtool"
  rm -rf -- "$scratch"/prometheus*
  write_stamp promtool "$stamp"
}

download_prometheus() (
  cd -- "$scratch" || exit
  apt-get -q -o Acquire::Retries=3 download prometheus
)
