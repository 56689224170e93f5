#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Shows that build/portable/stopwarden runs in a bare Debian 11 and a bare Debian 13, and says there what the ordinary
# release says here.
#
#   tools/check_portable.sh [DIR]     DIR (default: a temporary one) gets the two trees, 700 MB; they are removed again
#
# Needs root (chroot, debootstrap) and the packages of the group "portable_check" in tools/packages.txt. SW_MIRROR names a mirror of Debian other
# than the one apt uses. Each sample is scanned twice in each tree: as debootstrap left it, and with no locale at all.
set -euo pipefail
cd "$(dirname "$0")/.."

say() { printf '%s\n' "$*" >&2; }
die() { say "check_portable: $*"; exit 1; }
[ "$(id -u)" -eq 0 ] || die "must be root, for chroot and debootstrap"
for tool in debootstrap bsdtar python3 readelf; do
  command -v "$tool" >/dev/null || die "$tool is missing: apt-get install $(sed -n 's/^portable_check //p' tools/packages.txt)"
done

codename=$(. /etc/os-release && echo "${VERSION_CODENAME:-bookworm}")
mirror=${SW_MIRROR:-$(apt-get indextargets --no-release-info --format '$(SITE)' "Release: $codename" "Component: main" | head -n 1)}
[ -n "$mirror" ] || die "no mirror of Debian $codename in apt's sources: set SW_MIRROR"

./dev build --portable
./dev build
release=$PWD/build/release/stopwarden
portable=$PWD/build/portable/stopwarden
cmake --build --preset portable --target demo_sample >&2

given=${1:-${TMPDIR:-/tmp}}
mkdir -p "$given"
work=$(realpath "$(mktemp -d -p "$given" sw-portable.XXXXXXXX)")

# debootstrap takes its mounts away itself; should one be left, it goes first. Nothing is removed through a mount.
clean() {
  local point
  while read -r point; do umount "$point" || true; done < <(awk -v d="$work/" 'index($2, d) == 1 { print $2 }' /proc/mounts | sort -r)
  if awk -v d="$work/" 'index($2, d) == 1 { found = 1 } END { exit !found }' /proc/mounts; then
    say "check_portable: something is mounted below $work, which is left as it is"
    return
  fi
  rm -rf --one-file-system -- "$work"
}
trap clean EXIT

