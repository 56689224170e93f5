#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Times the engine on this machine, each task beside its yardstick in the same run, and prints what has to be reached.

    ./dev bench                     every task, on what is at hand
    ./dev bench evtx_rules --full   1 GB through evtxexport, too; triage with 10 GB

Tasks: evtx_events, evtx_rules, json_rules, auditd, syslog, cloudtrail, startup, correlation, triage, threads. Each checks its
answer before it is timed. Tool and yardstick alternate; three runs; the median with min..max. bench/NOTES.md says what each
figure means.

Input: --perf DIR (evtx/*.evtx, ndjson/*.jsonl), or what is made once in build/bench: from a corpus beside the
repository or in $STOPWARDEN_CORPUS, else from our own samples; then the figures are of synthetic logs, and no floor that
speaks of real ones and of all Windows rules is judged by them.
"""
import argparse
import hashlib
import json
import pathlib
import shutil
import sys
import tempfile

import inputs as make
import syslog_log
from measure import Row, WrongAnswer, engine_bench, machine, print_table, run_child, say, scan

RUNS = 3
SLOW_MB = 8  # of input where only the reference engine is there


class Bench:
    """What the tasks share: the inputs, the engine of this build, and what was measured."""

    def __init__(self, arguments: argparse.Namespace):
        self.full = arguments.full
        self.gb = arguments.gb
        self.corpus = arguments.corpus
        self.inputs = make.find(arguments.corpus, arguments.perf, arguments.perf_gb)
        self.raw: dict = {}  # the JSON objects of engine_bench, by task
        self.engine = arguments.engine or self.best_engine()
        self.rules = [word for path in self.inputs.rules for word in ("--rules", path)]
        self.scan_help = run_child([make.BUILD / "apps/cli/stopwarden", "scan", "--help"]).out.decode()

    def best_engine(self) -> str:
        small = make.sliced(self.inputs, 1)
        try:
            engine_bench("rules", small.evtx[0], "--rules", make.ROOT / "rules", "--engine", "fast", "--passes", 1, "--kinds", 0)
        except WrongAnswer as e:
            if "no engine" not in str(e):
                raise
            say("this build has no fast engine: timing the reference on small slices")
            return "reference"
        return "fast"

    def for_rules(self) -> make.Inputs:
        return self.inputs if self.engine == "fast" else make.sliced(self.inputs, SLOW_MB)

    def keep(self, task: str, result: dict) -> dict:
        self.raw.setdefault(task, []).append(result)
        return result

    def rules_run(self, task: str, files: list, run: int, rules: list | None = None) -> dict:
        """The first run is held to the reference; the others must give the same hits and list no kinds."""
        extra = [] if run == 0 else ["--check", 0, "--kinds", 0]
        got = self.keep(task, engine_bench("rules", *files, *(rules or self.rules), "--engine", self.engine, "--passes", 1, *extra))
        if got["hits_order"] != self.raw[task][0]["hits_order"]:
            raise WrongAnswer("two runs differ in their hits")
        return got


def show_rate(bench: Bench, task: str, unit: str) -> str:
    last = bench.raw[task][-1]
    text = f"{last['median_gb_per_s']:.3g} GB/s of {unit}, {last['median_events_per_s'] / 1e3:.0f} k events/s, " \
           f"{last['allocations_per_event_warm']:.2g} allocations an event once warm"
    return text + (f", engine {last['engine']}, {last['rules']} rules, {last['hits']} hits" if "engine" in last else "")


def show_kinds(result: dict) -> None:
    say("  dearest kinds of event: " + "; ".join(
        f"{k['channel'].rpartition('/')[0] or k['channel'] or '-'} {k['id']} x{k['events']}: {k['read_ns']} + {k['match_ns']} ns"
        for k in result["kinds"][:6]))


def evtx_events(bench: Bench) -> list:
    files, shares = bench.inputs.evtx, []
    for _ in range(RUNS):
        cache = bench.keep("pread", engine_bench("pread", *bench.inputs.evtx))
        ours = bench.keep("evtx_events", engine_bench("evtx-read", *files, "--passes", 1))
        shares.append(100 * ours["median_gb_per_s"] / cache["median_gb_per_s"])
    return [Row("evtx_events", "share of the page-cache read rate", shares, " %", 18, 25,
                note=show_rate(bench, "evtx_events", "record bytes"))]


def evtx_rules(bench: Bench) -> list:
    files, shares, ours_cpu = bench.for_rules().evtx, [], []
    for run in range(RUNS):
        cache = bench.keep("pread", engine_bench("pread", *bench.inputs.evtx))
        ours = bench.rules_run("evtx_rules", files, run)
        shares.append(100 * ours["median_gb_per_s"] / cache["median_gb_per_s"])
        ours_cpu.append(ours["passes_cpu_s"][0] / ours["used_bytes"])
    show_kinds(bench.raw["evtx_rules"][0])
    rows = [Row("evtx_rules", "share of the page-cache read rate", shares, " %", 5.5, 8, note=show_rate(bench, "evtx_rules", "record bytes"))]
    rows.append(against_evtxexport(bench, ours_cpu))
    return rows


def against_evtxexport(bench: Bench, ours: list) -> Row:
    """CPU per record byte of `evtxexport -f xml` without rules, against ours with all of them."""
    row = Row("evtx_rules", "times less CPU than evtxexport -f xml", [], " x", 50, 100)
    if not shutil.which("evtxexport"):
        row.note = "evtxexport is not installed (Debian package libevtx-utils)"
        return row
    part = bench.inputs if bench.full else make.sliced(bench.inputs, 32)
    used = engine_bench("evtx-read", *part.evtx, "--passes", 1)
    for run in range(RUNS):
        cpu = events = 0
        for path in part.evtx:
            with tempfile.TemporaryFile() if run == 0 else open("/dev/null", "r+b") as out:
                done = run_child(["evtxexport", "-f", "xml", path], one_core=True, out_file=out)
                cpu += done.cpu
                if run == 0:
                    out.seek(0)
                    events += sum(line.count(b"</Event>") for line in out)
        if run == 0 and events != used["events"]:
            row.note = f"evtxexport printed {events} events of {used['events']}: it stops at what it cannot read"
            if events < 0.99 * used["events"]:
                return row
        bench.keep("evtxexport", {"cpu_s": cpu, "used_bytes": used["used_bytes"], "events": used["events"]})
        row.values.append(cpu / used["used_bytes"] / ours[run])
    row.note = (row.note + "; " if row.note else "") + f"{cpu:.1f} s CPU for {used['used_bytes'] / 1e6:.0f} MB of records"
    return row


def json_rules(bench: Bench) -> list:
    files, shares = bench.for_rules().ndjson, []
    for run in range(RUNS):
        bare = bench.keep("simdjson", engine_bench("simdjson", *files))
        ours = bench.rules_run("json_rules", files, run)
        shares.append(100 * ours["median_gb_per_s"] / bare["median_gb_per_s"])
    show_kinds(bench.raw["json_rules"][0])
    bare = bench.raw["simdjson"][-1]
    note = show_rate(bench, "json_rules", "NDJSON") + f"; simdjson {bare['median_gb_per_s']:.3g} GB/s in memory " \
        f"({bare['stage1_kernel']}), {bare['median_gb_per_s_with_pread']:.3g} with pread"
    return [Row("json_rules", "share of simdjson's bare pass", shares, " %", 25, 40, note=note)]


def cloudtrail(bench: Bench) -> list:
    """CloudTrail as lines and as one Records file, with the AWS rules, against simdjson's bare pass over the lines."""
    gigabytes = 0.25 if bench.engine == "fast" else SLOW_MB / 1000
    lines, records, paths = make.cloudtrail(bench.corpus, gigabytes)
    rules = [word for path in paths for word in ("--rules", path)]
    rows = []
    for name, file in (("lines", lines), ("Records file", records)):
        shares, task = [], f"cloudtrail {name}"
        for run in range(RUNS):
            bare = bench.keep("simdjson cloudtrail", engine_bench("simdjson", lines))
            extra = [] if run == 0 else ["--check", 0, "--kinds", 0]
            ours = bench.keep(task, engine_bench("rules", file, *rules, "--engine", bench.engine, "--passes", 1, *extra))
            if ours["hits_order"] != bench.raw["cloudtrail lines"][0]["hits_order"]:
                raise WrongAnswer("the same records in two layouts differ in their hits")
            shares.append(100 * ours["median_gb_per_s"] / bare["median_gb_per_s"])
        rows.append(Row("cloudtrail", f"share of simdjson's bare pass, {name}", shares, " %", 25, 40, note=show_rate(bench, task, name)))
    return rows
def auditd(bench: Bench) -> list:
    """Audit records joined and matched with all Linux rules; the log is made by us, so its mix is a guess."""
    log, shares = make.audit_log(0.05 if bench.engine != "fast" else 1), []
    rules = [word for path in make.linux_rules(bench.inputs, bench.corpus) for word in ("--rules", path)]
    for run in range(RUNS):
        cache = bench.keep("pread_audit", engine_bench("pread", log))
        ours = bench.rules_run("auditd", [log], run, rules)
        shares.append(100 * ours["median_gb_per_s"] / cache["median_gb_per_s"])
    show_kinds(bench.raw["auditd"][0])
    return [Row("auditd", "share of the page-cache read rate", shares, " %", 6, 8, note=show_rate(bench, "auditd", "audit log"))]


def syslog(bench: Bench) -> list:
    """Lines of syslog with all Linux rules; the log is made by us, so its mix is a guess."""
    log, shares = make.made_log("syslog", syslog_log.write, 16 if bench.engine != "fast" else 256), []
    rules = [word for path in make.linux_rules(bench.inputs, bench.corpus) for word in ("--rules", path)]
    for run in range(RUNS):
        cache = bench.keep("pread_syslog", engine_bench("pread", log))
        ours = bench.rules_run("syslog", [log], run, rules)
        shares.append(100 * ours["median_gb_per_s"] / cache["median_gb_per_s"])
    show_kinds(bench.raw["syslog"][0])
    return [Row("syslog", "share of the page-cache read rate", shares, " %", 5, 8, note=show_rate(bench, "syslog", "text"))]


def startup(bench: Bench) -> list:
    ratios, cold_ms, warm_ms = [], [], []
    row = Row("startup", "cold start over start from the cache", ratios, " x", 5, 15)
    with tempfile.TemporaryDirectory(prefix="bench_") as tmp:
        empty, cache = pathlib.Path(tmp) / "empty.evtx", pathlib.Path(tmp) / "cache"
        empty.touch()
        arguments = ["--no-default-rules", *bench.rules, "-f", "jsonl", empty]
        for _ in range(2 * RUNS + 1):
            shutil.rmtree(cache, ignore_errors=True)
            cache.mkdir()
            env = {"XDG_CACHE_HOME": str(cache)}
            cold = scan(*arguments, env=env)
            if not any(p.is_file() for p in cache.rglob("*")):
                row.note = f"this build writes no rule cache; a cold start takes {1000 * cold.wall:.0f} ms"
                return [row]
            warm = scan(*arguments, env=env)
            if warm.code != cold.code:
                raise WrongAnswer("a start from the cache ends otherwise than a cold one")
            cold_ms.append(1000 * cold.wall)
            warm_ms.append(1000 * warm.wall)
            ratios.append(cold.wall / warm.wall)
    return [row, Row("startup", "cold start", cold_ms, " ms"), Row("startup", "start from the cache", warm_ms, " ms")]


def correlation(bench: Bench) -> list:
    got = bench.keep("correlation", engine_bench("correlation", "--passes", RUNS))
    row = Row("correlation", "ns per event over one map's find+insert", [], " x", 2, 0.5, higher=False)
    if got["correlator_ns"] is None:
        row.note = f"engine_bench has no correlator yet; the map takes {sorted(got['unordered_map_ns'])[RUNS // 2]:.0f} ns"
    else:
        row.values = [a / b for a, b in zip(got["correlator_ns"], got["unordered_map_ns"])]
    return [row]


def triage(bench: Bench) -> list:
    gigabytes = bench.gb or (0.05 if bench.engine != "fast" else 10 if bench.full else 1)
    archive, unpacked = make.triage_zip(bench.inputs, gigabytes)
    rates, digests, memory = [], set(), []
    for _ in range(RUNS if gigabytes <= 1 else 2):
        with tempfile.TemporaryFile() as out:
            done = scan(*bench.rules, "-f", "jsonl", archive, out_file=out)
            out.seek(0)
            digest, findings = hashlib.sha256(), 0
            while block := out.read(1 << 20):
                digest.update(block)
                findings += block.count(b"\n")
        if findings == 0:
            raise WrongAnswer("no finding in the archive")
        digests.add(digest.hexdigest())
        rates.append(unpacked / done.wall / 1e9)
        memory.append(done.peak_mb)
    if len(digests) != 1:
        raise WrongAnswer("two scans of one archive print different findings")
    note = f"{archive.stat().st_size / 1e6:.0f} MB zip, {unpacked / 1e9:.3g} GB of logs, {findings} findings, default rules too"
    return [Row("triage", "unpacked GB/s, zip to findings", rates, " GB/s", note=note), Row("triage", "peak memory", memory, " MB")]


def threads(bench: Bench) -> list:
    files = bench.for_rules().evtx
    arguments = ["--no-default-rules", *bench.rules, "-f", "jsonl", *files]
    speed = Row("threads", "two threads against one", [], " x", 1.8, 1.95)
    one = Row("threads", "resident memory, one thread", [], " MB", 150, 100, higher=False)
    more = Row("threads", "resident memory, a further thread", [], " MB", 8, 4, higher=False)
    if "--threads" not in bench.scan_help:
        one.values.append(scan(*arguments, one_core=True, out_file=open("/dev/null", "wb")).peak_mb)
        speed.note = more.note = "this build has no --threads"
        return [speed, one, more]
    for _ in range(RUNS):
        walls, peaks, digests = [], [], set()
        for n in (1, 2):
            with tempfile.TemporaryFile() as out:
                done = scan("--threads", n, *arguments, out_file=out)
                out.seek(0)
                digest = hashlib.sha256()
                while block := out.read(1 << 20):
                    digest.update(block)
            digests.add(digest.hexdigest())
            walls.append(done.wall)
            peaks.append(done.peak_mb)
        if len(digests) != 1:
            raise WrongAnswer("--threads 1 and --threads 2 print different bytes")
        speed.values.append(walls[0] / walls[1])
        one.values.append(peaks[0])
        more.values.append(peaks[1] - peaks[0])
    speed.note = "whole scans, start-up and findings among them; output compared byte by byte"
    return [speed, one, more]


TASKS = {f.__name__: f
         for f in (evtx_events, evtx_rules, json_rules, auditd, syslog, cloudtrail, startup, correlation, triage, threads)}


def main() -> int:
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("task", nargs="*", help="default: all; " + ", ".join(TASKS))
    p.add_argument("--corpus", type=pathlib.Path, help="rules and captures of others (default: $STOPWARDEN_CORPUS, ../shared/corpus)")
    p.add_argument("--perf", type=pathlib.Path, help="folder with evtx/ and ndjson/ (default: $STOPWARDEN_PERF, else made)")
    p.add_argument("--perf-gb", type=float, help="how much of each is made where it has to be (default: 1 of real events, 0.25 of made ones)")
    p.add_argument("--gb", type=float, help="unpacked size of the triage archive (default 1, with --full 10)")
    p.add_argument("--full", action="store_true", help="what the notes quote: 1 GB through evtxexport, 10 GB of triage")
    p.add_argument("--engine", choices=["fast", "reference"], help="default: fast, where this build has it")
    p.add_argument("--json", type=pathlib.Path, metavar="FILE", help="write all that was measured")
    arguments = p.parse_args()
    if unknown := set(arguments.task) - set(TASKS):
        p.error(f"no such task: {', '.join(sorted(unknown))}")
    where = machine()
    bench = Bench(arguments)
    rows, failed = [], 0
    for name in arguments.task or TASKS:
        say(f"{name} ...")
        try:
            got = TASKS[name](bench)
        except WrongAnswer as e:
            say(f"{name}: {e}")
            failed += 1
            continue
        if not bench.inputs.judged and name not in ("correlation", "cloudtrail"):
            for row in got:
                row.floor = row.aim = None
        rows += got
    print(f"{where['cpu']}, {where['cpus']} CPUs, load {where['load']:.1f}; {where['compiler']}; commit {where['commit']}; {where['date']}")
    print(f"input: {bench.inputs.what}; engine: {bench.engine}\n")
    print_table(rows)
    if arguments.json:
        arguments.json.parent.mkdir(parents=True, exist_ok=True)
        report = {"machine": where, "input": bench.inputs.what, "engine": bench.engine, "rows": [r.as_json() for r in rows], "raw": bench.raw}
        arguments.json.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
