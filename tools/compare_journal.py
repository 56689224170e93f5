#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compares our readers of the systemd journal with journalctl: every value of every entry.

  tools/compare_journal.py --dump build/dev/tests/support/dump_events FILE...

FILE: .journal or .journal~, .zst packed ones among them. Each is read three ways: the file itself, and what
`journalctl -o export` and `journalctl -o json` print of it, against `journalctl -o json --all`. Differences are classed;
exit 1 when one is not explained:

  not listed    an entry that journalctl does not reach by its lists, and we read where it lies (explained)
  journalctl    journalctl refuses the file, or stops (explained, with what it says)
  missing       an entry or a value that journalctl has and we do not
  extra         a value that we have and journalctl does not
  time          another event time than that of the entry's own fields
"""
import argparse
import collections
import json
import pathlib
import re
import subprocess
import sys
import tempfile

HEAD = {"__CURSOR", "__REALTIME_TIMESTAMP", "__MONOTONIC_TIMESTAMP", "__SEQNUM", "__SEQNUM_ID"}
KEPT = HEAD - {"__REALTIME_TIMESTAMP", "__MONOTONIC_TIMESTAMP"}  # not compared: files have no such fields


def made_names() -> set[str]:
    """The fields that we make beside an entry's own, from the tables in the sources."""
    root = pathlib.Path(__file__).resolve().parent.parent / "src" / "sources"
    names = set()
    for file, table in (("journal/derived.h", "SW_JOURNAL_MADE"), ("messages/fields.h", "SW_MESSAGE_FIELDS")):
        text = (root / file).read_text(encoding="utf-8").partition(f"#define {table}(X)")[2].partition("\n\n")[0]
        names |= set(re.findall(r"\bX\((\w+)\)", text))
    return names


MADE = made_names()


def text_of(value) -> str:
    """A value of journalctl's JSON as dump_events prints it: bytes that are no UTF-8 as U+FFFD each."""
    raw = bytes(value) if isinstance(value, list) else value.encode()
    return "".join("\ufffd" if 0xDC80 <= ord(c) <= 0xDCFF else c for c in raw.decode("utf-8", "surrogateescape"))


def values_of(value) -> list[str]:
    if value is None:
        return []
    if isinstance(value, list) and value and not all(isinstance(v, int) for v in value):
        return [text_of(v) for v in value if v is not None]
    return [text_of(value)]


def entries_of_journalctl(file: str) -> tuple[list[dict], str]:
    done = subprocess.run(["journalctl", "--no-pager", "-o", "json", "--all", "--file", file], capture_output=True)
    entries = [json.loads(line) for line in done.stdout.splitlines() if line.startswith(b"{")]
    return entries, done.stderr.decode("utf-8", "replace").strip()


def want_of(entry: dict) -> tuple[collections.Counter, int]:
    pairs = collections.Counter()
    for name, value in entry.items():
        if name in KEPT:
            continue
        for v in values_of(value):
            pairs[(name, v)] += 1
    received = int(entry["__REALTIME_TIMESTAMP"])
    source = values_of(entry.get("_SOURCE_REALTIME_TIMESTAMP"))
    if source and source[0].isdigit() and 0 < int(source[0]) <= received:
        return pairs, int(source[0])
    return pairs, received


def got_of(event: dict) -> collections.Counter:
    return collections.Counter((n, v) for n, _, v in event["values"] if n not in KEPT)


def own(pairs: collections.Counter, entry: dict) -> collections.Counter:
    """Without what was made and is no field of the entry."""
    return collections.Counter({(n, v): c for (n, v), c in pairs.items() if n in entry or n not in MADE})


def micros(text: str) -> int:
    """dump_events' "2026-11-25T01:02:03.1234560Z"."""
    import datetime
    whole, fraction = text.rstrip("Z").split(".")
    at = datetime.datetime.fromisoformat(whole).replace(tzinfo=datetime.timezone.utc)
    return int(at.timestamp()) * 1_000_000 + int(fraction[:6])


