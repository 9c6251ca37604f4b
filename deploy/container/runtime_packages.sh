#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# runtime_packages.sh <prefix>: the Debian packages, one a line, that have the libraries of the program installed there. They
# are read from the program, so no list can lag behind what it links.
set -euo pipefail
prefix=$(realpath "$1")

# ldd names the installed ONNX Runtime too, which is no package's.
ldd "$prefix/bin/inferkeep" | awk -v own="$prefix/" '
  / => not found/ { print "runtime_packages: nothing has " $1 > "/dev/stderr"; failed = 1 }
  $3 ~ "^/" && index($3, own) != 1 { print $3 }
  END { exit failed }' |
  xargs realpath | sed 's|^/usr||; s|^|*|' | xargs dpkg-query -S | sed 's/:.*//' | sort -u
