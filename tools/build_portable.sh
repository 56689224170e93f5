#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# One static x86-64 binary of stopwarden that a responder can carry: build/portable/stopwarden.
#
# Debian has static archives of all libraries but simdjson, which is built here from Debian's own source package (its
# signed index is checked by apt), and fmt, which is used header-only.
set -euo pipefail
cd "$(dirname "$0")/.."
deps=$PWD/build/portable-deps
mkdir -p "$deps"

if [ ! -f "$deps/lib/libsimdjson.a" ]; then
  echo "+ apt-get source simdjson (into build/portable-deps; your apt sources are not changed)" >&2
  mkdir -p "$deps/apt/lists/partial" "$deps/src"
  : >"$deps/apt/src.list"
  : >"$deps/apt/src.sources"
  for f in /etc/apt/sources.list.d/*.sources; do
    if [ -f "$f" ]; then sed 's/^Types:.*/Types: deb-src/' "$f" >>"$deps/apt/src.sources"; echo >>"$deps/apt/src.sources"; fi
  done
  for f in /etc/apt/sources.list /etc/apt/sources.list.d/*.list; do
    if [ -f "$f" ]; then sed -n 's/^deb /deb-src /p' "$f" >>"$deps/apt/src.list"; fi
  done
  lists=("$deps/apt/src.sources" "$deps/apt/src.list")
  for list in "${lists[@]}"; do
    if ! grep -q deb-src "$list"; then continue; fi
    options=(-o "Dir::Etc::sourcelist=$list" -o Dir::Etc::sourceparts=/dev/null -o "Dir::State::lists=$deps/apt/lists" -o APT::Sandbox::User=root)
    apt-get -qq "${options[@]}" update >&2
    if (cd "$deps/src" && apt-get -qq "${options[@]}" source --download-only simdjson >&2); then break; fi
  done
  orig=$(ls "$deps"/src/simdjson_*.orig.tar.*) || { echo "no source package of simdjson was found" >&2; exit 1; }
  tar -xf "$orig" -C "$deps/src" --strip-components=1 --one-top-level=simdjson
  mkdir -p "$deps/lib" "$deps/include"
  cp "$deps/src/simdjson/singleheader/simdjson.h" "$deps/include/"
  # The folder's name stays out of the binary.
  g++-12 -std=c++17 -O3 -DNDEBUG -fPIC -fstack-protector-strong -ffile-prefix-map="$deps/src/=" \
    -c "$deps/src/simdjson/singleheader/simdjson.cpp" -o "$deps/lib/simdjson.o"
  ar rcs "$deps/lib/libsimdjson.a" "$deps/lib/simdjson.o"
fi

cmake --preset portable -DSW_PORTABLE_DEPS="$deps" >&2
cmake --build --preset portable --target stopwarden -j "${SW_JOBS:-$(nproc)}" >&2
cp build/portable/apps/cli/stopwarden build/portable/stopwarden
strip build/portable/stopwarden
# Position independent and static at once: no loader is asked for, no library is named.
if readelf -ldW build/portable/stopwarden | grep -E 'NEEDED|Requesting program interpreter' >&2; then
  echo "build/portable/stopwarden is not static, see above" >&2
  exit 1
fi
# The C library answers these by loading modules of the system it runs on, made for another C library.
if nm build/portable/apps/cli/stopwarden | grep -Ei ' [tw] (get(pw|gr)(nam|uid|gid|ent)(_r)?|getaddrinfo|gethostby[a-z]*(_r)?|getservby[a-z]*)$' >&2; then
  echo "build/portable/stopwarden would load modules of the system it runs on, see above" >&2
  exit 1
fi
size=$(stat -c %s build/portable/stopwarden)
echo "built build/portable/stopwarden (static, $((size / 1000)) kB, sha256 $(sha256sum build/portable/stopwarden | cut -c1-16)...)" >&2
