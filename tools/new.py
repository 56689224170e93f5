#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Lays out the files that come with a new source or rule: ./dev new source NAME | rule PRODUCT/CATEGORY/STEM."""
import datetime
import pathlib
import re
import sys
import uuid

ROOT = pathlib.Path(__file__).resolve().parent.parent
LICENCE = "// SPDX-License-Identifier: Apache-2.0\n"


def write(path: str, text: str) -> None:
    target = ROOT / path
    if target.exists():
        sys.exit(f"{path} is already there")
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text, encoding="utf-8")
    print(f"wrote {path}")


def source(name: str) -> None:
    if not re.fullmatch(r"[a-z][a-z0-9]*", name):
        sys.exit("a source's name is lowercase letters and digits")
    write(f"src/sources/{name}/{name}.h", LICENCE + f"""#pragma once
#include <memory>

#include "event/source.h"

namespace stopwarden::{name} {{

/// Sure or not at all; see SourceFormat::sniff.
bool sniff_{name}(Bytes head);

/// Reads ... (what, by which document, what real files do differently).
std::unique_ptr<Source> make_{name}(const SourceOptions& options);

}}  // namespace stopwarden::{name}
""")
    write(f"src/sources/{name}/{name}.cpp", LICENCE + f'#include "sources/{name}/{name}.h"\n')
    write(f"src/sources/{name}/{name}_test.cpp", LICENCE + f'#include "sources/{name}/{name}.h"\n\n#include <gtest/gtest.h>\n')
    write(f"src/sources/{name}/CMakeLists.txt", f"sw_module({name} SOURCES {name}.cpp DEPS base event)\nsw_test({name} SOURCES {name}_test.cpp DEPS {name})\n")
    write(f"fuzz/fuzz_{name}.cpp", LICENCE + f"""#include <cstdint>

#include "sources/{name}/{name}.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {{
  (void)data;
  (void)size;
  return 0;
}}
""")
    write(f"docs/formats/{name}.md", f"# {name}\n\nWhat it is, where it is described, what real files do differently, what is not read.\n")
    print(f"now: a row in src/sources/registry.cpp, add_subdirectory({name}) in src/sources/CMakeLists.txt,\n"
          f"     sw_fuzz({name} DEPS {name}) in fuzz/CMakeLists.txt, a seed in fuzz/corpus/{name}/")


def rule(place: str) -> None:
    if not re.fullmatch(r"[a-z_]+/[a-z_]+/[a-z0-9_]+", place):
        sys.exit("a rule's place is PRODUCT/CATEGORY/STEM, such as windows/process_creation/proc_creation_win_x")
    product, category, stem = place.split("/")
    ident, today = uuid.uuid4(), datetime.date.today().isoformat()
    write(f"rules/{place}.yml", f"""title: ...
id: {ident}
status: experimental
description: |
    Detects ...
    Misses: ...
author: stopwarden
license: Apache-2.0
date: {today}
tags:
    - attack.impact
    - attack.t1489
logsource:
    category: {category}
    product: {product}
detection:
    selection:
        Image|endswith: '...'
    condition: selection
falsepositives:
    - ...
level: low
""")
    write(f"tests/rules/{place}/info.yml", f"""id: {uuid.uuid4()}
description: N/A
date: {today}
author: stopwarden
rule_metadata:
    - id: {ident}
      title: ...
regression_tests_info:
    - name: fires
      type: json
      match_count: 1
      path: fires.ndjson
    - name: close neighbour
      type: json
      match_count: 0
      path: quiet.ndjson
""")
    write(f"tests/rules/{place}/fires.ndjson", "")
    write(f"tests/rules/{place}/quiet.ndjson", "")


def main() -> int:
    kinds = {"source": source, "rule": rule}
    if len(sys.argv) != 3 or sys.argv[1] not in kinds:
        print(__doc__, file=sys.stderr)
        return 2
    kinds[sys.argv[1]](sys.argv[2])
    return 0


if __name__ == "__main__":
    sys.exit(main())
