# SPDX-License-Identifier: Apache-2.0
"""What the tasks run over: a large corpus of real events where there is one, else logs made from our own samples.

Everything made lies in build/bench and is kept from run to run.
"""
import dataclasses
import json
import os
import pathlib
import re
import shutil
import struct
import subprocess
import sys
import zipfile
import zlib

import cloudtrail_log

from measure import BUILD, ROOT, WrongAnswer, say

CACHE = ROOT / "build/bench"
CHUNK, HEADER = 65536, 4096  # of EVTX


@dataclasses.dataclass
class Inputs:
    evtx: list
    ndjson: list
    rules: list  # what --rules gets
    real: bool  # events
    judged: bool  # real events and all Windows rules: what the floors speak of
    what: str  # one line for the reader of the figures


def find(corpus: pathlib.Path | None, perf: pathlib.Path | None, gigabytes: float | None) -> Inputs:
    """`corpus` has rules and captures of others, `perf` has evtx/ and ndjson/ made from them. Either may be missing."""
    if corpus is None:
        corpus = pathlib.Path(os.environ.get("STOPWARDEN_CORPUS") or ROOT.parent / "shared/corpus")
    tool = corpus.parent / "tools/make-perf-corpus.py"
    if perf is None and os.environ.get("STOPWARDEN_PERF"):
        perf = pathlib.Path(os.environ["STOPWARDEN_PERF"])
    if perf is None and tool.is_file():
        perf = make_perf(tool, gigabytes or 1)
    all_rules = (corpus / "sigma-rules").is_dir()
    rules = [product_rules(corpus / "sigma-rules", "windows")] if all_rules else [ROOT / "rules"]
    set_name = "all Windows rules of the corpus" if all_rules else "our own rules (no corpus here)"
    if perf is not None:
        evtx, ndjson = sorted((perf / "evtx").glob("*.evtx")), sorted((perf / "ndjson").glob("*.jsonl"))
        if not evtx or not ndjson:
            sys.exit(f"{perf} has no evtx/*.evtx and ndjson/*.jsonl")
        return Inputs(evtx, ndjson, rules, True, all_rules, f"real events, {set_name}")
    return Inputs(*make_synthetic(gigabytes or 0.25), rules, False, False,
                  f"SYNTHETIC events made from samples/demo (no corpus here: say nothing about real logs by them), {set_name}")


def make_perf(tool: pathlib.Path, gigabytes: float) -> pathlib.Path:
    target = CACHE / f"perf_{gigabytes:g}"
    if not (target / "SUMMARY.json").is_file():
        shutil.rmtree(target, ignore_errors=True)
        say(f"making {gigabytes:g} GB of EVTX and of NDJSON in {target.relative_to(ROOT)} ...")
        clean = ["--evtxexport-clean"] if shutil.which("evtxexport") else []
        subprocess.run([sys.executable, tool, target, "--evtx-gb", str(gigabytes), "--ndjson-gb", str(gigabytes),
                        "--auditd-gb", "0", "--cloudtrail-gb", "0", *clean], check=True, stdout=sys.stderr)
    return target


def product_rules(folder: pathlib.Path, name: str) -> pathlib.Path:
    """A copy of every rule for one product. Placeholder rules are among them and rejected: no values are given."""
    target = CACHE / f"{name}-rules"
    shutil.rmtree(target, ignore_errors=True)
    product = re.compile(rf"^\s+product:\s*{name}\s*$", re.M)
    for path in sorted(folder.glob("rules*/**/*.yml")):
        text = path.read_text(encoding="utf-8")
        if product.search(text):
            copy = target / path.relative_to(folder)
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_text(text, encoding="utf-8")
    return target


def cloudtrail(corpus: pathlib.Path | None, gigabytes: float) -> tuple:
    """(lines, one Records file, rules): made by us, whatever else is at hand; SigmaHQ's rules where they are, and ours."""
    folder = CACHE / f"cloudtrail_{gigabytes:g}"
    lines, records = folder / "trail.jsonl", folder / "records.json"
    if not records.is_file():
        say(f"making {gigabytes:g} GB of CloudTrail ...")
        folder.mkdir(parents=True, exist_ok=True)
        part = records.with_suffix(".part")
        cloudtrail_log.write(lines, part, int(gigabytes * 1e9))
        part.rename(records)
    if corpus is None:
        corpus = pathlib.Path(os.environ.get("STOPWARDEN_CORPUS") or ROOT.parent / "shared/corpus")
    theirs = corpus / "sigma-rules/rules/cloud/aws"
    return lines, records, [ROOT / "rules/aws"] + ([theirs] if theirs.is_dir() else [])


