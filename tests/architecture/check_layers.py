#!/usr/bin/env python3
"""Fails when a file includes what lies above it, or beside it, in the order of layers.

usage: check_layers.py [ROOT]

The order is the picture in docs/architecture.md. All include paths are rooted at the repository, so
the linker cannot see a header that leaks upwards; this check can. Tests may include everything.
"""

import pathlib
import re
import sys

# What each layer may include besides itself.
BELOW = {
    "storage": set(),
    "actors": {"storage"},
    "net": {"actors", "storage"},
    "cluster": {"actors", "storage"},
    "bin": {"net", "cluster", "actors", "storage"},
}

# Libraries that only some layers may see: header prefix -> layers.
LIBRARIES = {
    "caf/": {"actors", "net", "cluster", "bin"},
    "rocksdb/": {"storage"},
    "boost/": {"net", "bin"},
    "openssl/": {"net"},
}

SUFFIXES = {".cpp", ".hpp", ".proto"}
QUOTED = re.compile(r'^\s*(?:#\s*include|import)\s+"([^"]+)"')
ANGLED = re.compile(r"^\s*#\s*include\s+<([^>]+)>")


def faults_of_line(layer, line):
    """Yields what is wrong with one line of a file of `layer`."""
    if quoted := QUOTED.match(line):
        target = quoted[1]
        top = target.split("/")[0] if "/" in target else None
        if top is None:
            yield f'"{target}" is not rooted at the repository'
        elif top not in BELOW and top != "google":
            yield f'"{target}" is in no layer'
        elif top in BELOW and top != layer and top not in BELOW[layer]:
            yield f'{layer} must not include "{target}"'
    elif angled := ANGLED.match(line):
        target = angled[1]
        if target.split("/")[0] in BELOW:
            yield f'<{target}> is ours: include it as "{target}"'
        for prefix, layers in LIBRARIES.items():
            if target.startswith(prefix) and layer not in layers:
                yield f"{layer} must not include <{target}>"


def faults(root):
    """Yields one line for each fault under `root`."""
    for layer in BELOW:
        for path in sorted((root / layer).rglob("*")):
            if path.suffix not in SUFFIXES:
                continue
            for number, line in enumerate(path.read_text().splitlines(), 1):
                for fault in faults_of_line(layer, line):
                    yield f"{path.relative_to(root)}:{number}: {fault}"


def main():
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else __file__).resolve()
    if root.is_file():
        root = root.parents[2]
    missing = [layer for layer in BELOW if not (root / layer).is_dir()]
    if missing:
        sys.exit(f"no folder {', '.join(missing)} under {root}")
    found = list(faults(root))
    print("\n".join(found) if found else "every include follows the order of layers")
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
