#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes a C++ file that holds text files: embed.py OUT.cpp SYMBOL ROOT FILE... (paths below ROOT, sorted)."""
import pathlib
import sys


def literal(data: bytes) -> str:
    """The bytes as adjacent string literals of at most 2,000 characters, safe from trigraphs and hex run-ons."""
    out = []
    for start in range(0, len(data), 1000):
        chars = []
        for b in data[start:start + 1000]:
            if b == 0x0A:
                chars.append("\\n")
            elif b in (0x22, 0x5C):
                chars.append("\\" + chr(b))
            elif b == 0x3F:
                chars.append("\\?")
            elif 0x20 <= b < 0x7F:
                chars.append(chr(b))
            else:
                chars.append(f"\\{b:03o}")
        out.append('"' + "".join(chars) + '"')
    return "\n      ".join(out) or '""'


def main() -> int:
    out, symbol, root, *files = sys.argv[1:]
    root = pathlib.Path(root)
    rows = []
    for name in sorted(files):
        data = (root / name).read_bytes()
        rows.append(f'    {{"{name}", std::string_view(\n      {literal(data)}, {len(data)})}},')
    text = ("// Made by tools/embed.py; do not edit.\n#include \"content/content.h\"\n#include <array>\n"
            f"namespace stopwarden {{\nnamespace {{\nconstexpr std::array<EmbeddedFile, {len(rows)}> kFiles{{{{\n"
            + "\n".join(rows) + f"\n}}}};\n}}  // namespace\nstd::span<const EmbeddedFile> {symbol}() {{ return kFiles; }}\n}}  // namespace stopwarden\n")
    target = pathlib.Path(out)
    if not target.exists() or target.read_text() != text:
        target.write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
