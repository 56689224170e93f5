#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compares our OpenBSM reader with a second one, written here from audit.log(5) alone, value by value.

usage: compare_bsm.py DUMP_EVENTS PATH... [--verbose]

PATH is a trail, a folder of trails, or of single tokens as OpenBSM's test vectors have them: a token that is no record
is given a header and a trailer first. DUMP_EVENTS is the program of that name from a developer's build. Exit code 1
when a record, a field or a value differs.
"""
import argparse, ipaddress, json, pathlib, struct, subprocess, sys, tempfile, uuid

IDS = ("audit-uid", "uid", "gid", "ruid", "rgid")


class Reader:
    """Takes values off the front of a token's bytes."""

    def __init__(self, data):
        self.data, self.at = data, 0

    def take(self, n):
        if len(self.data) - self.at < n:
            raise ValueError("cut short")
        self.at += n
        return self.data[self.at - n : self.at]

    def number(self, size):
        return int.from_bytes(self.take(size), "big")

    def text(self):
        return self.take(self.number(2)).split(b"\0")[0].decode()

    def ident(self):
        n = self.number(4)
        return "-1" if n == 0xFFFFFFFF else str(n)

    def address(self, size):
        return str(ipaddress.ip_address(self.take(size)))

    def strings(self):
        out = []
        for _ in range(self.number(4)):
            end = self.data.index(b"\0", self.at)
            out.append(self.data[self.at : end].decode())
            self.at = end + 1
        return out


def status(n):
    return {0: "success", 45: "EDEADLK"}.get(n) or STATUS.get(n, str(n))


STATUS = dict(enumerate("""success EPERM ENOENT ESRCH EINTR EIO ENXIO E2BIG ENOEXEC EBADF ECHILD EAGAIN ENOMEM EACCES
    EFAULT ENOTBLK EBUSY EEXIST EXDEV ENODEV ENOTDIR EISDIR EINVAL ENFILE EMFILE ENOTTY ETXTBSY EFBIG ENOSPC ESPIPE
    EROFS EMLINK EPIPE EDOM ERANGE""".split()))


def who(name):
    def read(r, wide, extended):
        out = [(f"{name}.{i}", r.ident()) for i in IDS]
        out += [(f"{name}.pid", str(r.number(4))), (f"{name}.sid", str(r.number(4)))]
        port = r.number(8 if wide else 4)
        size = r.number(4) if extended else 4
        return out + [(f"{name}.tid", f"{port} {r.address(size)}")]

    return read


def data(r):
    how, unit, count = r.number(1), r.number(1), r.number(1)
    raw = r.take(count * (1, 2, 4, 8)[unit])
    return [("arbitrary", raw.split(b"\0")[0].decode() if (how, unit) == (4, 0) else raw.hex().upper())]


def argument(r, value):
    return [("argument.arg-num", str(r.number(1))), ("argument.value", value(r)), ("argument.desc", r.text())]


def uuid_text(r):
    return str(uuid.UUID(bytes=r.take(16))).upper()


def socket_ex(r):
    out = [("socket.sock_dom", str(r.number(2))), ("socket.sock_type", str(r.number(2)))]
    size = r.number(2)
    for side in ("l", "f"):
        out += [(f"socket.{side}port", str(r.number(2))), (f"socket.{side}addr", r.address(size))]
    return out


TOKENS = {
    0x11: lambda r: [("file.time", str(r.number(4))), ("file.msec", str(r.number(4))), ("file", r.text())],
    0x21: data,
    0x22: lambda r: [("IPC.ipc-type", str(r.number(1))), ("IPC.ipc-id", str(r.number(4)))],
    0x23: lambda r: [("path", r.text())],
    0x24: lambda r: who("subject")(r, False, False),
    0x26: lambda r: who("process")(r, False, False),
    0x27: lambda r: [("return.errval", status(r.number(1))), ("return.retval", str(r.number(4)))],
    0x28: lambda r: [("text", r.text())],
    0x29: lambda r: [("opaque", r.take(r.number(2)).hex().upper())],
    0x2A: lambda r: [("ip_address", r.address(4))],
    0x2B: lambda r: [("ip", r.take(20).hex().upper())],
    0x2C: lambda r: [("ip_port", str(r.number(2)))],
    0x2D: lambda r: argument(r, lambda r: str(r.number(4))),
    0x2F: lambda r: [("sequence.seq-num", str(r.number(4)))],
    0x3C: lambda r: [("exec_args.arg", s) for s in r.strings()],
    0x3D: lambda r: [("exec_env.env", s) for s in r.strings()],
    0x60: lambda r: [("zone.name", r.text())],
    0x71: lambda r: argument(r, lambda r: str(r.number(8))),
    0x72: lambda r: [("return.errval", status(r.number(1))), ("return.retval", str(r.number(8)))],
    0x75: lambda r: who("subject")(r, True, False),
    0x77: lambda r: who("process")(r, True, False),
    0x7A: lambda r: who("subject")(r, False, True),
    0x7B: lambda r: who("process")(r, False, True),
    0x7C: lambda r: who("subject")(r, True, True),
    0x7D: lambda r: who("process")(r, True, True),
    0x7F: socket_ex,
    0x84: lambda r: argument(r, uuid_text),
    0x85: lambda r: [("return.errval", status(r.number(1))), ("return.retval", uuid_text(r)), ("return.desc", r.text())],
}


