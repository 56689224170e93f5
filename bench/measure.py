# SPDX-License-Identifier: Apache-2.0
"""Programs run and timed: one child at a time, its wall and CPU time and its peak memory; ratios with their spread."""
import dataclasses
import json
import os
import pathlib
import resource
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
BUILD = ROOT / "build/release"
STOPWARDEN = BUILD / "apps/cli/stopwarden"
ENGINE_BENCH = BUILD / "bench/engine_bench"
SCAN_OK = (0, 3)  # 3: some rule of a foreign set was rejected, or a record of a damaged log was dropped: each is named


class WrongAnswer(Exception):
    """What was to be timed did not do its work: there is no figure."""


@dataclasses.dataclass
class Child:
    wall: float
    cpu: float
    peak_mb: float
    code: int
    out: bytes
    err: bytes


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def run_child(command: list, env: dict | None = None, one_core: bool = False, out_file=None) -> Child:
    """Runs to the end. Standard output goes to `out_file`, else it is kept."""
    allowed = os.sched_getaffinity(0)
    if one_core:
        os.sched_setaffinity(0, {min(allowed)})
    try:
        with open(os.devnull, "rb") as nothing, tempfile.TemporaryFile() as err, tempfile.TemporaryFile() as kept:
            start = time.perf_counter()
            p = subprocess.Popen([str(c) for c in command], stdin=nothing, stdout=out_file or kept, stderr=err,
                                 env={**os.environ, **(env or {})})
            _, status, usage = os.wait4(p.pid, 0)
            wall = time.perf_counter() - start
            p.returncode = os.waitstatus_to_exitcode(status)
            kept.seek(0)
            err.seek(0)
            return Child(wall, usage.ru_utime + usage.ru_stime, peak_mb(usage), p.returncode, kept.read(), err.read())
    finally:
        os.sched_setaffinity(0, allowed)


def peak_mb(usage) -> float:
    """Linux starts a child's peak at the memory of who started it, so this script must stay small: what it makes, it makes
    in pieces."""
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    if own > 60 * 1024:
        raise WrongAnswer(f"this script has used {own // 1024} MB itself: it cannot tell a child's memory")
    return usage.ru_maxrss / 1024


def engine_bench(*arguments) -> dict:
    done = run_child([ENGINE_BENCH, *arguments])
    if done.code != 0:
        raise WrongAnswer(done.err.decode(errors="replace").strip())
    return json.loads(done.out)


def scan(*arguments, env: dict | None = None, one_core: bool = False, out_file=None) -> Child:
    done = run_child([STOPWARDEN, "scan", *arguments], env=env, one_core=one_core, out_file=out_file)
    if done.code not in SCAN_OK:
        raise WrongAnswer(f"stopwarden scan ended with {done.code}: {done.err.decode(errors='replace').strip()[-500:]}")
    return done


@dataclasses.dataclass
class Row:
    """One line of the table: a median, its spread, and what it has to reach."""
    task: str
    what: str
    values: list  # one a run; empty: not measured, `note` says why
    unit: str = ""
    floor: float | None = None
    aim: float | None = None
    higher: bool = True  # is more better?
    note: str = ""

    @property
    def median(self) -> float | None:
        return statistics.median(self.values) if self.values else None

    def reaches(self, bound: float | None) -> bool | None:
        if bound is None or self.median is None:
            return None
        return self.median >= bound if self.higher else self.median <= bound

    def verdict(self) -> str:
        if self.median is None:
            return "not measured"
        if self.floor is None:
            return ""
        if self.reaches(self.aim):
            return "aim met"
        return "met" if self.reaches(self.floor) else "NOT MET"

    def cells(self) -> list:
        def shown(x):
            return "" if x is None else f"{x:.3g}{self.unit}" if abs(x) < 1000 else f"{x:.0f}{self.unit}"
        spread = f"{shown(min(self.values))}..{shown(max(self.values))}" if len(self.values) > 1 else ""
        bound = ("" if self.higher else "<= ") if self.floor is not None else ""
        return [self.task, self.what, shown(self.median), spread, bound + shown(self.floor), bound + shown(self.aim),
                self.verdict() + (": " + self.note if self.note and not self.values else "")]

    def as_json(self) -> dict:
        return {**dataclasses.asdict(self), "median": self.median, "verdict": self.verdict()}


def print_table(rows: list) -> None:
    lines = [["task", "figure", "median", "min..max", "at least", "aim", ""]] + [r.cells() for r in rows]
    widths = [max(len(line[i]) for line in lines) for i in range(len(lines[0]))]
    for line in lines:
        print("  ".join(cell.ljust(w) for cell, w in zip(line, widths)).rstrip())
    for row in rows:
        if row.note and row.values:
            print(f"  {row.task}: {row.note}")


def machine() -> dict:
    """What a figure is worth nothing without."""
    def first_line(*command):
        try:
            return subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT).stdout.split("\n")[0].strip()
        except (OSError, subprocess.CalledProcessError):
            return ""
    model = next((line.partition(":")[2].strip() for line in open("/proc/cpuinfo", encoding="utf-8") if line.startswith("model name")), "?")
    dirty = "+" if first_line("git", "status", "--porcelain", "--untracked-files=no") else ""
    return {"cpu": model, "cpus": os.cpu_count(), "load": os.getloadavg()[0], "compiler": first_line("g++-12", "--version"),
            "commit": first_line("git", "rev-parse", "--short=12", "HEAD") + dirty, "kernel": os.uname().release,
            "date": time.strftime("%Y-%m-%dT%H:%MZ", time.gmtime())}
