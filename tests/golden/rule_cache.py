#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The rule cache seen from outside (docs/cache.md): the same output with a new cache, an old one, a damaged one, a foreign
one, none, and with many starts at once; nothing is ever said about it."""
import argparse
import contextlib
import os
import pathlib
import shutil
import stat
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
RULES = """title: one
id: 5f0c0a7e-6a5b-4a0e-9a3c-0f0f0f0f0f01
level: high
logsource: {product: windows, service: system}
detection:
    a: {param1|re: '(?i)sp.*ler', EventID: 7036}
    b: {param2: stopped}
    condition: a and b
---
title: broken
logsource: {product: windows}
detection: {condition: nothing}
---
title: warned
logsource: {product: windows, service: system}
detection:
    a: {param1: x}
    unused: {param1: y}
    condition: a
"""
EVENT = """{"Event":{"System":{"Provider":{"#attributes":{"Name":"Service Control Manager"}},"EventID":7036,"EventRecordID":1,\
"Channel":"System","Computer":"A","TimeCreated":{"#attributes":{"SystemTime":"2026-11-20T01:02:03Z"}}},\
"EventData":{"param1":"Print Spooler","param2":"stopped"}}}
"""


class Bench:
    def __init__(self, binary: str, folder: pathlib.Path):
        self.binary, self.folder, self.home = binary, folder, folder / "home"
        self.cache = self.home / "stopwarden"
        (folder / "rules.yml").write_text(RULES, encoding="utf-8")
        (folder / "log.jsonl").write_text(EVENT, encoding="utf-8")
        self.failed = 0
        self.want = self.scan(STOPWARDEN_CACHE="off")
        self.check("without a cache there are hits, and problems to be told", b"one" in self.want[1] and b"SIG" in self.want[2] and self.want[0] == 3)
        self.check("and no folder", not self.home.exists())
        self.home.mkdir()

    def command(self) -> list[str]:
        return [self.binary, "scan", "--rules", "rules.yml", "-f", "jsonl", "log.jsonl"]

    def environment(self, more: dict[str, str]) -> dict[str, str]:
        return {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TMPDIR": str(self.folder), "XDG_CACHE_HOME": str(self.home)} | more

    def scan(self, **more: str) -> tuple[int, bytes, bytes]:
        done = subprocess.run(self.command(), cwd=self.folder, capture_output=True, timeout=60, env=self.environment(more))
        return done.returncode, done.stdout, self.told(done.stderr)

    @staticmethod
    def told(stderr: bytes) -> bytes:
        """Standard error but the line with durations."""
        return b"\n".join(line for line in stderr.splitlines() if b"/s)" not in line)

    def check(self, what: str, good: bool) -> None:
        if not good:
            self.failed += 1
            print(f"rule cache: FAILED: {what}")

    def same(self, what: str, **more: str) -> None:
        self.check(f"{what}: the output is the same", self.scan(**more) == self.want)

    def files(self) -> list[pathlib.Path]:
        return sorted(self.cache.iterdir()) if self.cache.is_dir() else []

    def only(self) -> pathlib.Path:
        files = self.files()
        self.check("there is one file in the cache", len(files) == 1)
        return files[0]

    def empty(self) -> None:
        shutil.rmtree(self.cache, ignore_errors=True)


def cold_and_warm(b: Bench) -> None:
    b.same("cold")
    made = b.only()
    first = made.stat()
    b.check("only the user may read it", stat.S_IMODE(first.st_mode) == 0o600 and stat.S_IMODE(b.cache.stat().st_mode) == 0o700)
    os.utime(made, (1, 1))
    b.same("warm")
    b.check("warm: the file was used and not made anew", made.stat().st_ino == first.st_ino and made.stat().st_mtime > 1)
    (b.folder / "rules.yml").write_text(RULES.replace("level: high", "level: low"), encoding="utf-8")
    b.check("another rule text is another result", b.scan()[1] != b.want[1])
    b.check("with a file of its own", len(b.files()) == 2)
    (b.folder / "rules.yml").write_text(RULES, encoding="utf-8")
    b.empty()


def damaged(b: Bench) -> None:
    b.scan()
    path = b.only()
    good = path.read_bytes()
    places = [*range(0, 90, 3), *range(90, len(good), len(good) // 20)]
    for at in places:
        changed = bytearray(good)
        changed[at] ^= 0x41
        path.write_bytes(changed)
        b.same(f"byte {at} changed")
        b.check(f"byte {at} changed: mended", path.read_bytes() == good)
    for size in [0, 1, 83, 84, 85, len(good) // 2, len(good) - 1]:
        path.write_bytes(good[:size])
        b.same(f"cut to {size} bytes")
        b.check(f"cut to {size} bytes: mended", path.read_bytes() == good)
    path.write_bytes(good + b"x")
    b.same("a byte too many")
    b.check("a byte too many: mended", path.read_bytes() == good)
    b.empty()


def foreign(b: Bench) -> None:
    b.scan()
    path = b.only()
    good = path.read_bytes()
    for mode in [0o622, 0o620, 0o602]:
        path.chmod(mode)
        b.same(f"mode {mode:o}")
        b.check(f"mode {mode:o}: replaced", stat.S_IMODE(path.stat().st_mode) == 0o600)
    elsewhere = b.folder / "elsewhere"
    elsewhere.write_bytes(good)
    path.unlink()
    path.symlink_to(elsewhere)
    b.same("a link")
    b.check("a link: replaced, not followed", not path.is_symlink() and elsewhere.read_bytes() == good)
    if os.geteuid() == 0:
        os.chown(path, 65534, 65534)
        b.same("another owner")
        b.check("another owner: replaced", path.stat().st_uid == 0)
    path.unlink()
    os.mkfifo(path)
    b.same("a pipe")
    path.unlink(missing_ok=True)
    path.mkdir()
    b.same("a folder in its place")
    b.empty()


def unusable(b: Bench) -> None:
    b.cache.write_text("a file", encoding="utf-8")
    b.same("a file where the folder should be")
    b.cache.unlink()
    b.cache.mkdir(mode=0o777)
    b.cache.chmod(0o777)
    b.same("a folder that others may write")
    b.check("a folder that others may write: nothing is put there", b.files() == [])
    b.empty()
    b.same("no such home", XDG_CACHE_HOME="", HOME=str(b.folder / "nobody"))
    b.same("a relative one", XDG_CACHE_HOME="here", HOME="")
    b.check("nothing was made", not (b.folder / "nobody").exists() and not (b.folder / "here").exists())
    limited = ["sh", "-c", 'ulimit -f 8 && exec "$@"', "sh", *b.command()]
    done = subprocess.run(limited, cwd=b.folder, capture_output=True, timeout=60, env=b.environment({}))
    b.check("no room for the file: the output is the same", (done.returncode, done.stdout, b.told(done.stderr)) == b.want)
    b.check("no room for the file: nothing stays", b.files() == [])
    b.empty()


def at_once(b: Bench) -> None:
    for _ in range(3):
        running = [subprocess.Popen(b.command(), cwd=b.folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=b.environment({})) for _ in range(6)]
        for process in running:
            out, err = process.communicate(timeout=60)
            b.check("many at once: the output is the same", (process.returncode, out, b.told(err)) == b.want)
        b.only()
        b.empty()


def few_are_kept(b: Bench) -> None:
    for n in range(12):
        (b.folder / "rules.yml").write_text(RULES + f"# {n}\n", encoding="utf-8")
        b.same(f"rule set {n}")
    b.check("eight are kept", len(b.files()) == 8)
    b.empty()


def main() -> int:
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument("--binary", required=True)
    a = p.parse_args()
    with tempfile.TemporaryDirectory(prefix="rule_cache_") as folder, contextlib.suppress(BrokenPipeError):
        b = Bench(str(pathlib.Path(a.binary).resolve()), pathlib.Path(folder))
        for part in [cold_and_warm, damaged, foreign, unusable, at_once, few_are_kept]:
            part(b)
        print(f"rule cache: {b.failed} failures")
        return 1 if b.failed else 0


if __name__ == "__main__":
    sys.exit(main())
