#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The style test: what review should not have to look for. Run by ctest and ./dev check.

Fails on banned words, missing licence lines, machine paths, tests that are switched off, links that lead nowhere,
source formats, modules or rules without the things that must come with them; reports files that grow too long.
"""
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
BANNED = {  # in C++: pattern -> why
    r"\bstd::regex\b": "slow and locale-bound; RE2 lives in detect/sigma",
    r"\bstrtok\b": "not reentrant",
    r"\busing namespace std;": "names must say where they come from",
    r"\b(FIXME|XXX)\b": "finish it, or open an issue",
    r"\bTODO\b(?!\(#\d+\))": "needs an issue number: TODO(#12)",
    r"\bstd::(tolower|toupper|isspace|stoi|stol|stod|stoul)\b": "depends on the locale or throws; see base/text.h",
    r"\bGTEST_SKIP\b": "a test that cannot run says so by failing",
    r"\bTEST(_F|_P)?\(\s*DISABLED_|,\s*DISABLED_": "no test is switched off in silence",
    r"\breinterpret_cast<[^>]*(Header|Record)\s*\*": "read_struct copies out of hostile bytes",
}
PLACES = re.compile(r"(^|[\s\"'(=:])/(work|farm|root)/")
LONG = 600


def tracked() -> list[pathlib.Path]:
    out = subprocess.run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=ROOT,
                         capture_output=True, check=True).stdout
    return [ROOT / p for p in out.decode().split("\0") if p and (ROOT / p).is_file()]


def cpp_problems(path: pathlib.Path, lines: list[str]) -> list[str]:
    name = path.relative_to(ROOT)
    out = []
    if not lines or lines[0] != "// SPDX-License-Identifier: Apache-2.0":
        out.append(f"{name}:1: the first line must be the SPDX line")
    if path.suffix == ".h" and "#pragma once" not in lines[:12]:
        out.append(f"{name}:1: no #pragma once near the top")
    for n, line in enumerate(lines, 1):
        for pattern, why in BANNED.items():
            if re.search(pattern, line):
                out.append(f"{name}:{n}: {re.search(pattern, line)[0].strip()}: {why}")
        if re.search(r"\bthrow\b(?!\")", line) and re.match(r"src/(sources|detect)/", str(name)) and not path.stem.endswith("_test") and not line.strip().startswith("//"):
            out.append(f"{name}:{n}: no throw in sources/ and detect/")
    return out


def link_problems(path: pathlib.Path, text: str) -> list[str]:
    out = []
    for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", text):
        if "://" not in target and not target.startswith("mailto:") and not (path.parent / target).exists():
            out.append(f"{path.relative_to(ROOT)}: link to {target}, which is not there")
    return out


def plug_in_problems() -> list[str]:
    out = []
    registry = ROOT / "src/sources/registry.cpp"
    for name in re.findall(r'^\s*SourceFormat\{"([a-z_]+)"', registry.read_text(encoding="utf-8"), re.M):
        for need in (f"src/sources/{name}", "fuzz/corpus"):
            if not (ROOT / need).exists():
                out.append(f"src/sources/registry.cpp: format '{name}' needs {need}")
        if not list((ROOT / "docs/formats").glob(f"*{name}*.md")):
            out.append(f"src/sources/registry.cpp: format '{name}' has no page in docs/formats/")
        if not list((ROOT / "fuzz").glob(f"fuzz_{name}*.cpp")):
            out.append(f"src/sources/registry.cpp: format '{name}' has no fuzz target")
    for target in (ROOT / "fuzz").glob("fuzz_*.cpp"):
        corpus = ROOT / "fuzz/corpus" / target.stem.removeprefix("fuzz_")
        if not corpus.is_dir() or not any(corpus.iterdir()):
            out.append(f"{target.relative_to(ROOT)}: no seeds in {corpus.relative_to(ROOT)}")
    for test in (ROOT / "src").rglob("*_test.cpp"):
        built = test.parent
        while not (built / "CMakeLists.txt").exists():
            built = built.parent
        texts = "".join(f.read_text(encoding="utf-8") for f in list(built.glob("CMakeLists.txt")) + list(built.glob("*.cmake")))
        if not re.search(rf"^[^#\n]*{re.escape(test.name)}", texts, re.M):
            out.append(f"{test.relative_to(ROOT)}: no CMake file builds this test")
    for rule in sorted((ROOT / "rules").rglob("*.yml")):
        if not (ROOT / "tests/rules" / rule.relative_to(ROOT / "rules").with_suffix("") / "info.yml").exists():
            out.append(f"{rule.relative_to(ROOT)}: no events that must and must not fire (tests/rules/.../info.yml)")
    return out


def main() -> int:
    problems, notes = [], []
    for path in tracked():
        if path.suffix not in {".h", ".cpp", ".md", ".py", ".yml", ".txt", ".cmake", ".json", ""} or "corpus" in path.parts:
            continue
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        lines = text.splitlines()
        if path.suffix in {".h", ".cpp"}:
            problems += cpp_problems(path, lines)
            if len(lines) > LONG:
                notes.append(f"note: {path.relative_to(ROOT)} has {len(lines)} lines; over {LONG} it probably does two things")
        if path.suffix == ".md":
            problems += link_problems(path, text)
        if path != pathlib.Path(__file__).resolve():
            for n, line in enumerate(lines, 1):
                if PLACES.search(line) and "tests/rules" not in str(path) and "samples" not in str(path):
                    problems.append(f"{path.relative_to(ROOT)}:{n}: a path of somebody's machine")
    problems += plug_in_problems()
    print("\n".join(notes + problems))
    print(f"style: {len(problems)} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
