#!/usr/bin/env python3
"""Fails when a file breaks a house rule that no compiler knows. CONTRIBUTING.md has the rules.

usage: check_tidy.py [ROOT]

Checks the files that git tracks or would track: length, tabs, first lines of headers, marks of
unfinished work, paths of one machine, words we do not use, and links and file names in documents.
"""

import pathlib
import re
import subprocess
import sys

LINES_MAX = {".cpp": 400, ".hpp": 200, ".py": 400, ".js": 400}
CODE = {".cpp", ".hpp", ".py", ".js", ".cmake", ".proto", ".sh", ""}
TOP_FOLDERS = {
    "actors", "bin", "cluster", "cmake", "docs", "net", "packaging", "storage", "tests", ".ci",
}

# What may stand nowhere. Each pattern is written so that it does not match itself.
BANNED = [
    (re.compile(r"\b(TO[D]O|FIX[M]E|X[X]X|HA[C]K)\b"), "mark of unfinished work"),
    (re.compile(r"\b(not|un)[- ]?implement[e]d\b", re.I), "mark of unfinished work"),
    (re.compile(r"(?<![\w.:/-])/(home|work|root|Users)/[\w.]"), "path of one machine"),
    (re.compile(r"\b(white|black)[l]ist"), "say allowed or denied"),
]
# What may not stand in C++.
BANNED_CPP = [
    (re.compile(r"\busing namespace st[d];"), "names the whole of std"),
    (re.compile(r"\bassert\(fals[e]\)"), "ends the process: return an error"),
]
# A test waits for a condition. Where a pause is the point, a comment "sleep: why" stands beside it.
SLEEP = re.compile(r"\b(sleep_(for|until)|time\.slee[p])\b")

LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")
CODE_SPAN = re.compile(r"`([^`\s]+)`")
HEADING = re.compile(r"^#{1,6}\s+(.*)$", re.M)
FENCE = re.compile(r"^```.*?^```", re.M | re.S)


def project_files(root):
    """The files that git tracks or would track, generated ones excluded."""
    listed = subprocess.run(
        ["git", "-c", f"safe.directory={root}", "ls-files", "-z", "--cached", "--others",
         "--exclude-standard"],
        cwd=root, check=True, capture_output=True, text=True,
    ).stdout
    paths = (root / name for name in sorted(set(listed.split("\0"))) if name)
    return [path for path in paths if path.is_file()]


def text_of(path):
    """The text of a file, or None when it is not text."""
    data = path.read_bytes()
    if b"\0" in data:
        return None
    try:
        return data.decode()
    except UnicodeDecodeError:
        return None


def check_lines(name, suffix, text):
    """Yields faults that are seen line by line."""
    lines = text.splitlines()
    ceiling = LINES_MAX.get(suffix)
    if ceiling and len(lines) > ceiling:
        yield f"{name}: {len(lines)} lines, more than {ceiling}: would two names say more?"
    banned = BANNED + (BANNED_CPP if suffix in {".cpp", ".hpp"} else [])
    for number, line in enumerate(lines, 1):
        if suffix in CODE and "\t" in line:
            yield f"{name}:{number}: tab"
        if line != line.rstrip() and suffix != ".md":
            yield f"{name}:{number}: blank at the end of the line"
        for pattern, why in banned:
            if found := pattern.search(line):
                yield f"{name}:{number}: '{found[0]}': {why}"
        if SLEEP.search(line) and name.startswith("tests/") and not name.startswith("tests/bench/"):
            if "sleep:" not in "".join(lines[max(0, number - 3):number]):
                yield f"{name}:{number}: a bare sleep: wait, or say 'sleep: why' beside it"
    if text and not text.endswith("\n"):
        yield f"{name}: no newline at the end"


def check_header(name, text):
    """Yields faults of the first lines of a header."""
    lines = text.splitlines()
    if not lines or not re.match(r"// \S", lines[0]):
        yield f"{name}: a header begins with a comment that says what it is for"
    if "#pragma once" not in lines:
        yield f"{name}: no #pragma once"


def anchor_of(heading):
    """The anchor that a heading gets on the usual hosts."""
    text = re.sub(r"[`*]|\[([^\]]*)\]\([^)]*\)", r"\1", heading).strip().lower()
    return re.sub(r"[^\w\- ]", "", text).replace(" ", "-")


def check_document(root, path, text):
    """Yields links and file names of a document that lead nowhere."""
    name = path.relative_to(root)
    prose = FENCE.sub("", text)
    for target in LINK.findall(prose):
        if re.match(r"[a-z]+:", target):
            continue
        file, _, anchor = target.partition("#")
        place = (path.parent / file).resolve() if file else path
        if not place.exists():
            yield f"{name}: link to {target}: no such file"
        elif anchor and place.suffix == ".md":
            known = {anchor_of(each) for each in HEADING.findall(FENCE.sub("", place.read_text()))}
            if anchor not in known:
                yield f"{name}: link to {target}: no such heading"
    for span in CODE_SPAN.findall(prose):
        top, slash, rest = span.partition("/")
        if not slash or top not in TOP_FOLDERS or not re.fullmatch(r"[\w./-]+", rest):
            continue
        if not (root / span).exists() and "." in rest:
            yield f"{name}: `{span}`: no such file"


def faults(root):
    """Yields one line for each fault under `root`."""
    for path in project_files(root):
        text = text_of(path)
        if text is None:
            continue
        name = str(path.relative_to(root))
        if name == "LICENSE":
            continue
        yield from check_lines(name, path.suffix, text)
        if path.suffix == ".hpp":
            yield from check_header(name, text)
        if path.suffix == ".md":
            yield from check_document(root, path, text)


def main():
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else __file__).resolve()
    if root.is_file():
        root = root.parents[2]
    found = list(faults(root))
    print("\n".join(found) if found else "every house rule is kept")
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
