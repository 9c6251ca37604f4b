# shellcheck shell=bash disable=SC2154 # root, deps and stamps come from setup.sh, scratch from common.sh
# SPDX-License-Identifier: MIT
#
# The web files: npm's packages into web/node_modules/, then web/dist/ built from them.

export npm_config_update_notifier=false npm_config_fund=false npm_config_audit=false

build_web() {
  install_npm_packages
  build_web_dist
}

# The lock file pins every package by its hash. No package's own install script is run.
install_npm_packages() {
  local stamp
  stamp=$(cat "$root"/web/{package.json,package-lock.json,.npmrc} | sha256sum)
  if stamp_is npm-packages "$stamp" && [[ -f $root/web/node_modules/.package-lock.json ]]; then
    return
  fi
  step "web: installing npm packages"
  try_thrice npm ci --ignore-scripts --prefix "$root/web" || die "npm ci in web/ (npm's own words are above)"
  write_stamp npm-packages "$stamp"
}

build_web_dist() {
  local stamp
  stamp="$(<"$stamps/npm-packages") $(sha256_of "$root/web/build.mjs") $(sha256_of_folder "$root/web/src")"
  if stamp_is web-dist "$stamp" && web_dist_is_there; then
    return
  fi
  step "web: building web/dist"
  quietly npm run build --prefix "$root/web" || die "npm run build in web/ (its own words are above)"
  web_dist_is_there || die "npm run build left web/dist incomplete"
  write_stamp web-dist "$stamp"
}

web_dist_is_there() {
  local file
  for file in home.html blocked_passwords.txt docs/index.html docs/docs.js docs/docs.css docs/home.css \
    docs/favicon.svg docs/swagger-ui.css docs/swagger-ui-bundle.js; do
    [[ -s $root/web/dist/$file ]] || return 1
  done
}
