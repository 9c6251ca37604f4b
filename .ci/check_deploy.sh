#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Checks what deploy/ gives to other programs, by the schemas and the linters of those programs: Kubernetes manifests, compose
# file, Containerfile, systemd unit, Debian package. Each judge is first shown something wrong, which it must refuse. Needs
# scripts/setup.sh --with-lint, .ci/requirements.txt in .venv, and a release build.
set -euo pipefail
cd "$(dirname "$0")/.."

PATH="$PWD/.venv/bin:$PATH"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# judge <command…>: the command, whose last words are files, passes them.
judge() { "$@" >"$work/said" 2>&1 || { cat "$work/said" >&2; echo "deploy: refused: $*" >&2; exit 1; }; }

# refuses <file> <from> <to> <command…>: the command refuses the file with one word changed.
refuses() {
  local wrong
  wrong=$work/wrong_$(basename "$1")
  sed "s|$2|$3|" "$1" >"$wrong"
  ! cmp -s "$1" "$wrong" || { echo "deploy: $1 has no '$2' to change" >&2; exit 1; }
  ! "${@:4}" "$wrong" >/dev/null 2>&1 || { echo "deploy: $4 passes $1 with '$3' for '$2'" >&2; exit 1; }
}

# The oldest and the newest Kubernetes that the manifests are written for.
manifests() {
  local files version
  mapfile -t files < <(find deploy/kubernetes -name '*.yaml' ! -name kustomization.yaml)
  for version in 1.29 1.37; do
    refuses deploy/kubernetes/server/deployment.yaml readOnlyRootFilesystem readOnlyRoot \
      kubernetes-validate --strict -k "$version"
    judge kubernetes-validate --strict -k "$version" "${files[@]}"
  done
}

# Every setting that deploy/ gives, or proposes in a comment, is one that the program has.
settings() {
  local known named unknown
  known=$(build/release/inferkeep settings | sed -n 's/^| `\([A-Z_]*\)`.*/\1/p'; echo INFERKEEP_MODE)
  named=$(
    sed -n 's/^#\?\([A-Z_]*\)=.*/\1/p' deploy/debian/inferkeep.env deploy/debian/.env.shared
    sed -n '/^data:/,$ s/^  \([A-Z_]*\):.*/\1/p' deploy/kubernetes/foundation/settings.yaml
    sed -n '/^x-inferkeep:/,/^services:/ s/^    \([A-Z_]*\):.*/\1/p' deploy/container/compose.yaml
    sed -n 's/^ENV //p' deploy/container/Containerfile | grep -o '[A-Z_]*=' | tr -d =
  )
  unknown=$(comm -13 <(sort -u <<<"$known") <(sort -u <<<"$named"))
  [ -z "$unknown" ] || { echo "deploy: the program has no setting ${unknown//$'\n'/, }" >&2; exit 1; }
}

# One version, in all the places that have to say it.
version() {
  local version found
  version=$(sed -n 's/^project(inferkeep VERSION \([0-9.]*\) .*/\1/p' CMakeLists.txt)
  found=$(
    sed -n 's/.*image\.version="\(.*\)".*/\1/p' deploy/container/Containerfile
    sed -n 's/^ *image: inferkeep:\(.*\)/\1/p' deploy/container/compose.yaml
    sed -n 's/^ *newTag: \(.*\)/\1/p' deploy/kubernetes/*/kustomization.yaml
    sed -n '1 s/^inferkeep (\(.*\)-1).*/\1/p' deploy/debian/changelog
  )
  [ "$(sort -u <<<"$found")" = "$version" ] && [ "$(wc -l <<<"$found")" = 5 ] ||
    { echo "deploy: not each file names version $version: ${found//$'\n'/, }" >&2; exit 1; }
}

# kubectl knows only what a kustomization names.
kustomizations() {
  local folder
  for folder in deploy/kubernetes/*/; do
    diff <(sed -n 's/^  - \(.*\.yaml\)$/\1/p' "$folder/kustomization.yaml" | sort) \
      <(cd "$folder" && find . -name '*.yaml' ! -name kustomization.yaml ! -name '*.example.yaml' -printf '%f\n' | sort) ||
      { echo "deploy: $folder has files that its kustomization does not name, or lacks some" >&2; exit 1; }
  done
}

compose() {
  refuses deploy/container/compose.yaml cap_drop cap_dropped check-jsonschema --builtin-schema vendor.compose-spec
  judge check-jsonschema --builtin-schema vendor.compose-spec deploy/container/compose.yaml
}

containerfile() {
  refuses deploy/container/Containerfile ' AS builder' ':latest' hadolint
  judge hadolint deploy/container/Containerfile
}

# The threshold is ten times what systemd calls exposure; 100 is a unit without any confinement.
unit() {
  local unit=$work/inferkeep.service
  sed "s|/usr/bin/inferkeep|$PWD/build/release/inferkeep|" deploy/systemd/inferkeep.service >"$unit"
  refuses "$unit" '^SystemCallFilter=@system-service' 'SystemCallFilter=@system-servant' verify_without_warnings
  judge verify_without_warnings "$unit"
  judge systemd-analyze security --offline=true --threshold=15 "$unit"
}

# What it does not understand is a warning to systemd-analyze, and would be ignored by systemd.
verify_without_warnings() {
  cp "$1" "$work/verified.service"
  local said
  said=$(systemd-analyze verify --man=no "$work/verified.service" 2>&1) && [ -z "$said" ] || { echo "$said"; return 1; }
}

debian_package() {
  (cd "$work" && cpack -G DEB --config "$OLDPWD/build/release/CPackConfig.cmake" >said 2>&1) || { cat "$work/said" >&2; exit 1; }
  judge lintian --allow-root --fail-on error "$work"/*.deb
}

for part in version settings manifests kustomizations compose containerfile unit debian_package; do "$part"; done
echo "deploy: manifests, compose file, Containerfile, unit and Debian package are sound, and wrong ones are refused"
