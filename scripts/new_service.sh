#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# scripts/new_service.sh <service> <words>, such as v3 wine_quality: makes services/v3_wine_quality/ from scripts/starter/
# and mounts it in src/app/main.cpp. It builds and serves at once; two failing tests say what is left to do. Where
# something is in the way it says so, exits with 64 and changes nothing.
set -euo pipefail
cd "$(dirname "$0")/.."

readonly main=src/app/main.cpp starter=scripts/starter

refuse() {
  echo "new_service: $*" >&2
  exit 64
}

[ $# -eq 2 ] || refuse "usage: scripts/new_service.sh <service> <words>, such as: scripts/new_service.sh v3 wine_quality"
service=$1 words=$2
folder=${service}_$words

# a_b2 → AB2: the model's class, whose structs no other service may have.
class_of() { sed -E 's/(^|_)([a-z0-9])/\U\2/g' <<<"$1"; }

check_arguments() {
  [[ $service =~ ^[a-z][a-z0-9_]{0,30}$ ]] ||
    refuse "\"$service\" is no service name: a to z first, then up to 30 of a to z, 0 to 9 and _"
  [[ $words =~ ^[a-z][a-z0-9]*(_[a-z0-9]+)*$ ]] ||
    refuse "\"$words\" is no folder name: words of a to z and 0 to 9, joined by _, as in wine_quality"
}

check_room() {
  local other
  ! grep -q "(\"$service\"," "$main" || refuse "a service $service is mounted in $main already"
  [ ! -e "services/$folder" ] || refuse "services/$folder exists already"
  for other in services/*/*.hpp; do
    ! grep -qE "(struct|class|using|enum( class)?) $class(Input|Output)?\b" "$other" ||
      refuse "$other has a class $class already: choose other words"
  done
  grep -q '^ *\.run(argc, argv);' "$main" || refuse "$main has no line .run(argc, argv); to mount a service before"
}

# Each include in its alphabetic place, as scripts/format.sh wants it.
mounted() {
  LC_ALL=C awk -v include="#include \"$folder/$words.hpp\"" \
    -v mount="      .service<$class>(\"$service\", \"$title\", \"$folder\")" '
    /^#include/ && !done && $0 > include { print include; done = 1 }
    in_includes && !/^#include/ && !done { print include; done = 1 }
    { in_includes = /^#include/ }
    /^ *\.run\(argc, argv\);/ { print mount }
    { print }' "$main"
}

fill() { sed "s/@NAME@/$service/g; s/@FILE@/$words/g; s/@CLASS@/$class/g; s/@TITLE@/$title/g" "$1"; }

make_folder() {
  mkdir "services/$folder"
  local file
  for file in train.py README.md model.json requirements.txt; do fill "$starter/$file" >"services/$folder/$file"; done
  fill "$starter/service.hpp.in" >"services/$folder/$words.hpp"
  cp "$starter/model.onnx" "$starter/reference.json" "services/$folder/"
}

check_arguments
class=$(class_of "$words")
title=${words//_/ }
title=${title^}
check_room
with_mount=$(mounted)
make_folder
echo "$with_mount" >"$main"

cat <<DONE
new_service: services/$folder is mounted as /mlservice/$service with a starter's model; it builds and serves as it is.
new_service: now describe your fields in services/$folder/$words.hpp and put your training into services/$folder/train.py.
DONE
