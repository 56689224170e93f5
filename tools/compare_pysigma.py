#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compares our hits with pySigma and its SQLite back end, rule by rule, on the same events.

  python3 tools/compare_pysigma.py --binary build/release/stopwarden --rules RULES_FOLDER ARCHIVE.zip...

For every Windows process_creation rule below RULES_FOLDER: pySigma writes the SQL, SQLite runs it over a table with one row a
process creation (Sysmon 1, and Security 4688 under the names of data/logsources/windows.yml), and the set of (rule, record) must
equal what `stopwarden scan` finds. Needs the packages of tools/requirements-pysigma.txt.

pySigma's SQL is run as it is (the back end is null-safe and ignores case by itself; SQLite's LIKE folds ASCII only).
"""
import argparse
import collections
import io
import json
import pathlib
import re
import sqlite3
import subprocess
import sys
import tarfile
import zipfile

from sigma.backends.sqlite import sqliteBackend
from sigma.collection import SigmaCollection


def members(path: pathlib.Path):
    if path.suffix == ".zip":
        with zipfile.ZipFile(path) as z:
            for m in z.infolist():
                if not m.is_dir() and "__MACOSX" not in m.filename:
                    yield m.filename, z.read(m)
    elif path.name.endswith(".tar.gz"):
        with tarfile.open(path) as t:
            for m in t.getmembers():
                if m.isfile():
                    yield m.name, t.extractfile(m).read()
    else:
        yield path.name, path.read_bytes()


def number(text):
    return str(int(text, 16)) if isinstance(text, str) and text.lower().startswith("0x") else text


LABELS = {"S-1-16-0": "Untrusted", "S-1-16-4096": "Low", "S-1-16-8192": "Medium", "S-1-16-8448": "MediumPlus", "S-1-16-12288": "High",
          "S-1-16-16384": "System"}


def process_creation(event: dict):
    """The event under Sysmon's field names, or None when it is no process creation."""
    channel, ident = str(event.get("Channel", "")).lower(), str(event.get("EventID", ""))
    if channel == "microsoft-windows-sysmon/operational" and ident == "1":
        return event
    if channel == "security" and ident == "4688":
        out = dict(event)
        for to, value in (("Image", event.get("NewProcessName")), ("ParentImage", event.get("ParentProcessName")),
                          ("ProcessId", number(event.get("NewProcessId"))), ("ParentProcessId", number(event.get("ProcessId"))),
                          ("LogonId", event.get("SubjectLogonId")), ("IntegrityLevel", LABELS.get(event.get("MandatoryLabel")))):
            out.pop(to, None)
            if value is not None:
                out[to] = value
        if "SubjectUserName" in event and "SubjectDomainName" in event:
            out["User"] = f"{event['SubjectDomainName']}\\{event['SubjectUserName']}"
        return out
    return None


def fields_of(detection):
    for item in detection.detection_items:
        if hasattr(item, "detection_items"):
            yield from fields_of(item)
        elif item.field is not None:
            yield item.field


CACHE: dict = {}


def regexp(pattern, value):
    if value is None:
        return 0
    if pattern not in CACHE:
        CACHE[pattern] = re.compile(pattern)
    return int(CACHE[pattern].search(str(value)) is not None)


def main() -> int:
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--binary", required=True)
    p.add_argument("--rules", required=True, type=pathlib.Path)
    p.add_argument("archives", nargs="+", type=pathlib.Path)
    a = p.parse_args()

    queries, columns, skipped = {}, set(), collections.Counter()
    for path in sorted(a.rules.rglob("*.yml")):
        text = path.read_text(encoding="utf-8")
        if not re.search(r"(?m)^\s+category:\s*process_creation\s*$", text) or not re.search(r"(?m)^\s+product:\s*windows\s*$", text):
            continue
        try:
            rules = SigmaCollection.from_yaml(text)
            queries[str(rules.rules[0].id)] = sqliteBackend().convert(rules)[0]
            columns.update(f for d in rules.rules[0].detection.detections.values() for f in fields_of(d))
        except Exception as e:  # what pySigma cannot convert cannot be compared; it is counted
            skipped[f"{type(e).__name__}: {str(e)[:90]}"] += 1
    columns = sorted(columns)
    print(f"{len(queries)} rules converted, {sum(skipped.values())} not: {dict(skipped)}")

    total = collections.Counter()
    only = {"ours": collections.Counter(), "pySigma": collections.Counter()}
    for archive in a.archives:
        db = sqlite3.connect(":memory:")
        db.create_function("regexp", 2, regexp, deterministic=True)
        db.execute("CREATE TABLE logs (rowkey TEXT," + ",".join(f'"{c}" TEXT' for c in columns) + ")")
        rows = 0
        for name, data in members(archive):
            for n, line in enumerate((x for x in io.BytesIO(data) if x.strip()), 1):
                event = process_creation(json.loads(line))
                if event is not None:
                    values = [None if event.get(c) is None else str(event[c]) for c in columns]
                    db.execute("INSERT INTO logs VALUES (" + ",".join("?" * (len(columns) + 1)) + ")", [f"{name}#{n}", *values])
                    rows += 1
        theirs = {(rule, key) for rule, q in queries.items()
                  for (key,) in db.execute(q.replace("SELECT * FROM logs", "SELECT rowkey FROM logs"))}
        done = subprocess.run([a.binary, "scan", "--no-default-rules", "--rules", str(a.rules), "-f", "jsonl", str(archive)], capture_output=True)
        if done.returncode not in (0, 3):
            sys.exit(done.stderr.decode())
        ours = set()
        for line in done.stdout.splitlines():
            finding = json.loads(line)
            rule = finding["finding_info"]["analytic"]["uid"]
            if rule in queries:
                for e in finding["evidences"]:
                    ours.add((rule, f"{e['data']['file'].split('!/')[-1]}#{e['data']['record']}"))
        total.update(events=rows, both=len(ours & theirs), ours=len(ours), theirs=len(theirs))
        print(f"{archive.name}: {rows} process creations, ours {len(ours)} hits, pySigma {len(theirs)}, the same {len(ours & theirs)}")
        for side, extra in (("ours", ours - theirs), ("pySigma", theirs - ours)):
            for rule, key in sorted(extra):
                only[side][rule] += 1
                if only[side][rule] <= 3:
                    print(f"  only {side}: {rule} {key}")
    print(f"in all: {dict(total)}; only ours {sum(only['ours'].values())} in {len(only['ours'])} rules, "
          f"only pySigma {sum(only['pySigma'].values())} in {len(only['pySigma'])} rules")
    return 1 if only["ours"] or only["pySigma"] else 0


if __name__ == "__main__":
    sys.exit(main())
