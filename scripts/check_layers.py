#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Compares every #include in src/ with the map in docs/architecture.md.

The map's table says which of our folders each folder may include, and which outside libraries it alone may use. Exits 1
and names each include that the map does not allow.
"""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
INCLUDE = re.compile(r'^\s*#\s*include\s+[<"]([^>"]+)[>"]', re.MULTILINE)
ROW = re.compile(r"^\| `(\w+)/` \|([^|]*)\|([^|]*)\|", re.MULTILINE)

# How the headers of the libraries that live in one folder begin.
LIBRARIES = {
    "Beast": ("boost/beast",),
    "libssl": ("openssl/ssl.h", "openssl/err.h"),
    "libcrypto": ("openssl/",),
    "libxcrypt": ("crypt.h",),
    "libjwt": ("jwt.h",),
    "libcsv": ("csv.h",),
    "SOCI": ("soci/", "sqlite3.h"),
    "ONNX Runtime": ("onnxruntime",),
    "ICU": ("unicode/",),
    "spdlog": ("spdlog/",),
    "CLI11": ("CLI/",),
    "prometheus-cpp": ("prometheus/",),
}


def read_map():
    """folder → (folders it may include, libraries it may use)."""
    text = (ROOT / "docs" / "architecture.md").read_text()
    rows = {}
    for folder, arrows, libraries in ROW.findall(text):
        rows[folder] = (set(re.findall(r"`(\w+)`", arrows)), {name.strip() for name in libraries.split(",")})
    return rows


def library_of(header):
    return next((name for name, starts in LIBRARIES.items() if header.startswith(starts)), None)


def faults_of(file, folder, rows):
    arrows, libraries = rows[folder]
    for header in INCLUDE.findall(file.read_text()):
        target = header.split("/")[0]
        library = library_of(header)
        if target in rows and target != folder and target not in arrows:
            yield f"{file.relative_to(ROOT)}: {folder}/ must not include {header}"
        if library and library not in libraries:
            yield f"{file.relative_to(ROOT)}: {library} does not live in {folder}/ ({header})"


def main():
    rows = read_map()
    folders = {path.name for path in (ROOT / "src").iterdir() if path.is_dir()}
    faults = [f"docs/architecture.md and src/ differ: {sorted(folders ^ set(rows))}"] if folders != set(rows) else []
    files = [path for path in (ROOT / "src").rglob("*.[ch]pp")]
    for file in files:
        folder = file.relative_to(ROOT / "src").parts[0]
        if folder in rows:
            faults.extend(faults_of(file, folder, rows))
    print("\n".join(faults) or f"layers: {len(files)} files keep to the map")
    return 1 if faults or not files else 0


if __name__ == "__main__":
    sys.exit(main())
