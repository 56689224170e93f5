#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compares our audit log reader with the parsed forms that go-libaudit and auditd-parser keep beside their test logs.

usage: compare_auditd.py FOLDER DUMP_EVENTS [--examples N]

FOLDER is walked for *.log.golden (a JSON array, one object a record: record_type, sequence, data) and *.snap (a header with
the line, then a JSON object: record_type, id, fields); DUMP_EVENTS is the program of that name from a developer's build.
Each record is read alone, by its text, and every value of theirs must be one of ours under the same name, or differ in a way
that is one of EXPECTED. Exit code 1 when one does not.
"""
import argparse, collections, json, pathlib, re, subprocess, sys, tempfile

EXPECTED = {  # here = our reader, there = the other one
    "named number": "a number here, beside it the name where the log has one; its name there",
    "result": "success= and res= keep their names and words here; `result` with success or fail there",
    "context": "an SELinux context as one text here; in parts there",
    "system call": "number in syscall, name in SYSCALL here; the name in syscall there",
    "socket address": "the log's hex in saddr, decoded into saddr_fam, laddr, lport, path here; other names there",
    "hex": "text in hex is decoded here; left as it is there, or shown with escapes",
    "arguments": "NUL between arguments: a blank here",
    "nothing": "null there for what says nothing (4294967295, (null), ?); the log's word here",
    "key": "several keys: a value each here",
    "list": "a list as one text here; as an array there",
    "enriched": "names that auditd added stand under their own names here; in the place of the number there",
    "trailing mark": "a comma or bracket behind a value is no part of it here",
    "words": "words between names are no value here; joined to the value before them there",
    "not read there": "the record is an error there",
    "end of event": "EOE makes no event here",
    "old auid": "`old auid=` and `new auid=` are both auid here",
    "message": "the inner list of msg comes as fields here, and as a whole; as one of the two there",
}


def read(program, line, names):
    with tempfile.TemporaryDirectory() as tmp:
        log, fields = pathlib.Path(tmp, "a.log"), pathlib.Path(tmp, "names")
        log.write_text(line + "\n", encoding="utf-8", errors="surrogateescape")
        fields.write_text("\n".join(sorted(names)), encoding="utf-8")
        done = subprocess.run([program, log, "--fields", fields], capture_output=True, timeout=60, check=True)
    values, drops = collections.defaultdict(list), 0
    for row in map(json.loads, done.stdout.decode("utf-8").splitlines()):
        if "values" in row:
            for name, _, text in row["values"]:
                values[name].append(text)
        drops += "drop" in row
    return values, drops


def flat(value):
    """Leaves of what they say, as texts."""
    if isinstance(value, dict):
        return [leaf for v in value.values() for leaf in flat(v)]
    if isinstance(value, list):
        return [leaf for v in value for leaf in flat(v)]
    return [str(value)]


def squeezed(text):
    return re.sub(r"[\s\0\x01,]+", " ", text).strip()


def classify(name, value, ours, line):
    mine = ours.get(name, [])
    text = value if isinstance(value, str) else None
    every = [t for texts in ours.values() for t in texts]
    if text is not None and text in mine:
        return "equal"
    if value is None or text == "unset":
        return "nothing"
    if name == "msg" and isinstance(value, dict):
        inner = [classify(k, v, ours, line) for k, v in value.items()]
        return None if None in inner else "message"
    if name == "result" or name in ("res", "success"):
        return "result"
    if name.startswith(("subj", "obj", "scontext", "tcontext")) or name in ("subj", "obj"):
        return "context" if all(leaf in line or leaf == "SELinux" for leaf in flat(value)) or not mine else None
    if name in ("syscall",) and text in every:
        return "system call"
    if name in ("arch", "sig", "exit", "capability", "errno", "perm", "perm_mask", "mode", "syscall", "list", "flags", "cap_fp", "cap_fi",
                "cap_pp", "cap_pi", "cap_pe", "cap_pa", "fp", "fi", "old_pp", "old_pi", "old_pe", "pp", "pi", "pe", "new_pp", "new_pi", "new_pe",
                "family", "hook", "fam", "proto", "code", "uid", "gid", "auid", "ouid", "ogid", "euid", "suid", "fsuid", "egid", "sgid",
                "fsgid", "id", "new_gid", "old-auid", "sauid", "oauid", "key_enforce", "inode_uid", "a0", "a1", "a2", "a3") and any(
                    re.fullmatch(r"-?(0x)?[0-9a-fA-F]+", t) for t in mine):
        return "named number"
    if name in ("family", "addr", "port", "path", "socket_address", "saddr", "socket_family", "flow", "scope"):
        return "socket address"
    if text is not None and any(squeezed(text) == squeezed(t) for t in every):
        return "arguments" if name in ("proctitle",) else "key" if name == "key" else "message"
    if isinstance(value, (list, dict)):
        return "list" if all(any(leaf in t for t in every) for leaf in flat(value)) else None
    for t in mine:
        if re.fullmatch(r"(?:[0-9A-Fa-f]{2})+", text) and bytes.fromhex(text).decode("utf-8", "replace").replace("\0", "\ufffd") == t.replace("\0", "\ufffd"):
            return "hex"
        if re.sub(r"\\x[0-9a-f]{2}|[^ -~]", "", text) == re.sub(r"[^ -~]", "", t):
            return "hex"
        if text.rstrip(",)") == t or t.rstrip(",)") == text:
            return "trailing mark"
        if text.startswith(t + " ") or t.startswith(text + " "):
            return "words"
    if name == "msg" or "msg='" in line and text in line:
        return "message"
    if name in ("old-auid", "new-auid", "old_auid", "old_ses") and text in every:
        return "old auid"
    if name.isupper() and text in every:
        return "enriched"
    return None


def golden_records(path):
    log = path.with_suffix("")
    lines = log.read_text(encoding="utf-8", errors="surrogateescape").splitlines() if log.exists() else []
    for record in json.loads(path.read_text(encoding="utf-8")) or []:
        if not record:
            continue
        raw = record.get("raw_msg", "")
        line = next((text for text in lines if raw and raw in text), None)
        if line is not None:
            yield line, record.get("data") or {}, record.get("error")


def snap_records(path):
    _, head, body = path.read_text(encoding="utf-8").split("---\n", 2)
    line = json.loads(re.search(r"^info: (.*)$", head, re.M)[1])
    record = json.loads(body)
    yield line, record.get("fields") or {}, "Err" if "Err" in record else None


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("folder", type=pathlib.Path)
    p.add_argument("dump_events")
    p.add_argument("--examples", type=int, default=5)
    a = p.parse_args()
    records = [(path, *r) for path in sorted(a.folder.rglob("*.log.golden")) for r in golden_records(path)]
    records += [(path, *r) for path in sorted(a.folder.rglob("*.snap")) for r in snap_records(path)]
    counts, wrong, lost = collections.Counter(), [], []
    for path, line, theirs, error in records:
        ours, drops = read(a.dump_events, line, {*theirs, "SYSCALL", "saddr_fam", "laddr", "lport", "path", "msg", "res", "success"} | set(
            re.findall(r"[\w-]+(?==)", line)))
        if error:
            counts["not read there"] += 1
            continue
        if not ours:
            counts["end of event"] += "type=EOE" in line
            if "type=EOE" not in line:
                lost.append((path.name, line, drops))
            continue
        for name, value in theirs.items():
            kind = classify(name, value, ours, line)
            counts[kind or "UNEXPECTED"] += 1
            if kind is None:
                wrong.append((path.name, name, value, ours.get(name), line))
    print(f"{len(records)} records, {sum(counts.values())} values")
    for kind, n in counts.most_common():
        print(f"{n:7}  {kind}: {EXPECTED.get(kind, '')}")
    for name, line, drops in lost[: a.examples]:
        print(f"LOST {name} ({drops} drops): {line[:160]}")
    for name, field, value, mine, line in wrong[: a.examples]:
        print(f"UNEXPECTED {name} {field}: there {value!r}, here {mine!r}\n    {line[:200]}")
    return 1 if wrong or lost else 0


if __name__ == "__main__":
    sys.exit(main())
