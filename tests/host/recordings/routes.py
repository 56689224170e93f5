#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Which route of stopping a service is seen in which log: scans linux_stops.tar.xz, a recording of harmless stops of
dummy services (../record_linux.sh), log by log, and compares with the table in docs/linux-routes.md.

    routes.py --binary build/release/stopwarden            compares
    routes.py --binary build/release/stopwarden --accept   writes the table

In a cell: `asked`: a finding names the account that asked and what it was aimed at; `happened`: a finding says that it
came to pass; `-`: the log does not show it. A log that holds a route and gives no finding would be a fault of ours.
"""
import argparse
import json
import pathlib
import re
import subprocess
import sys
import tarfile
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
PAGE = HERE.parent.parent.parent / "docs/linux-routes.md"
LOGS = ("audit.log", "auth.log", "all_rfc3164.log", "all_iso.log", "all_rfc5424.log", "journal.short-iso", "system.journal", "user.journal")
OUTCOMES = {"systemd", "auditd", "audit", "service-record", "unit-file", "signal", "kernel"}


def acts(console: str) -> dict:
    """Route -> (command, the process id it names)."""
    out = {}
    for name, command in re.findall(r"^== (\w+): (.+?)\r?$", console, re.M):
        pid = re.search(r"-9 (\d+)", command)
        out[name] = (re.sub(r"-9 \d+", "-9 PID", command), pid.group(1) if pid else None)
    return out


def seen(findings: list, route: str, pid: str | None) -> set:
    out = set()
    for finding in findings:
        names = {r.get("name", ""): r.get("data", {}) for r in finding.get("resources", [])}
        about = [data for name, data in names.items() if name in (f"dummy-{route}", f"/usr/bin/dummy-{route}") or (pid and name == f"pid {pid}")]
        for data in about:
            out.add("happened" if data.get("state") or data.get("route") in OUTCOMES else "asked")
            if finding.get("actor", {}).get("user", {}).get("name") and data.get("route") not in OUTCOMES:
                out.add("asked")
    return out


def table(binary: str) -> str:
    with tempfile.TemporaryDirectory(prefix="routes_") as folder:
        with tarfile.open(HERE / "linux_stops.tar.xz") as tar:
            tar.extractall(folder, filter="data") if hasattr(tarfile, "data_filter") else tar.extractall(folder)
        routes = acts((pathlib.Path(folder) / "console.log").read_text(errors="replace"))
        columns = {}
        for log in LOGS:
            done = subprocess.run([binary, "scan", "-f", "jsonl", str(pathlib.Path(folder) / log)], capture_output=True, text=True)
            findings = [json.loads(line) for line in done.stdout.splitlines()]
            columns[log] = {route: " and ".join(sorted(seen(findings, route, pid))) or "-" for route, (_, pid) in routes.items()}
    lines = ["| route | " + " | ".join(LOGS) + " |", "|---|" + "---|" * len(LOGS)]
    for route, (command, _) in routes.items():
        lines.append(f"| `{command}` | " + " | ".join(columns[log][route] for log in LOGS) + " |")
    return "\n".join(lines)


def main() -> int:
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--binary", required=True)
    p.add_argument("--accept", action="store_true")
    a = p.parse_args()
    text = PAGE.read_text(encoding="utf-8")
    begin, end = text.index("<!-- routes -->") + len("<!-- routes -->"), text.index("<!-- end -->")
    now = "\n" + table(a.binary) + "\n"
    if a.accept:
        PAGE.write_text(text[:begin] + now + text[end:], encoding="utf-8")
        return 0
    if text[begin:end] == now:
        print("routes: as docs/linux-routes.md says")
        return 0
    print("docs/linux-routes.md says" + text[begin:end] + "and this run" + now)
    return 1


if __name__ == "__main__":
    sys.exit(main())