# ---------------------------------------------------------------- slices of what is there
def evtx_header(chunks: int, next_record: int) -> bytes:
    h = bytearray(HEADER)
    h[:8] = b"ElfFile\0"
    struct.pack_into("<QQQIHHHH", h, 8, 0, chunks - 1, next_record, 128, 1, 3, HEADER, min(chunks, 65535))
    struct.pack_into("<I", h, 124, zlib.crc32(bytes(h[:120])))
    return bytes(h)


def evtx_slice(path: pathlib.Path, first: int, chunks: int):
    """Pieces of a file of `chunks` chunks of another file, from its chunk `first` on, round its end if need be."""
    have = (path.stat().st_size - HEADER) // CHUNK
    with path.open("rb") as f:
        f.seek(HEADER + (first + chunks - 1) % have * CHUNK + 32)  # the last chunk's last record number
        yield evtx_header(chunks, struct.unpack("<Q", f.read(8))[0] + 1)
        for i in range(chunks):
            f.seek(HEADER + (first + i) % have * CHUNK)
            yield f.read(CHUNK)


def ndjson_slice(path: pathlib.Path, start: int, size: int):
    """Pieces of whole lines, about `size` bytes, from about `start` on."""
    with path.open("rb") as f:
        start %= max(1, path.stat().st_size - size)
        f.seek(start)
        if start:
            f.readline()
        while size > 0 and (piece := f.read(min(size, 1 << 20))):
            size -= len(piece)
            yield piece
        yield f.readline()


