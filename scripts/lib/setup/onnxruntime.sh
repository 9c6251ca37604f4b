# shellcheck shell=bash disable=SC2154 # root, deps and stamps come from setup.sh, scratch from common.sh
# SPDX-License-Identifier: MIT
#
# ONNX Runtime in .deps/onnxruntime/{include,lib}. Taken, in this order, from
#   1. $ONNXRUNTIME_ROOT, an unpacked official release: used where it lies;
#   2. the distribution's libonnxruntime-dev, where it is new enough: linked to;
#   3. two packages: the shared library, Microsoft's own build, from npm's onnxruntime-node, and the headers
#      from Debian 13's libonnxruntime-dev. These headers are older (1.21) than the library. They fit, because
#      the C API only grows: a program asks the library for the API version of its headers.

# Older ones crash on hostile model files.
readonly oldest_onnxruntime=1.24.3

readonly npm_package=onnxruntime-node@1.30.0
readonly npm_tarball=onnxruntime-node-1.30.0.tgz
readonly npm_tarball_sha256=6e3390d6b783e7be946fad629292799da28d0b42f84856e50d2c1b0383291e75
declare -rA library_path=(
  [amd64]=package/bin/napi-v6/linux/x64/libonnxruntime.so.1
  [arm64]=package/bin/napi-v6/linux/arm64/libonnxruntime.so.1
)
declare -rA library_sha256=(
  [amd64]=ffb75a925ba05e47b235bb66e3e3911714a80b328a9c9425539feb204aa32a23
  [arm64]=1f549d46250b005580b597f4164984aaf75b3bcb9f3aeb07c7f8a8fe60b23c76
)

# Of the header files (see sha256_of_folder), not of the .deb they come in (libonnxruntime-dev 1.21.0+dfsg-1):
# a rebuilt package with the same headers passes, and a changed header stops the set-up. Then compare the new
# headers with the old ones, try a build, and pin the new hash.
readonly headers_sha256=4a19a1408126c4aa31d6912612988abba045481c036312048ee06b93204755af

install_onnxruntime() {
  if [[ -n ${ONNXRUNTIME_ROOT:-} ]]; then
    check_onnxruntime_root
    return
  fi
  local stamp
  stamp=$(onnxruntime_stamp)
  if stamp_is onnxruntime "$stamp" && onnxruntime_is_there; then
    return
  fi

  rm -rf -- "$deps/onnxruntime.new"
  mkdir -p "$deps/onnxruntime.new/include" "$deps/onnxruntime.new/lib"
  if distribution_onnxruntime_is_new_enough; then
    link_distribution_onnxruntime
  else
    fetch_onnxruntime_library
    fetch_onnxruntime_headers
  fi
  rm -rf -- "$deps/onnxruntime"
  mv -- "$deps/onnxruntime.new" "$deps/onnxruntime"
  onnxruntime_is_there || die "ONNX Runtime is incomplete in $deps/onnxruntime"
  write_stamp onnxruntime "$stamp"
}

check_onnxruntime_root() {
  local file
  for file in include/onnxruntime_cxx_api.h lib/libonnxruntime.so; do
    [[ -e $ONNXRUNTIME_ROOT/$file ]] || die "ONNXRUNTIME_ROOT is $ONNXRUNTIME_ROOT, which has no $file"
  done
}

# A changed pin and a new package of the distribution both call for a new look.
onnxruntime_stamp() {
  echo "$(sha256_of "$root/scripts/lib/setup/onnxruntime.sh") $(distribution_onnxruntime_version)"
}

onnxruntime_is_there() {
  [[ -e $deps/onnxruntime/include/onnxruntime_cxx_api.h && -e $deps/onnxruntime/lib/libonnxruntime.so &&
    -e $deps/onnxruntime/lib/libonnxruntime.so.1 ]]
}

distribution_onnxruntime_version() { pkg-config --modversion libonnxruntime 2>/dev/null || echo none; }

distribution_onnxruntime_is_new_enough() {
  local version
  version=$(distribution_onnxruntime_version)
  [[ $version != none ]] && dpkg --compare-versions "$version" ge "$oldest_onnxruntime"
}

link_distribution_onnxruntime() {
  local include library
  include=$(pkg-config --variable=includedir libonnxruntime)
  library=$(pkg-config --variable=libdir libonnxruntime)/libonnxruntime.so
  step "ONNX Runtime: linking to the distribution's $(distribution_onnxruntime_version)"
  rmdir -- "$deps/onnxruntime.new/include"
  ln -s -- "$include" "$deps/onnxruntime.new/include"
  ln -s -- "$library" "$deps/onnxruntime.new/lib/libonnxruntime.so"
  ln -s -- "$library" "$deps/onnxruntime.new/lib/libonnxruntime.so.1"
}

fetch_onnxruntime_library() {
  local architecture library
  architecture=$(dpkg --print-architecture)
  [[ -n ${library_path[$architecture]:-} ]] ||
    die "no ONNX Runtime is known for $architecture; unpack or build one and set ONNXRUNTIME_ROOT"
  step "ONNX Runtime: fetching the library from npm's $npm_package (114 MB)"
  npm_pack || die "$npm_package could not be fetched (npm's own words are above)"
  verify "$scratch/$npm_tarball" "$npm_tarball_sha256" "$npm_tarball"

  library=$deps/onnxruntime.new/lib/libonnxruntime.so.1
  tar -xzOf "$scratch/$npm_tarball" "${library_path[$architecture]}" >"$library"
  verify "$library" "${library_sha256[$architecture]}" "${library_path[$architecture]}"
  ln -s libonnxruntime.so.1 "$deps/onnxruntime.new/lib/libonnxruntime.so"
  rm -- "$scratch/$npm_tarball"
}