def records(trail):
    """Each record as (event number, milliseconds since 1970, [(field, value)])."""
    r = Reader(trail)
    while r.at < len(trail):
        start, kind = r.at, r.number(1)
        if kind == 0x11:  # between records
            TOKENS[kind](r)
            continue
        if kind != 0x14:
            raise ValueError(f"no header at {start}: {kind:#x}")
        size = r.number(4)
        r.take(1)
        event = r.number(2)
        r.take(2)
        time = r.number(4) * 1000 + r.number(4)
        fields = []
        while r.at < start + size - 7:
            kind = r.number(1)
            fields += TOKENS[kind](r)
        if r.take(7) != b"\x13\xb1\x05" + size.to_bytes(4, "big"):
            raise ValueError(f"no trailer of the record at {start}")
        yield event, time, fields


def as_trail(content):
    """A lone token gets a header and a trailer; a lone header or trailer holds nothing to compare."""
    if content[0] in (0x13,) or (content[0] == 0x14 and len(content) < int.from_bytes(content[1:5], "big")):
        return None
    if content[0] == 0x14:
        return content
    size = 18 + len(content) + 7
    head = struct.pack(">BIBHHII", 0x14, size, 11, 0, 0, 1_000_000_000, 0)
    return head + content + b"\x13\xb1\x05" + struct.pack(">I", size)


def ours(dump, trail, names, known):
    with tempfile.NamedTemporaryFile(suffix=".bsm") as f:
        f.write(trail)
        f.flush()
        lines = subprocess.run([dump, "bsm", f.name, "--fields", names], capture_output=True, text=True, check=True).stdout
    for line in lines.splitlines():
        event = json.loads(line)
        if "values" in event:
            yield event["event_id"], event["time"], [(n, v) for n, _, v in event["values"] if n in known]


def milliseconds(text):
    import datetime
    whole = datetime.datetime.strptime(text[:19], "%Y-%m-%dT%H:%M:%S").replace(tzinfo=datetime.timezone.utc)
    return int(whole.timestamp()) * 1000 + int(text[20:23])


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("dump_events")
    p.add_argument("paths", nargs="+")
    p.add_argument("--verbose", action="store_true")
    a = p.parse_args()
    files = [f for path in map(pathlib.Path, a.paths) for f in (sorted(path.rglob("*")) if path.is_dir() else [path])]
    totals = {"files": 0, "left out": 0, "records": 0, "values": 0, "different": 0}
    for file in filter(pathlib.Path.is_file, files):
        trail = as_trail(file.read_bytes())
        if trail is None:
            totals["left out"] += 1
            continue
        wanted = list(records(trail))
        known = {n for _, _, fields in wanted for n, _ in fields}
        with tempfile.NamedTemporaryFile("w", suffix=".txt") as names:
            names.write("\n".join(sorted(known)) or "text")
            names.flush()
            got = list(ours(a.dump_events, trail, names.name, known))
        totals["files"] += 1
        totals["records"] += len(wanted)
        if len(wanted) != len(got):
            totals["different"] += 1
            print(f"{file}: {len(wanted)} records, {len(got)} here")
        for (event, time, fields), (event_here, time_here, fields_here) in zip(wanted, got):
            totals["values"] += len(fields)
            if event != event_here or time != milliseconds(time_here) or fields != fields_here:
                totals["different"] += 1
                print(f"{file}: event {event}/{event_here}, time {time}/{time_here}\n  there {fields}\n  here  {fields_here}")
            elif a.verbose:
                print(f"{file}: event {event}: {fields}")
    print(", ".join(f"{v} {k}" for k, v in totals.items()))
    return 1 if totals["different"] else 0


if __name__ == "__main__":
    sys.exit(main())