def read(dump: str, path: str, names: set[str], folder: pathlib.Path) -> tuple[list[dict], list[dict]]:
    listed = folder / "names"
    listed.write_text("\n".join(sorted(names)), encoding="utf-8")
    done = subprocess.run([dump, path, "--fields", str(listed)], capture_output=True, check=True)
    lines = [json.loads(line) for line in done.stdout.decode("utf-8").splitlines()]
    return [x for x in lines if "record" in x], [x for x in lines if "drop" in x or "oddity" in x]


def compare(way: str, want: list[dict], got: list[dict], classes: collections.Counter, shown: list[str]) -> None:
    if len(got) > len(want):
        classes["not listed"] += len(got) - len(want)
    if len(got) < len(want):
        classes["missing"] += len(want) - len(got)
        shown.append(f"{way}: {len(want)} entries in journalctl, {len(got)} here")
    by_key = collections.defaultdict(list)
    for event in got:
        values = got_of(event)
        key = next((v for (n, v) in values if n == "__REALTIME_TIMESTAMP"), ""), next(
            (v for (n, v) in values if n == "__MONOTONIC_TIMESTAMP"), "")
        by_key[key].append((values, event))
    for entry in want:
        pairs, at = want_of(entry)
        near = by_key.get((entry["__REALTIME_TIMESTAMP"], entry["__MONOTONIC_TIMESTAMP"]), [])
        found = next((e for e in near if own(e[0], entry) == pairs), None)
        if found is None:
            if not near:
                classes["missing"] += 1
                shown.append(f"{way}: no entry {entry['__REALTIME_TIMESTAMP']}")
                continue
            found = near[0]
            for name, value in (pairs - own(found[0], entry)):
                classes["missing"] += 1
                shown.append(f"{way}: {name}={value[:60]!r} is missing")
            for name, value in (own(found[0], entry) - pairs):
                classes["extra"] += 1
                shown.append(f"{way}: {name}={value[:60]!r} is extra")
        near.remove(found)
        if found[1]["time"] is None or micros(found[1]["time"]) != at:
            classes["time"] += 1
            shown.append(f"{way}: time {found[1]['time']} where {at} was expected")


def main() -> int:
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--dump", required=True, help="the program dump_events")
    p.add_argument("files", nargs="+")
    a = p.parse_args()
    bad = False
    for file in a.files:
        with tempfile.TemporaryDirectory(prefix="compare_journal_") as tmp:
            folder = pathlib.Path(tmp)
            plain = file
            if file.endswith(".zst"):
                plain = str(folder / "x.journal")
                subprocess.run(["zstd", "-dqf", file, "-o", plain], check=True)
            want, says = entries_of_journalctl(plain)
            names = {n for e in want for n in e} | HEAD
            classes: collections.Counter = collections.Counter()
            shown: list[str] = []
            got, problems = read(a.dump, file, names, folder)
            if not want:
                classes["journalctl"] += 1
                print(f"{pathlib.Path(file).name}: journalctl gives nothing ({says.splitlines()[0] if says else 'no word'}); "
                      f"{len(got)} entries here")
            else:
                compare("file", want, got, classes, shown)
                for way in ("export", "json"):
                    out = folder / f"x.{way}"
                    with out.open("wb") as f:
                        subprocess.run(["journalctl", "--no-pager", "-o", way, "--all", "--file", plain], stdout=f,
                                       stderr=subprocess.DEVNULL, check=False)
                    compare(way, want, read(a.dump, str(out), names, folder)[0], classes, shown)
            wrong = sum(classes[c] for c in ("missing", "extra", "time"))
            bad = bad or wrong != 0
            print(f"{pathlib.Path(file).name}: {len(want)} entries, {sum(sum(want_of(e)[0].values()) for e in want)} values in "
                  f"journalctl; {len(got)} entries here, {len(problems)} reports; differences: {dict(classes) or 'none'}")
            for line in shown[:10]:
                print("   " + line)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