# The samples: a folder of EVTX; archives of it, with names that are not ASCII; JSON lines for standard input.
samples=$work/samples
mkdir -p "$samples/Protokół" "$samples/demo"
cp build/portable/samples/demo/*.evtx "$samples/demo/"
cp build/portable/samples/demo/DB01-System.evtx "$samples/Protokół/Systém-日本.evtx"
cp build/portable/samples/demo/DB01-Sysmon.evtx "$samples/Protokół/"
(
  cd "$samples"
  export LC_ALL=C.UTF-8
  python3 -c 'import shutil; shutil.make_archive("python", "zip", ".", "Protokół"); shutil.make_archive("demo", "zip", ".", "demo")'
  bsdtar -cf seven.7z --format 7zip Protokół
  bsdtar -cf tape.tar.zst --zstd --format pax Protokół
  bsdtar -cf tape.tar.xz --xz --format pax Protokół
  cat >events.ndjson <<'JSON'
{"Event":{"System":{"Provider":{"#attributes":{"Name":"Microsoft-Windows-Sysmon"}},"EventID":1,"EventRecordID":7,"Channel":"Microsoft-Windows-Sysmon/Operational","Computer":"DB07.corp.example","TimeCreated":{"#attributes":{"SystemTime":"2026-11-20T02:10:00.000000Z"}}},"EventData":{"Image":"C:\\Windows\\System32\\net.exe","CommandLine":"net stop MSSQLSERVER /y","ParentImage":"C:\\Windows\\System32\\cmd.exe","User":"CORP\\svc_deploy"}}}
{"Event":{"System":{"Provider":{"#attributes":{"Name":"Microsoft-Windows-Sysmon"}},"EventID":1,"EventRecordID":8,"Channel":"Microsoft-Windows-Sysmon/Operational","Computer":"DB07.corp.example","TimeCreated":{"#attributes":{"SystemTime":"2026-11-20T02:10:01.000000Z"}}},"EventData":{"Image":"C:\\Windows\\System32\\whoami.exe","CommandLine":"whoami","ParentImage":"C:\\Windows\\System32\\cmd.exe","User":"CORP\\svc_deploy"}}}
JSON
)

# Each line: arguments of scan, run in the folder of the samples with events.ndjson as standard input.
scans=(
  "-f jsonl demo"
  "-f text demo"
  "-f csv demo.zip"
  "-f jsonl demo.zip"
  "-f jsonl python.zip"
  "-f jsonl seven.7z"
  "-f jsonl tape.tar.zst"
  "-f jsonl tape.tar.xz"
  "-f jsonl -"
  "-f jsonl no-such-file"
)

# What the release says of each, here.
for i in "${!scans[@]}"; do
  # shellcheck disable=SC2086
  (cd "$samples" && LC_ALL=C.UTF-8 "$release" scan ${scans[i]} <events.ndjson >"$work/want.$i" 2>"$work/want.$i.err" && echo 0 || echo $?) >"$work/want.$i.rc"
done
[ "$(wc -l <"$work/want.0")" -ge 50 ] || die "the release finds next to nothing in the demo sample"

readelf -ldW "$portable" | grep -qE 'NEEDED|Requesting program interpreter' && die "$portable is not static"
say "$(file -b "$portable" 2>/dev/null || echo static), $(stat -c %s "$portable") bytes"

failed=0
run_all() {  # run_all TREE NAME
  local tree=$1 name=$2 i rc
  for i in "${!scans[@]}"; do
    rc=0
    # shellcheck disable=SC2086
    chroot "$tree" /usr/bin/env -i /bin/sh -c 'cd /sample && exec /stopwarden scan "$@"' sh ${scans[i]} \
      <"$samples/events.ndjson" >"$work/got" 2>"$work/got.err" || rc=$?
    if [ "$rc" = "$(cat "$work/want.$i.rc")" ] && cmp -s "$work/want.$i" "$work/got"; then
      say "$(printf 'ok    %-32s scan %-22s %4d lines, exit %d, as the release' "$name" "${scans[i]}" "$(wc -l <"$work/got")" "$rc")"
    else
      failed=1
      say "FAIL  $name: scan ${scans[i]}: exit $rc, wanted $(cat "$work/want.$i.rc")"
      diff "$work/want.$i" "$work/got" | head -n 6 | cut -c1-300 >&2 || true
      tail -n 5 "$work/got.err" >&2
    fi
  done
}

for suite in bullseye trixie; do
  tree=$work/$suite
  say "+ debootstrap --variant=minbase $suite"
  debootstrap --variant=minbase "$suite" "$tree" "$mirror" >"$work/$suite.log" 2>&1 || { tail -n 5 "$work/$suite.log" >&2; die "debootstrap $suite failed"; }
  cp "$portable" "$tree/stopwarden"
  cp -r "$samples" "$tree/sample"
  version="Debian $(cat "$tree/etc/debian_version"), $(basename "$(ls "$tree"/var/lib/dpkg/info/libc6*.list | head -n 1)" .list) $(chroot "$tree" dpkg-query -W -f='${Version}' libc6)"
  say "$version"
  run_all "$tree" "$suite"
  rm -rf -- "${tree:?}/usr/lib/locale"
  run_all "$tree" "$suite without locales"
  rm -rf --one-file-system -- "$tree"
done
[ "$failed" -eq 0 ] || die "the portable binary differs, see above"
say "check_portable: the portable binary says in both trees what the release says here"
