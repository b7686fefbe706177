#!/usr/bin/env python3
"""Runs the ```console blocks of documents against a real node. console.py has the rules.

usage: console_examples.py PROGRAMS DOCUMENT...

PROGRAMS is the folder of weftd and weft. Each document gets a node with an empty store on a free
port, an empty home and a shell in which WEFT_SERVER and WEFT_PASSWORD are set.
"""

import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile

import console

ROOT = pathlib.Path(__file__).resolve().parents[2]


class Node:
    """A weftd with an empty store."""

    def __init__(self, programs, folder):
        self.process = subprocess.Popen(
            [programs / "weftd", "--data", folder / "node", "--listen", "127.0.0.1:0", "--http",
             "127.0.0.1:0"],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        for line in self.process.stdout:
            if found := re.match(r"ready .*clients=(\S+)", line):
                self.address = found[1]
                return
        raise RuntimeError(f"weftd did not start; status {self.process.wait(timeout=60)}")

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        status = self.process.wait(timeout=60)
        self.process.stdout.close()
        if status != 0:
            raise RuntimeError(f"weftd ended with status {status}")


def check_document(programs, document):
    """Yields what is wrong with a document."""
    found = console.examples(document.read_text())
    if not found:
        yield f"{document.name}: no ```console block"
        return
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        node = Node(programs, folder)
        environment = {
            "PATH": f"{programs}:{os.environ['PATH']}", "HOME": name, "LANG": "C.UTF-8",
            "WEFT_SERVER": node.address, "WEFT_PASSWORD": "correct horse battery",
        }
        shell = console.Shell(environment, name)
        try:
            for example in found:
                wrong = console.check(example, shell)
                if wrong:
                    yield f"{document.name}:{example.line_number}: $ {example.command}\n{wrong}"
        finally:
            shell.close()
            node.stop()
    print(f"{document.name}: {len(found)} commands")


def main():
    programs = pathlib.Path(sys.argv[1]).resolve()
    wrong = [each for name in sys.argv[2:] for each in check_document(programs, ROOT / name)]
    print("\n\n".join(wrong))
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
