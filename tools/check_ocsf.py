#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Checks the machine formats with readers that are not ours.

    tools/check_ocsf.py --env DIR PROGRAM      PROGRAM FORMAT prints the sample findings
    tools/check_ocsf.py --env DIR --file F     F is a jsonl file written by `stopwarden scan -f jsonl`

- jsonl: every line against the OCSF schema 1.8.0, class Detection Finding (2004), profile host, as packaged by
  ocsf-json-schema; unknown members are errors. One departure is ours and known: `src_endpoint` at the top (class 2004
  has it in evidences[] only); it is taken out and checked as a network_endpoint. Then the members of docs/output.md.
- csv: Python's reader gets the same number of cells in each row, and none starts like a formula.
- timesketch: the mandatory members.

The packages of tools/requirements-test.txt are installed into DIR when they are not there yet. A failure to install
is a failure of the check, not a reason to skip it.
"""
import argparse
import csv
import datetime
import io
import json
import os
import pathlib
import re
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
REQUIREMENTS = HERE / "requirements-test.txt"
VERSION = "1.8.0"
UNSAFE = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\U000e0000-\U000e0fff]")


def enter_environment(folder):
    """Runs this script again inside a virtual environment that has the pinned packages."""
    python = folder / "bin" / "python"
    stamp = folder / "installed.txt"
    wanted = REQUIREMENTS.read_text(encoding="utf-8")
    if not (stamp.is_file() and stamp.read_text(encoding="utf-8") == wanted and python.exists()):
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(folder)], check=True)
        subprocess.run([str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r",
                        str(REQUIREMENTS)], check=True)
        stamp.write_text(wanted, encoding="utf-8")
    os.environ["SW_IN_TEST_ENV"] = "1"
    os.execv(str(python), [str(python), __file__] + sys.argv[1:])


def validators():
    import jsonschema
    import ocsf_json_schema
    from ocsf_json_schema import OcsfJsonSchemaEmbedded
    schema = OcsfJsonSchemaEmbedded(ocsf_json_schema.get_ocsf_schema(VERSION))
    make = jsonschema.Draft202012Validator
    return make(schema.get_class_schema("detection_finding", ["host"])), make(schema.get_object_schema("network_endpoint"))


def contract(finding):
    """What must always be there, and the forms it must have."""
    bad = []

    def need(ok, what):
        if not ok:
            bad.append(what)
    need(isinstance(finding.get("time"), int), "time")
    need(finding.get("severity_id") in (1, 2, 3, 4, 5), "severity_id")
    info = finding.get("finding_info", {})
    need(re.fullmatch("[0-9a-f]{32}", info.get("uid", "")), "finding_info.uid")
    need(isinstance(info.get("title"), str) and info.get("types"), "finding_info.title or types")
    need(info.get("analytic", {}).get("uid"), "finding_info.analytic.uid")
    need(isinstance(info.get("attacks"), list), "finding_info.attacks")
    need(isinstance(finding.get("message"), str), "message")
    need(finding.get("metadata", {}).get("product", {}).get("name") == "stopwarden", "metadata.product")
    need(finding.get("count", 0) >= 1, "count")
    for resource in finding.get("resources", []):
        need(resource.get("type") in ("service", "process", "vm", "cloud"), "resources[].type")
    for evidence in finding.get("evidences", []):
        need({"file", "offset", "record", "kind"} <= set(evidence.get("data", {})), "evidences[].data")
    empty = [k for k, v in flat(finding) if v in ("", None, [], {}) and k not in EMPTY_ALLOWED]
    need(not empty, "empty instead of absent: %s" % empty[:5])
    return bad


EMPTY_ALLOWED = {"finding_info.attacks", "unmapped.matched[].value"}


def flat(value, path=""):
    if isinstance(value, dict) and value:
        for k, v in value.items():
            yield from flat(v, (path + "." if path else "") + k)
    elif isinstance(value, list) and value:
        for v in value:
            yield from flat(v, path + "[]")
    else:
        yield path, value


def lines_of(text):
    assert text.endswith("\n") or not text, "the last line has no end"
    return text.split("\n")[:-1]


def check_jsonl(raw):
    text = raw.decode("utf-8")  # strict
    finding_schema, endpoint_schema = validators()
    problems, n = [], 0
    for n, line in enumerate(lines_of(text), 1):
        if UNSAFE.search(line):
            problems.append("line %d: an unsafe character stands raw" % n)
        finding = json.loads(line)
        problems += ["line %d: %s" % (n, what) for what in contract(finding)]
        endpoint = finding.pop("src_endpoint", None)
        if endpoint is not None:
            problems += ["line %d: src_endpoint: %s" % (n, e.message) for e in endpoint_schema.iter_errors(endpoint)]
        for e in finding_schema.iter_errors(finding):
            problems.append("line %d: %s: %s" % (n, "/".join(map(str, e.absolute_path)), e.message[:200]))
    return n, problems


def check_csv(raw):
    text = raw.decode("utf-8")
    problems = []
    if UNSAFE.search(text.replace("\r\n", "\n")):
        problems.append("an unsafe character stands raw")
    rows = list(csv.reader(io.StringIO(text, newline="")))
    for n, row in enumerate(rows, 1):
        if len(row) != len(rows[0]):
            problems.append("row %d has %d cells, not %d" % (n, len(row), len(rows[0])))
        problems += ["row %d: formula %r" % (n, c[:40]) for c in row if c != "-" and re.match(r"[ \"]*[=+\-@\t\r\n]", c)]
    return len(rows) - 1, problems


def check_timesketch(raw):
    text = raw.decode("utf-8")
    problems, n = [], 0
    for n, line in enumerate(lines_of(text), 1):
        row = json.loads(line)
        if UNSAFE.search(line):
            problems.append("line %d: an unsafe character stands raw" % n)
        if not row.get("message") or not row.get("timestamp_desc"):
            problems.append("line %d: message or timestamp_desc" % n)
        when = datetime.datetime.fromisoformat(row["datetime"])
        if when.utcoffset() is None or round(when.timestamp() * 1e6) != row["timestamp"]:
            problems.append("line %d: datetime and timestamp differ" % n)
        if any(isinstance(v, dict) for v in row.values()):
            problems.append("line %d: not flat" % n)
    return n, problems


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--env", required=True, type=pathlib.Path, help="folder of the virtual environment")
    p.add_argument("--file", type=pathlib.Path, help="a jsonl file to check")
    p.add_argument("program", nargs="?", help="prints the sample findings in the format it is given")
    a = p.parse_args()
    if bool(a.file) == bool(a.program):
        p.error("give a program or --file")
    if os.environ.get("SW_IN_TEST_ENV") != "1":
        enter_environment(a.env.absolute())
    failed = False
    checks = [("jsonl", check_jsonl), ("csv", check_csv), ("timesketch", check_timesketch)]
    for name, check in checks[:1] if a.file else checks:
        if a.file:
            raw = a.file.read_bytes()
        else:
            raw = subprocess.run([a.program, name], check=True, stdout=subprocess.PIPE).stdout
        n, problems = check(raw)
        print("%s: %d findings, %d problems%s" % (name, n, len(problems), " (OCSF %s, class 2004)" % VERSION if name == "jsonl" else ""))
        for problem in problems[:40]:
            print("  " + problem)
        failed = failed or bool(problems) or (n == 0 and not a.file)
    sys.exit(failed)


if __name__ == "__main__":
    main()
