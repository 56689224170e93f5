#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Golden tests: a folder is a case.

  args        words for stopwarden, one a line
  in/         inputs, copied into an empty folder where the program runs; x.evtxt becomes x.evtx (tests/support)
  stdin       if there, what the program reads on standard input
  want.out    standard output
  want.err    standard error, if there; durations and rates are masked
  want.exit   exit code (0 when the file is missing)

All cases of a run share a cache folder, so that most find their rules compiled; rule_cache.py tests the cache itself.

Without arguments every case runs and differences are shown. --accept CASE takes the new output over, by name.
"""
import argparse
import difflib
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent


def masked(text: str) -> str:
    """What a run prints about this machine is not part of the case, nor how many rules come with the program."""
    text = re.sub(r"\b\d+ loaded \(\d+ correlations\)", "N loaded (N correlations)", text)
    text = re.sub(r"\(\d+\.\d s, [^)]*/s\)", "(TIME)", text)
    return re.sub(r'"version":"\d+\.\d+\.\d+","vendor_name"', '"version":"VERSION","vendor_name"', text)


def run_case(case: pathlib.Path, binary: str, write_evtx: str, cache: str) -> dict[str, str]:
    with tempfile.TemporaryDirectory(prefix="golden_") as tmp:
        folder = pathlib.Path(tmp)
        if (case / "in").is_dir():
            shutil.copytree(case / "in", folder / "in")
        for description in sorted(folder.rglob("*.evtxt")):
            subprocess.run([write_evtx, str(description), str(description.with_suffix(".evtx"))], check=True)
            description.unlink()
        words = [w for w in (case / "args").read_text(encoding="utf-8").splitlines() if w]
        stdin = (case / "stdin").read_bytes() if (case / "stdin").exists() else b""
        done = subprocess.run([binary, *words], cwd=folder, input=stdin, capture_output=True, timeout=60,
                              env={"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TMPDIR": tmp, "XDG_CACHE_HOME": cache})
        return {"want.out": masked(done.stdout.decode("utf-8", "surrogateescape")),
                "want.err": masked(done.stderr.decode("utf-8", "surrogateescape")), "want.exit": f"{done.returncode}\n"}


def main() -> int:
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--binary", required=True)
    p.add_argument("--write-evtx", required=True)
    p.add_argument("--accept", metavar="CASE", help="the case whose new output is right")
    p.add_argument("cases", nargs="*", help="default: all")
    a = p.parse_args()
    binary, write_evtx = str(pathlib.Path(a.binary).resolve()), str(pathlib.Path(a.write_evtx).resolve())
    cases = sorted(c.parent for c in HERE.glob("*/args"))
    chosen = [a.accept] if a.accept else a.cases
    if chosen:
        unknown = set(chosen) - {c.name for c in cases}
        if unknown:
            p.error(f"no case named {', '.join(sorted(unknown))}")
        cases = [c for c in cases if c.name in chosen]
    if not cases:
        p.error("there are no cases")
    with tempfile.TemporaryDirectory(prefix="golden_cache_") as cache:
        return compare(cases, a, binary, write_evtx, cache)


def compare(cases: list[pathlib.Path], a: argparse.Namespace, binary: str, write_evtx: str, cache: str) -> int:
    failed = 0
    for case in cases:
        got = run_case(case, binary, write_evtx, cache)
        for name, text in got.items():
            path = case / name
            if name == "want.err" and not path.exists():
                continue
            if a.accept:
                if name == "want.exit" and text == "0\n":
                    path.unlink(missing_ok=True)
                else:
                    path.write_bytes(text.encode("utf-8", "surrogateescape"))
                continue
            want = path.read_bytes().decode("utf-8", "surrogateescape") if path.exists() else ("0\n" if name == "want.exit" else "")
            if masked(want) != text:
                failed += 1
                sys.stdout.writelines(difflib.unified_diff(want.splitlines(True), text.splitlines(True), f"{case.name}/{name}", "this run"))
    print(f"golden: {len(cases)} cases, {failed} differences")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
