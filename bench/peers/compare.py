#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs evtx_dump and rsigma beside stopwarden on one core: same files, same rules, hits per rule side by side.

    STOPWARDEN_CORPUS=... bench/peers/compare.py --perf DIR [--mb 64] [--into DIR] [--json FILE]

Both are built from their public crates with cargo, into --into (a folder outside of the tree, kept from run to run);
nothing of theirs enters the project. Processor time on one core is compared, so that other work on the machine does not
decide; start-up (an input of one event) is measured apart and taken off.

A faster tool that drops rules is not faster: the rules on which the tools differ are listed with their counts. Each
difference has a reason; bench/NOTES.md, "Peers", names the known ones.

What rsigma gets: only events that carry Channel and EventID at their top, since it does not look into nested ones. Twice:
  sysmon   its pipeline `sysmon` (adds EventID to rules) with --logsource-routing, product windows, on the file as it is
  tagged   --logsource-routing on events that were tagged, outside of the measured time, with product, service and
           category by their channel and EventID, as a shipper could do it: its fastest way
"""
import argparse
import collections
import json
import os
import pathlib
import shutil
import statistics
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
import inputs as make
from measure import STOPWARDEN, WrongAnswer, engine_bench, machine, run_child, say

CRATES = {"evtx": ("0.15.1", "evtx_dump", []), "rsigma": ("0.23.0", "rsigma", ["--features", "evtx"])}
RUNS = 3

SYSMON = {1: "process_creation", 2: "file_change", 3: "network_connection", 5: "process_termination", 6: "driver_load", 7: "image_load",
          8: "create_remote_thread", 9: "raw_access_thread", 10: "process_access", 11: "file_event", 12: "registry_add",
          13: "registry_set", 14: "registry_rename", 15: "create_stream_hash", 17: "pipe_created", 18: "pipe_created",
          19: "wmi_event", 20: "wmi_event", 21: "wmi_event", 22: "dns_query", 23: "file_delete", 25: "process_tampering", 26: "file_delete"}
SERVICES = {"security": "security", "system": "system", "application": "application", "microsoft-windows-sysmon/operational": "sysmon",
            "microsoft-windows-powershell/operational": "powershell", "windows powershell": "powershell-classic",
            "microsoft-windows-wmi-activity/operational": "wmi", "microsoft-windows-taskscheduler/operational": "taskscheduler",
            "microsoft-windows-bits-client/operational": "bits-client", "microsoft-windows-windows defender/operational": "windefend",
            "microsoft-windows-terminalservices-localsessionmanager/operational": "terminalservices-localsessionmanager"}


def build(crate: str, into: pathlib.Path) -> pathlib.Path:
    version, binary, extra = CRATES[crate]
    root = into / f"{crate}-{version}"
    if not (root / "bin" / binary).is_file():
        if not shutil.which("cargo"):
            sys.exit("cargo is needed to build the peers (https://rustup.rs)")
        say(f"cargo install {crate} {version} into {root} ...")
        done = run_child(["cargo", "install", crate, "--version", version, "--locked", "--root", root, *extra])
        if done.code != 0:
            sys.exit(f"cargo could not build {crate} {version}:\n{done.err.decode(errors='replace')[-2000:]}")
    return root / "bin" / binary


def tags(event: dict) -> dict:
    channel, number = str(event["Channel"]).lower(), int(event["EventID"])
    out = {"product": "windows"}
    service = SERVICES.get(channel)
    if service:
        out["service"] = service
    category = {"sysmon": SYSMON.get(number), "powershell": {4103: "ps_module", 4104: "ps_script"}.get(number),
                "powershell-classic": {400: "ps_classic_start"}.get(number),
                "security": {4688: "process_creation"}.get(number)}.get(service)
    if category:
        out["category"] = category
    return out


def flat_events(inputs: make.Inputs, megabytes: float) -> tuple:
    """(as they are, tagged): the events of a slice that carry Channel and EventID at their top."""
    folder = make.CACHE / f"peers_{megabytes:g}"
    folder.mkdir(parents=True, exist_ok=True)
    plain, tagged = folder / "flat.jsonl", folder / "tagged.jsonl"
    with make.sliced(inputs, megabytes).ndjson[0].open("rb") as lines, plain.open("wb") as a, tagged.open("wb") as b:
        for line in lines:
            try:
                event = json.loads(line)
                more = tags(event)
            except (ValueError, KeyError, TypeError):
                continue
            if {"product", "service", "category"} & event.keys():
                continue
            a.write(line.rstrip() + b"\n")
            b.write(line.rstrip()[:-1] + b"," + json.dumps(more)[1:].encode() + b"\n")
    return plain, tagged


def count_rules(out: bytes, rule_of) -> collections.Counter:
    hits = collections.Counter()
    for line in out.splitlines():
        if line.startswith(b"{"):
            found = json.loads(line)
            hits[rule_of(found)] += found.get("count", 1) if isinstance(found.get("count", 1), int) else 1
    return hits


class Tool:
    """One command line, its input as the last thing that varies."""

    def __init__(self, name: str, command, file: pathlib.Path, rule_of=None):
        self.name, self.command, self.file, self.rule_of = name, command, file, rule_of
        self.cpus, self.starts, self.peak_mb, self.hits, self.err = [], [], 0.0, collections.Counter(), ""

    def run(self, tiny: pathlib.Path) -> None:
        env = {"RAYON_NUM_THREADS": "1"}
        start = run_child(self.command(tiny), env=env, one_core=True, out_file=open(os.devnull, "wb"))
        with open(make.CACHE / "peer.out", "w+b") as out:
            done = run_child(self.command(self.file), env=env, one_core=True, out_file=out)
            if done.code not in (0, 3):
                raise WrongAnswer(f"{self.name} ended with {done.code}: {done.err.decode(errors='replace')[-500:]}")
            out.seek(0)
            if self.rule_of and not self.cpus:
                self.hits = count_rules(out.read(), self.rule_of)
        self.err = done.err.decode(errors="replace")
        self.starts.append(start.cpu)
        self.cpus.append(done.cpu)
        self.peak_mb = max(self.peak_mb, done.peak_mb)

    @property
    def seconds(self) -> float:
        return max(1e-9, statistics.median(self.cpus) - statistics.median(self.starts))

    def line(self, data_bytes: int, events: int, base: float | None) -> str:
        spread = f"{min(self.cpus) - max(self.starts):.2f}..{max(self.cpus) - min(self.starts):.2f}"
        ratio = f"{self.seconds / base:6.2f} x" if base else ""
        return f"{self.name:34} {events / self.seconds / 1e3:9.1f} {data_bytes / self.seconds / 1e9:8.3f} {self.seconds:8.2f} {spread:>14} " \
               f"{1000 * statistics.median(self.starts):9.0f} {self.peak_mb:8.0f} {sum(self.hits.values()):8d} {len(self.hits):6d} {ratio}"


HEAD = f"{'':34} {'k ev/s':>9} {'GB/s':>8} {'s':>8} {'min..max':>14} {'start ms':>9} {'peak MB':>8} {'hits':>8} {'rules':>6} time over stopwarden's"


def first_lines(path: pathlib.Path) -> pathlib.Path:
    tiny = make.CACHE / ("one" + path.suffix)
    with tiny.open("wb") as out:
        if path.suffix == ".evtx":
            out.writelines(make.evtx_slice(path, 0, 1))
        else:
            with path.open("rb") as f:
                out.write(f.readline())
    return tiny


def compare(title: str, tools: list, data_bytes: int, events: int) -> None:
    for _ in range(RUNS):
        for tool in tools:
            tool.run(first_lines(tool.file))
    print(f"\n{title}: {events} events, {data_bytes / 1e6:.1f} MB; one core, start-up taken off, processor time, median of {RUNS}\n{HEAD}")
    for tool in tools:
        print(tool.line(data_bytes, events, tools[0].seconds if tool is not tools[0] else None))


def differences(ours: collections.Counter, theirs: collections.Counter, titles: dict, most: int) -> dict:
    differ = {r: (ours[r], theirs[r]) for r in ours.keys() | theirs.keys() if ours[r] != theirs[r]}
    alike = [r for r in ours.keys() & theirs.keys() if ours[r] == theirs[r]]
    print(f"  rules that fire in either: {len(ours.keys() | theirs.keys())}; alike: {len(alike)} ({sum(ours[r] for r in alike)} hits); only "
          f"stopwarden: {sum(1 for a, b in differ.values() if b == 0)}; only the peer: {sum(1 for a, b in differ.values() if a == 0)}; "
          f"other counts: {sum(1 for a, b in differ.values() if a and b)}")
    for rule, (a, b) in sorted(differ.items(), key=lambda kv: -abs(kv[1][0] - kv[1][1]))[:most]:
        print(f"    {a:7d} {b:7d}  {titles.get(rule, rule)}")
    return differ


def main() -> int:
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--into", type=pathlib.Path, default=pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache") / "stopwarden-peers")
    p.add_argument("--corpus", type=pathlib.Path)
    p.add_argument("--perf", type=pathlib.Path)
    p.add_argument("--mb", type=float, default=64, help="of EVTX and of NDJSON (default 64)")
    p.add_argument("--most", type=int, default=25, help="differing rules to list (default 25)")
    p.add_argument("--json", type=pathlib.Path, metavar="FILE", help="write all differences")
    a = p.parse_args()
    evtx_dump, rsigma = build("evtx", a.into), build("rsigma", a.into)
    for tool in (evtx_dump, rsigma, STOPWARDEN):
        version = run_child([tool, "--version"]).out.decode().strip()
        print(version if tool is not STOPWARDEN else version + "  (commit " + machine()["commit"] + ")")
    inputs = make.find(a.corpus, a.perf, max(0.1, a.mb / 1000))
    where = machine()
    print(f"{where['cpu']}, {where['cpus']} CPUs, load {where['load']:.1f}; {where['compiler']}; {where['date']}; {inputs.what}")

    evtx = make.sliced(inputs, a.mb).evtx[0]
    read = engine_bench("evtx-read", evtx)
    one = ["--threads", "1"] if b"--threads" in run_child([STOPWARDEN, "scan", "--help"]).out else []
    ours = lambda f: [STOPWARDEN, "scan", "--no-default-rules", *one, *rules, "-f", "jsonl", f]
    rules = [w for r in inputs.rules for w in ("--rules", r)]
    uid = lambda f: f["finding_info"]["analytic"]["uid"]
    compare("EVTX", [Tool("stopwarden, all rules", ours, evtx, uid),
                     Tool("evtx_dump -t 1 -o jsonl, no rules", lambda f: [evtx_dump, "-t", "1", "-o", "jsonl", f], evtx)],
            read["used_bytes"], read["events"])
    print(f"  stopwarden's reader alone, all fields: {read['median_gb_per_s']:.3f} GB/s, {read['median_events_per_s'] / 1e3:.0f} k events/s")

    plain, tagged = flat_events(inputs, a.mb)
    their = [rsigma, "engine", "eval", "-r", inputs.rules[0], "--input-format", "json", "--logsource-routing"]
    rule = lambda f: f.get("rule_id") or f.get("rule_title")
    with plain.open("rb") as lines:
        events = sum(1 for _ in lines)
    all_differences = {}
    for title, file, extra in (("NDJSON, sysmon", plain, ["-p", "sysmon", "--event-logsource", "product=windows"]), ("NDJSON, tagged", tagged, [])):
        tools = [Tool("stopwarden", ours, file, uid), Tool("rsigma", lambda f, extra=extra: [*their, *extra, "-e", f"@{f}"], file, rule)]
        compare(title, tools, file.stat().st_size, events)
        print("  rsigma says: " + " | ".join(tools[1].err.strip().splitlines()[-3:]))
        exact = engine_bench("rules", file, *rules, "--engine", "reference", "--check", 0, "--kinds", 0, "--passes", 1)["hits_by_rule"]
        all_differences[title] = differences(collections.Counter(exact), tools[1].hits, titles(inputs), a.most)
    if a.json:
        a.json.write_text(json.dumps(all_differences, indent=1) + "\n", encoding="utf-8")
    return 0


def titles(inputs: make.Inputs) -> dict:
    """Rule id to its category or service and title, for people."""
    out = {}
    for root in inputs.rules:
        for path in pathlib.Path(root).rglob("*.yml"):
            lines = path.read_text(encoding="utf-8").splitlines()
            word = lambda key: next((line.split(":", 1)[1].strip() for line in lines if line.strip().startswith(key + ":")), "")
            out[word("id")] = f"{word('category') or word('service')}: {word('title')}"
    return out


if __name__ == "__main__":
    sys.exit(main())