npm_pack() { try_thrice npm pack "$npm_package" --ignore-scripts --pack-destination "$scratch"; }

fetch_onnxruntime_headers() {
  local mirror actual
  mirror=$(debian_mirror)
  [[ -n $mirror ]] || die "apt's sources name no Debian archive to fetch ONNX Runtime's headers from"
  step "ONNX Runtime: fetching the headers from Debian 13's libonnxruntime-dev"
  write_private_apt_config "$mirror"
  try_thrice private_apt_get update || die "Debian 13's package list could not be fetched (apt's own words are above)"
  try_thrice private_apt_get download libonnxruntime-dev ||
    die "Debian 13's libonnxruntime-dev could not be fetched (apt's own words are above)"

  dpkg-deb --extract "$scratch"/libonnxruntime-dev_*.deb "$scratch/headers"
  actual=$(sha256_of_folder "$scratch/headers/usr/include/onnxruntime")
  [[ $actual == "$headers_sha256" ]] ||
    die "the headers of $(basename "$scratch"/libonnxruntime-dev_*.deb) have SHA-256 $actual, expected $headers_sha256"
  cp -r "$scratch/headers/usr/include/onnxruntime/." "$deps/onnxruntime.new/include/"
}

# An apt with lists and sources of its own, so that the system's set-up is neither used nor changed, apart
# from its network settings. The packages are signed by Debian, and apt refuses them otherwise.
write_private_apt_config() {
  mkdir -p "$scratch/apt/lists/partial" "$scratch/apt/archives/partial"
  echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $1 trixie main" >"$scratch/apt/sources.list"
  cat >"$scratch/apt/apt.conf" <<CONFIG
#clear APT::Update::Pre-Invoke;
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
#clear Acquire::IndexTargets;
Acquire::IndexTargets::deb::Packages {
  MetaKey "\$(COMPONENT)/binary-\$(ARCHITECTURE)/Packages";
  ShortDescription "Packages";
  Description "\$(RELEASE)/\$(COMPONENT) \$(ARCHITECTURE) Packages";
  Optional "no";
};
APT::Update::Error-Mode "any";
Acquire::Retries "3";
APT::Get::AllowUnauthenticated "false";
Acquire::AllowInsecureRepositories "false";
Dir::Etc::SourceList "$scratch/apt/sources.list";
Dir::Etc::SourceParts "/dev/null";
Dir::Etc::Preferences "/dev/null";
Dir::Etc::PreferencesParts "/dev/null";
Dir::State::Lists "$scratch/apt/lists";
Dir::Cache::Archives "$scratch/apt/archives";
Dir::Cache::PkgCache "";
Dir::Cache::SrcPkgCache "";
CONFIG
}

private_apt_get() (
  cd -- "$scratch" || exit
  apt-get -q -c "$scratch/apt/apt.conf" "$@"
)

# The address that this machine itself fetches Debian from: a mirror nearby, or the only one that it reaches.
debian_mirror() {
  local codename files=()
  codename=$(. /etc/os-release && echo "${VERSION_CODENAME:-}")
  mapfile -t files < <(find /etc/apt/sources.list /etc/apt/sources.list.d -maxdepth 1 -type f \
    \( -name '*.list' -o -name '*.sources' \) 2>/dev/null | sort)
  ((${#files[@]} > 0)) || return 0
  first_debian_uri "$codename" "${files[@]}"
}

# Usage: first_debian_uri CODENAME FILE… Reads both forms of apt's sources: one line each, and paragraphs
# of "Field: value" whose values may go on in indented lines. Prints the first archive with the suite and "main".
first_debian_uri() {
  awk -v codename="$1" '
    function lists(values, word) { return (" " values " ") ~ (" " word " ") }
    function consider(uri, suites, components) {
      if (found || uri !~ /^[a-z+]+:/ || uri ~ /^cdrom:/ || !lists(components, "main")) return
      if (!lists(suites, codename) && !lists(suites, "stable") && !lists(suites, "oldstable")) return
      found = 1
      print uri
    }
    function end_of_paragraph(   uris) {
      if (lists(value["types"], "deb") && tolower(value["enabled"]) !~ /^ *(no|false|0|off|disable) *$/) {
        split(value["uris"], uris, " ")
        consider(uris[1], value["suites"], value["components"])
      }
      split("", value)
      field = ""
    }
    FNR == 1 { end_of_paragraph() }
    /^[ \t]*#/ { next }
    FILENAME ~ /\.sources$/ {
      if (/^[ \t]*$/) { end_of_paragraph(); next }
      line = $0
      if (line !~ /^[ \t]/) {
        field = tolower(substr(line, 1, index(line, ":") - 1))
        line = substr(line, index(line, ":") + 1)
      }
      gsub(/[ \t]+/, " ", line)
      value[field] = value[field] " " line
      next
    }
    $1 == "deb" {
      sub(/#.*/, "")
      sub(/\[[^]]*\]/, "")
      components = ""
      for (i = 4; i <= NF; i++) components = components " " $i
      consider($2, $3, components)
    }
    END { end_of_paragraph() }
  ' "${@:2}"
}