def sliced(inputs: Inputs, megabytes: float) -> Inputs:
    """The same kind of input, this large, for what is too slow for all of it."""
    folder = CACHE / f"slice_{megabytes:g}_{'real' if inputs.real else 'synthetic'}"
    evtx, ndjson = folder / "slice.evtx", folder / "slice.jsonl"
    folder.mkdir(parents=True, exist_ok=True)
    with evtx.open("wb") as out:
        out.writelines(evtx_slice(inputs.evtx[0], 0, max(1, int(megabytes * 1e6) // CHUNK)))
    step, part = inputs.ndjson[0].stat().st_size // 16, int(megabytes * 1e6 / 16)  # captures follow each other: take of many
    with ndjson.open("wb") as out:
        for i in range(16):
            out.writelines(ndjson_slice(inputs.ndjson[0], i * step, part))
    return dataclasses.replace(inputs, evtx=[evtx], ndjson=[ndjson], what=f"{inputs.what}, a slice of {megabytes:g} MB")


def triage_zip(inputs: Inputs, gigabytes: float) -> tuple:
    """(zip, unpacked bytes): logs of 40 hosts, three quarters EVTX, one NDJSON, as a collector leaves them."""
    hosts, target = 40, CACHE / f"triage_{gigabytes:g}_{'real' if inputs.real else 'synthetic'}.zip"
    each = int(gigabytes * 1e9 / hosts)
    if not target.is_file():
        say(f"packing {gigabytes:g} GB of 40 hosts' logs into {target.relative_to(ROOT)} ...")
        target.parent.mkdir(parents=True, exist_ok=True)
        part = target.with_suffix(".part")
        with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as z:
            for host in range(hosts):
                name = f"triage/HOST{host:02d}"
                chunks = max(1, each * 3 // 4 // CHUNK)
                for n in range(0, chunks, 800):  # files of 50 MB
                    with z.open(f"{name}/winevt/Log{n // 800:03d}.evtx", "w") as entry:
                        entry.writelines(evtx_slice(inputs.evtx[0], host * chunks + n, min(800, chunks - n)))
                with z.open(f"{name}/forwarded.jsonl", "w") as entry:
                    entry.writelines(ndjson_slice(inputs.ndjson[0], host * each // 4, each // 4))
        part.rename(target)
    with zipfile.ZipFile(target) as z:
        return target, sum(entry.file_size for entry in z.infolist())


# ---------------------------------------------------------------- made from our own samples
def make_synthetic(gigabytes: float) -> tuple:
    folder = CACHE / f"synthetic_{gigabytes:g}"
    evtx, ndjson = folder / "synthetic.evtx", folder / "synthetic.jsonl"
    if not ndjson.is_file():
        say(f"making {gigabytes:g} GB of EVTX and of NDJSON from samples/demo ...")
        folder.mkdir(parents=True, exist_ok=True)
        repeat_demo_chunks(evtx, int(gigabytes * 1e9))
        part = ndjson.with_suffix(".part")
        with part.open("w", encoding="utf-8") as f:
            n = 0
            while f.tell() < gigabytes * 1e9:
                f.write("".join(json.dumps(made_event(n + i), separators=(",", ":")) + "\n" for i in range(5000)))
                n += 5000
        part.rename(ndjson)
    return [evtx], [ndjson]


def repeat_demo_chunks(target: pathlib.Path, size: int) -> None:
    chunks = []
    for log in sorted((BUILD / "samples/demo").glob("*.evtx")):
        data = log.read_bytes()
        parts = [data[i:i + CHUNK] for i in range(HEADER, len(data) - CHUNK + 1, CHUNK)]
        chunks += [c for c in parts if c[:8] == b"ElfChnk\0" and struct.unpack_from("<I", c, 48)[0] > CHUNK // 2]
    if not chunks:
        raise WrongAnswer("no full chunk in the demo's logs; is the target demo_sample built?")
    count = max(1, size // CHUNK)
    with target.open("wb") as f:
        f.write(evtx_header(count, 1))
        for i in range(count):
            f.write(chunks[i % len(chunks)])


def made_event(n: int) -> dict:
    minute, second, host = n // 60 % 1440, n % 60, f"SRV{n % 40:02d}.corp.example"
    stop = n % 10_000 == 1
    system = {"Provider": {"#attributes": {"Name": "Microsoft-Windows-Sysmon"}}, "EventID": 1 if n % 5 else 3, "EventRecordID": n,
              "TimeCreated": {"#attributes": {"SystemTime": f"2026-11-20T{minute // 60:02d}:{minute % 60:02d}:{second:02d}.{n % 1000:03d}Z"}},
              "Channel": "Microsoft-Windows-Sysmon/Operational", "Computer": host}
    command = 'net  stop "SQL Server (MSSQLSERVER)" /y' if stop else f"C:\\App\\worker.exe --job {n} --in C:\\data\\{n % 97}.dat"
    data = {"UtcTime": "2026-11-20 00:00:00.000", "ProcessId": n % 60000, "CommandLine": command, "User": "CORP\\svc-app",
            "Image": "C:\\Windows\\System32\\net.exe" if stop else "C:\\App\\worker.exe",
            "ParentImage": "C:\\Windows\\System32\\services.exe", "IntegrityLevel": "System", "Hashes": f"SHA256={n:064X}"}
    return {"Event": {"System": system, "EventData": data}}


# ---------------------------------------------------------------- text logs
def linux_rules(inputs: Inputs, corpus: pathlib.Path | None) -> list:
    """Every rule for product linux that is at hand, and our own."""
    ours = ROOT / "rules/linux"
    if corpus is None:
        corpus = pathlib.Path(os.environ.get("STOPWARDEN_CORPUS") or ROOT.parent / "shared/corpus")
    return [ours, product_rules(corpus / "sigma-rules", "linux")] if inputs.judged else [ours]


def audit_log(gigabytes: float) -> pathlib.Path:
    """An enriched audit.log as a server under execve rules writes it: 20 events in 100 lines, a stop in every 5,000 events."""
    target = CACHE / f"audit_{gigabytes:g}.log"
    if not target.is_file():
        say(f"making {gigabytes:g} GB of audit log in {target.relative_to(ROOT)} ...")
        target.parent.mkdir(parents=True, exist_ok=True)
        part = target.with_suffix(".part")
        with part.open("w", encoding="utf-8", newline="\n") as f:
            n = size = 0
            while size < gigabytes * 1e9:
                text = "".join(audit_event(n + i) for i in range(5000))
                size += f.write(text)
                n += 5000
        part.rename(target)
    return target


def audit_event(n: int) -> str:
    """Half of the events run a program, a quarter touch watched files, the rest are records of programs."""
    stamp, pid = f"msg=audit({1_795_140_000 + n // 50}.{n % 1000:03d}:{n + 1}): ", 1000 + n % 30_000
    names = 'AUID="ann" UID="root" GID="root" EUID="root" SUID="root" FSUID="root" EGID="root" SGID="root" FSGID="root"'
    who = f"pid={pid} auid=1000 uid=0 gid=0 euid=0 suid=0 fsuid=0 egid=0 sgid=0 fsgid=0 tty=pts0 ses={n % 97}"
    path = 'inode={} dev=08:01 mode=0100755 ouid=0 ogid=0 rdev=00:00 nametype={} cap_fp=0 cap_fi=0 cap_fe=0 cap_fver=0 cap_frootid=0'
    owner = '\x1dOUID="root" OGID="root"\n'

    def call(number: int, name: str, items: int, program: str) -> str:
        return (f"type=SYSCALL {stamp}arch=c000003e syscall={number} success=yes exit=0 a0=55{n % 4096:04x} a1=7ffc{n % 4096:04x} a2=241 a3=1b6 "
                f'items={items} ppid={pid - 7} {who} comm="{program[:15]}" exe="/usr/bin/{program}" subj=unconfined key="watch"'
                f"\x1dARCH=x86_64 SYSCALL={name} {names}\n")

    def title(words: list) -> str:
        return f"type=PROCTITLE {stamp}proctitle={chr(0).join(words).encode().hex().upper()[:256]}\n"

    if n % 4 == 0:  # a record of a program
        unit, user = f"job{n % 53}", 'UID="root" AUID="unset"'
        if n % 3 == 0:
            kind, inner = ("SERVICE_STOP" if n % 2 else "SERVICE_START"), f'unit={unit} comm="systemd" exe="/usr/lib/systemd/systemd"'
        elif n % 3 == 1:
            kind, inner = "USER_ACCT", 'op=PAM:accounting grantors=pam_permit acct="ann" exe="/usr/bin/sudo"'
        else:
            kind, inner = "USER_CMD", f'cwd="/home/ann" cmd={f"ls -la /srv/{unit}".encode().hex().upper()} exe="/usr/bin/sudo"'
        return f"type={kind} {stamp}pid={pid} uid=0 auid=4294967295 ses=4294967295 subj=unconfined msg='{inner} hostname=? addr=? " \
               f"terminal=? res=success'\x1d{user}\n"
    if n % 4 == 1:  # a watched file
        file = f"/etc/app/conf.d/{n % 211}.conf"
        return (call(257, "openat", 2, "app-worker") + f'type=CWD {stamp}cwd="/etc/app"\n'
                f'type=PATH {stamp}item=0 name="/etc/app/conf.d/" {path.format(77, "PARENT")}{owner}'
                f'type=PATH {stamp}item=1 name="{file}" {path.format(7000 + n % 211, "CREATE" if n % 8 == 1 else "NORMAL")}{owner}' + title(["app-worker", "--reload"]))
    words = [["ps", "-eo", "pid,comm,args"], ["grep", "-c", "^processor", "/proc/cpuinfo"], ["sh", "-c", f"test -f /run/job{n % 53}.pid && echo up"],
             ["curl", "-s", f"http://127.0.0.1:9100/metrics?x={n}"], ["date", "+%s"]][n % 5]
    if n % 5000 == 2:
        words = ["systemctl", "stop", f"job{n % 53}.service"]
    arguments = " ".join(f"a{i}=" + (word.encode().hex().upper() if " " in word else f'"{word}"') for i, word in enumerate(words))
    return (call(59, "execve", 2, words[0]) + f'type=EXECVE {stamp}argc={len(words)} {arguments}\ntype=CWD {stamp}cwd="/home/ann"\n'
            f'type=PATH {stamp}item=0 name="/usr/bin/{words[0]}" {path.format(393 + n % 5, "NORMAL")}{owner}'
            f'type=PATH {stamp}item=1 name="/lib64/ld-linux-x86-64.so.2" {path.format(512, "NORMAL")}{owner}' + title(words))


def made_log(name: str, write, megabytes: int) -> pathlib.Path:
    """A log that `write` makes, kept from run to run."""
    target = CACHE / f"{name}_{megabytes}.log"
    if not target.is_file():
        say(f"making {megabytes} MB of {name} in {target.relative_to(ROOT)} ...")
        target.parent.mkdir(parents=True, exist_ok=True)
        part = target.with_suffix(".part")
        write(part, megabytes)
        part.rename(target)
    return target
