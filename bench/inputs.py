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
