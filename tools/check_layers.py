#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Fails when a file includes a module its own module may not use, or when ARCHITECTURE.md and this table differ.

The table is the dependency rule of ARCHITECTURE.md. Data moves down only; no module knows what is above it.
"""
import graphlib
import pathlib
import re
import sys

ALLOWED = {  # module: modules it may include (itself is always allowed)
    "base": "",
    "platform": "base",
    "yaml": "base",
    "event": "base",
    "input": "base platform yaml",
    "sources": "base event",
    "detect": "base event",
    "detect/sigma": "base yaml event detect",
    "detect/ledger": "base event detect",
    "content": "base yaml",
    "finding": "base platform event detect",
    "output": "base platform event detect finding",
    "pipeline": "base platform input event sources detect detect/sigma detect/ledger finding",
}
ALLOWED = {name: set(uses.split()) for name, uses in ALLOWED.items()}
list(graphlib.TopologicalSorter(ALLOWED).static_order())  # raises CycleError on a loop

# A library is used by one module; headers of the platform stay in .cpp files.
LIBRARIES = {
    "archive.h": "input", "archive_entry.h": "input",
    "yaml-cpp/": "yaml", "simdjson.h": "sources", "pugixml.hpp": "sources",
    "lzma.h": "sources", "lz4.h": "sources", "zstd.h": "sources", "zstd_errors.h": "sources",
    "re2/": "detect/sigma", "pcre2.h": "detect/sigma", "utf8proc.h": "base", "nettle/": "base", "utf8.h": "base",
    "CLI/": "apps",
}
PLATFORM = re.compile(r"^(unistd|fcntl|dirent|signal|termios|poll|sched|link|elf|sys/.*|windows|systemd/.*|bpf/.*)(\.h)?$")
PLATFORM_IN = {"platform", "input", "apps"}
OURS = re.compile(r'^\s*#\s*include\s+"([a-z_0-9/]+)/[^/"]+"')
THEIRS = re.compile(r"^\s*#\s*include\s+<([^>]+)>")


def module_of(folder: str) -> str:
    """Longest known module that is `folder` or one of its parents."""
    while folder and folder not in ALLOWED:
        folder = folder.rpartition("/")[0]
    return folder


def main() -> int:
    root = pathlib.Path(__file__).resolve().parent.parent
    problems = []
    files = [(f, module_of(f.parent.relative_to(root / "src").as_posix())) for f in sorted((root / "src").rglob("*"))]
    files += [(f, "apps") for f in sorted((root / "apps").rglob("*"))]
    seen = set()
    for f, own in files:
        if f.suffix not in {".h", ".cpp"}:
            continue
        name = f.relative_to(root)
        if not own:
            problems.append(f"{name}: folder is in no module; add it to ALLOWED")
        seen.add(own)
        test = f.stem.endswith("_test")
        for n, line in enumerate(f.read_text(encoding="utf-8").splitlines(), 1):
            if m := OURS.match(line):
                used = module_of(m[1])
                if used and own != "apps" and used != own and used not in ALLOWED.get(own, set()) and not test:
                    problems.append(f"{name}:{n}: '{own}' may not include '{used}/'")
                if m[1].startswith(("apps", "tests")) and not test:
                    problems.append(f"{name}:{n}: nobody includes '{m[1]}/'")
            elif m := THEIRS.match(line):
                for prefix, owner in LIBRARIES.items():
                    if (m[1] == prefix or (prefix.endswith("/") and m[1].startswith(prefix))) and own != owner and not test:
                        problems.append(f"{name}:{n}: <{m[1]}> is wrapped by '{owner}'; only that module uses it")
                if PLATFORM.match(m[1]) and (own not in PLATFORM_IN or f.suffix == ".h") and not test:
                    problems.append(f"{name}:{n}: <{m[1]}> belongs in a .cpp file of {', '.join(sorted(PLATFORM_IN))}")
    for module in sorted(set(ALLOWED) - seen):
        problems.append(f"tools/check_layers.py: module '{module}' has no code; leave it out until it does")
    architecture = (root / "ARCHITECTURE.md").read_text(encoding="utf-8")
    for module in sorted(ALLOWED):
        if not re.search(rf"^\|\s*`{re.escape(module)}`\s*\|", architecture, re.M):
            problems.append(f"ARCHITECTURE.md: no line for module '{module}' in its table")
    print("\n".join(problems) if problems else f"layers: {len(files)} files, {len(ALLOWED)} modules, no wrong include")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
