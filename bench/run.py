#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Times whole scans on this machine and prints them as ratios to a yardstick of the same run.

Hypothesis: a scan with the default rules costs a small multiple of hashing the same bytes (sha256sum, one core), since most
events have no rule and are not formatted. Worst case: logs of nothing but process creations. Every task first checks its
answer: the hits of N copies are those of one.

Tasks: evtx (the demo sample's logs, repeated), json (the same acts as NDJSON, generated here).
A figure without its yardstick says nothing: machines differ and are noisy. Runs are alternated; the median of 5 pairs is shown.
"""
import argparse
import json
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
BINARY = ROOT / "build/release/apps/cli/stopwarden"
PAIRS = 5


def timed(*command: str) -> float:
    start = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return time.perf_counter() - start


def hits(path: pathlib.Path) -> int:
    done = subprocess.run([BINARY, "scan", "-f", "jsonl", str(path)], check=True, capture_output=True)
    return sum(json.loads(line)["count"] if b'"count"' in line else 1 for line in done.stdout.splitlines())


def event(n: int) -> dict:
    minute, second, host = n // 60 % 1440, n % 60, f"SRV{n % 40:02d}.corp.example"
    system = {"Provider": {"#attributes": {"Name": "Microsoft-Windows-Sysmon"}}, "EventID": 1 if n % 5 else 3, "EventRecordID": n,
              "TimeCreated": {"#attributes": {"SystemTime": f"2026-11-20T{minute // 60:02d}:{minute % 60:02d}:{second:02d}.{n % 1000:03d}Z"}},
              "Channel": "Microsoft-Windows-Sysmon/Operational", "Computer": host}
    command = "net  stop \"SQL Server (MSSQLSERVER)\" /y" if n % 10_000 == 1 else f"C:\\App\\worker.exe --job {n} --in C:\\data\\{n % 97}.dat"
    image = "C:\\Windows\\System32\\net.exe" if n % 10_000 == 1 else "C:\\App\\worker.exe"
    data = {"UtcTime": "2026-11-20 00:00:00.000", "ProcessId": n % 60000, "Image": image, "CommandLine": command, "User": "CORP\\svc-app",
            "ParentImage": "C:\\Windows\\System32\\services.exe", "IntegrityLevel": "System", "Hashes": f"SHA256={n:064X}"}
    return {"Event": {"System": system, "EventData": data}}


def make_json(folder: pathlib.Path, megabytes: int) -> pathlib.Path:
    target = folder / "events.jsonl"
    with target.open("w", encoding="utf-8") as f:
        n = 0
        while f.tell() < megabytes * 1_000_000:
            f.write("".join(json.dumps(event(n + i), separators=(",", ":")) + "\n" for i in range(5000)))
            n += 5000
    return target


def make_evtx(folder: pathlib.Path, megabytes: int) -> pathlib.Path:
    logs = sorted((ROOT / "build/release/samples/demo").glob("*.evtx"))
    if not logs:
        sys.exit("run ./dev demo first: it makes the sample logs")
    target, size, n = folder / "evtx", 0, 0
    target.mkdir()
    while size < megabytes * 1_000_000:
        for log in logs:
            (target / f"{n:05d}.evtx").write_bytes(log.read_bytes())
            size += log.stat().st_size
            n += 1
    return target


def run(task: str, path: pathlib.Path) -> None:
    files = [str(f) for f in sorted(path.iterdir())] if path.is_dir() else [str(path)]
    megabytes = sum(pathlib.Path(f).stat().st_size for f in files) / 1e6
    found = hits(path)
    if found == 0:
        sys.exit(f"{task}: no hits; the scan does not do what this task thinks")
    pairs = [(timed(str(BINARY), "scan", "-f", "jsonl", str(path)), timed("sha256sum", *files)) for _ in range(PAIRS)]
    ratio = [a / b for a, b in pairs]
    print(f"{task:6} {megabytes:7.0f} MB  {found:6} hits  scan {statistics.median(a for a, _ in pairs):6.2f} s  sha256sum "
          f"{statistics.median(b for _, b in pairs):6.2f} s  ratio {statistics.median(ratio):5.2f} ({min(ratio):.2f}..{max(ratio):.2f})")


def main() -> int:
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("task", nargs="?", choices=["evtx", "json"], help="default: all")
    p.add_argument("--megabytes", type=int, default=100)
    a = p.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench_") as tmp:
        for task, make in (("evtx", make_evtx), ("json", make_json)):
            if a.task in (None, task):
                run(task, make(pathlib.Path(tmp), a.megabytes))
    return 0


if __name__ == "__main__":
    sys.exit(main())
