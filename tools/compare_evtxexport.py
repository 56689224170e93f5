#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compares our EVTX reader with evtxexport (libevtx-utils), record by record and value by value.

usage: compare_evtxexport.py FOLDER DUMP_EVENTS [--examples N] [--verbose]

FOLDER is walked for *.evtx files; DUMP_EVENTS is the program of that name from a developer's build. Nothing is written
but a temporary list of field names. Records are matched by EventRecordID and order. Exit code 1 when evtxexport has a
record that we have not, or when a value differs in a way that is not one of EXPECTED below.
"""
import argparse, collections, json, pathlib, re, subprocess, sys, tempfile
import xml.etree.ElementTree as ET

NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
PLACEHOLDER = "\ufffd"
RENDERING = {"Message"} | {
    "RenderingInfo_" + n for n in ("Culture", "Level", "Task", "Opcode", "Channel", "Provider", "Keywords", "Keyword")
}

EXPECTED = {  # classes of difference that docs/formats/evtx.md explains; here = our reader, there = evtxexport
    "time digits": "100 ns ticks: 7 digits here, 9 there",
    "hex digits": "hexadecimal numbers: no leading zeros here, padded there",
    "pointer size": "numbers of the size of a pointer: hexadecimal here as in Windows, decimal there",
    "negative": "negative numbers: two's complement here, sign and magnitude there",
    "blank text": "text of blanks only: kept here, left out there",
    "surrogate": "unpaired surrogate: U+FFFD here, swallows the next character there",
    "rendering": "RenderingInfo: read here, left out there",
}


def local(tag):
    return tag.rpartition("}")[2]


def clean(text):
    return NOT_XML.sub(PLACEHOLDER, text or "").replace("\r\n", "\n").replace("\r", "\n")


def leaves(element, out, scope):
    """(field name, text) of everything below `element`, by our naming rules (src/sources/evtx/compile.h)."""
    for child in element:
        tag = local(child.tag)
        name = tag
        named = child.get("Name") if tag in ("Data", "ComplexData") and scope != "System" else None
        if named is not None and named != "":
            name = named.replace(" ", "")
        elif tag == "ComplexData" and scope != "EventData":
            name = tag
        elif tag == "ComplexData":
            name = "Data"
        if scope == "RenderingInfo" and tag != "Message":
            name = "RenderingInfo_" + name
        attributes = 0
        for key, value in child.attrib.items():
            if local(key) == "Name" and tag in ("Data", "ComplexData") and scope != "System":
                continue
            out.append((tag + "_" + local(key), clean(value)))
            attributes += 1
        if len(child):
            leaves(child, out, scope)
        elif scope == "System":
            if child.text:
                out.append((name, clean(child.text)))
        elif child.text or not attributes:
            out.append((name, clean(child.text)))


def their_values(event):
    out = []
    for part in event:
        tag = local(part.tag)
        out.extend((tag + "_" + local(key), clean(value)) for key, value in part.attrib.items())
        if len(part):
            leaves(part, out, tag)
        elif part.text and part.text.strip():
            out.append((tag, clean(part.text)))
    return out


def escape_raw_markup(piece):
    """evtxexport prints some string values as they are, markup and all; makes them text again."""

    def escape(match):
        inner = match[2]
        if "<" in inner:
            inner = inner.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        return match[1] + inner + match[3]

    return re.sub(r"(?s)(\n    <Data(?: [^>]*[^/>])?>)(.*?)(</Data>(?=\n))", escape, piece)


def their_events(path):
    run = subprocess.run(["evtxexport", "-f", "xml", str(path)], capture_output=True, timeout=600)
    text = run.stdout.decode("utf-8", "replace")
    events, broken = [], 0
    for piece in re.split(r"(?m)^(?=<Event(?: |>))", text)[1:]:
        end = piece.find("\n</Event>")
        if end < 0:
            broken += 1
            continue
        piece = piece[: end + 9]
        raw = piece
        piece = re.sub(r"&#x?0*(?:[0-8bcefBCEF]|1[0-9a-fA-F]);", PLACEHOLDER, NOT_XML.sub(PLACEHOLDER, escape_raw_markup(piece)))
        try:
            events.append((their_values(ET.fromstring(piece)), raw))
        except ET.ParseError:
            broken += 1
    return events, broken, run.returncode


def our_events(path, program, names):
    with tempfile.NamedTemporaryFile("w", suffix=".txt", encoding="utf-8") as f:
        f.write("\n".join(sorted(n for n in names if n and "\n" not in n)))
        f.flush()
        run = subprocess.run([program, str(path), "--fields", f.name], capture_output=True, timeout=600, check=True)
    events, problems = [], []
    for line in run.stdout.decode("utf-8").splitlines():
        row = json.loads(line)
        if "values" in row:
            events.append(row)
        elif "drop" in row:
            problems.append(row)
    return events, problems


HEX = re.compile(r"0x[0-9a-f]+$")
INT = re.compile(r"-\d+$")
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z$")


def classify(name, ours, theirs):
    """Why two lists of values of one field differ; None when they are the same."""
    if ours == theirs:
        return None
    if len(ours) == len(theirs) and all(
        a == b or (TIME.match(a) and TIME.match(b) and a[:-1].rstrip("0") == b[:-1].rstrip("0"))
        for a, b in zip(ours, theirs)
    ):
        return "time digits"
    if len(ours) == len(theirs) and all(
        a == b or (HEX.match(a) and HEX.match(b) and int(a, 16) == int(b, 16)) for a, b in zip(ours, theirs)
    ):
        return "hex digits"
    if len(ours) != len(theirs):
        return "other"
    pairs = [(a, b) for a, b in zip(ours, theirs) if a != b]
    if all(HEX.match(a) and b.isdigit() and int(a, 16) == int(b) for a, b in pairs):
        return "pointer size"
    if all(INT.match(a) and INT.match(b) and (int(a) & 0x7FFFFFFF) == -int(b) for a, b in pairs):
        return "negative"
    if all(b == "" and a.isspace() for a, b in pairs):
        return "blank text"
    if all(PLACEHOLDER in a for a, b in pairs):
        return "surrogate"
    return "other"


class Tally:
    def __init__(self):
        self.count = collections.Counter()
        self.classes = collections.Counter()
        self.examples = collections.defaultdict(list)


def compare_event(tally, path, ours, theirs):
    values = collections.defaultdict(list)
    for name, _, text in ours["values"]:
        values[name].append(clean(text))
    wanted = collections.defaultdict(list)
    for name, text in theirs:
        wanted[name].append(text)
    for name, texts in wanted.items():
        mine = values.get(name, [])
        tally.count["values compared"] += len(texts)
        why = classify(name, mine, texts)
        if why:
            tally.classes[why] += 1
            tally.examples[why].append((path.name[-50:], ours["id"], name, mine[:6], texts[:6]))
        else:
            tally.count["values equal"] += len(texts)
    for name, texts in values.items():
        if name not in wanted and any(texts):
            why = "rendering" if name.startswith("RenderingInfo_") or name == "Message" else "only here"
            tally.classes[why] += 1
            tally.examples[why].append((path.name[-50:], ours["id"], name, texts[:6], []))


def compare_file(tally, path, program):
    theirs, broken, code = their_events(path)
    names = {n for values, _ in theirs for n, _ in values} | RENDERING
    ours, drops = our_events(path, program, names)
    by_id = collections.defaultdict(collections.deque)
    for event in ours:
        by_id[str(event["id"])].append(event)
    missing = 0
    for values, _ in theirs:
        record_id = next((t for n, t in values if n == "EventRecordID"), None)
        if record_id is None or not by_id[record_id]:
            missing += 1
            tally.examples["missing"].append((path.name[-50:], record_id, "", [], [str(v) for v in values[:8]]))
            continue
        compare_event(tally, path, by_id[record_id].popleft(), values)
    for key, n in (("files", 1), ("our records", len(ours)), ("our drops", len(drops)), ("their records", len(theirs)),
                   ("their records that are no XML", broken), ("their records missing here", missing),
                   ("files evtxexport gave up on", int(code != 0 or len(theirs) < len(ours)))):
        tally.count[key] += n
    return len(ours), len(theirs), broken, missing


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("dump_events")
    parser.add_argument("--examples", type=int, default=3)
    parser.add_argument("--verbose", action="store_true", help="one line a file")
    args = parser.parse_args()
    tally = Tally()
    for path in sorted(p for p in args.folder.rglob("*") if p.suffix.lower() == ".evtx" and p.is_file()):
        ours, theirs, broken, missing = compare_file(tally, path, args.dump_events)
        if args.verbose or missing:
            print(f"{ours:6} here {theirs:6} there {broken:3} broken {missing:3} missing  {path.name}")
    for key, n in tally.count.items():
        print(f"{n:9,}  {key}")
    for why, n in tally.classes.most_common():
        print(f"{n:9,}  differ: {why}" + (f" ({EXPECTED[why]})" if why in EXPECTED else ""))
    for why, examples in tally.examples.items():
        seen = collections.Counter()
        for file, record, name, mine, texts in examples:
            seen[name] += 1
            if seen[name] > args.examples:
                continue
            print(f"  [{why}] {file} #{record} {name}: here {mine!r:.300} there {texts!r:.300}")
    unexplained = sum(n for why, n in tally.classes.items() if why not in EXPECTED)
    sys.exit(1 if unexplained or tally.count["their records missing here"] else 0)


if __name__ == "__main__":
    main()
