#!/usr/bin/env python3
"""The example at the top of CONTRIBUTING.md compiles without a warning and its tests pass.

usage: contributing_example.py COMPILER CLANG_FORMAT

Each ```cpp block of the document begins with the path of its file.
"""

import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
BLOCK = re.compile(r"^```cpp\n// (\S+)\n(.*?)^```", re.M | re.S)
FLAGS = [
    "-std=c++20", "-Wall", "-Wextra", "-Wpedantic", "-Wshadow", "-Wconversion", "-Wold-style-cast",
    "-Wnon-virtual-dtor", "-Werror", f"-I{ROOT}",
]
MAIN = "#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN\n#include <doctest/doctest.h>\n"


def main():
    compiler, formatter = sys.argv[1:3]
    blocks = BLOCK.findall((ROOT / "CONTRIBUTING.md").read_text())
    if len(blocks) != 3:
        sys.exit(f"expected a header, a source and a test, found {len(blocks)} files")
    with tempfile.TemporaryDirectory() as folder:
        place = pathlib.Path(folder)
        (place / "main.cpp").write_text(MAIN)
        (place / ".clang-format").write_text((ROOT / ".clang-format").read_text())
        written = []
        for name, text in blocks:
            path = place / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
            written.append(path)
        sources = [place / "main.cpp"] + [path for path in written if path.suffix == ".cpp"]
        subprocess.run([formatter, "--dry-run", "--Werror", *written], check=True)
        subprocess.run([compiler, *FLAGS, f"-I{place}", *sources, "-o", place / "example"],
                       check=True)
        ran = subprocess.run([place / "example"], check=True, capture_output=True, text=True)
    # A test executable without cases would pass too.
    if not re.search(r"test cases: +[1-9]", ran.stdout):
        sys.exit(ran.stdout)
    print(ran.stdout, end="")


if __name__ == "__main__":
    main()
