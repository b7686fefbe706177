#!/usr/bin/env python3
"""The checks of this folder find what they are for: each is run on a small tree with one fault."""

import pathlib
import subprocess
import sys
import tempfile
import unittest

HERE = pathlib.Path(__file__).resolve().parent
LAYERS = ["storage", "actors", "net", "cluster", "bin"]


class Tree:
    """A project in a temporary directory."""

    def __init__(self, files):
        self.folder = tempfile.TemporaryDirectory()
        self.root = pathlib.Path(self.folder.name)
        subprocess.run(["git", "init", "-q", "."], cwd=self.root, check=True)
        for layer in LAYERS:
            (self.root / layer).mkdir()
        for name, text in files.items():
            path = self.root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)

    def run(self, check):
        done = subprocess.run([sys.executable, HERE / check, self.root], capture_output=True,
                              text=True, timeout=60)
        self.folder.cleanup()
        return done.returncode, done.stdout + done.stderr


class Layers(unittest.TestCase):
    def verdict(self, name, line):
        return Tree({name: line + "\n"}).run("check_layers.py")

    def test_a_layer_may_include_what_lies_below(self):
        self.assertEqual(self.verdict("bin/a.cpp", '#include "net/b.hpp"')[0], 0)
        self.assertEqual(self.verdict("actors/a.hpp", '#include "storage/b.hpp"')[0], 0)
        self.assertEqual(self.verdict("net/a.cpp", "#include <caf/actor.hpp>")[0], 0)

    def test_a_layer_may_not_include_what_lies_above_or_beside(self):
        for name, line in [
            ("storage/a.hpp", '#include "actors/b.hpp"'),
            ("actors/a.hpp", '  #  include "cluster/b.hpp"'),
            ("net/deep/a.cpp", '#include "cluster/b.hpp"'),
            ("cluster/a.cpp", '#include "net/b.hpp"'),
            ("storage/proto/a.proto", 'import "net/proto/weft.proto";'),
            ("net/a.cpp", '#include "tests/support/b.hpp"'),
        ]:
            status, output = self.verdict(name, line)
            self.assertEqual(status, 1, line)
            self.assertIn(f"{name}:1:", output)

    def test_caf_stays_out_of_storage_and_rocksdb_in_it(self):
        self.assertEqual(self.verdict("storage/a.cpp", "#include <caf/all.hpp>")[0], 1)
        self.assertEqual(self.verdict("cluster/a.cpp", "#include <rocksdb/db.h>")[0], 1)
        self.assertEqual(self.verdict("storage/a.cpp", "#include <rocksdb/db.h>")[0], 0)

    def test_a_path_that_is_not_rooted_is_refused(self):
        self.assertEqual(self.verdict("net/a.cpp", '#include "b.hpp"')[0], 1)
        self.assertEqual(self.verdict("net/a.cpp", "#include <storage/b.hpp>")[0], 1)

    def test_a_tree_without_the_layers_is_refused(self):
        with tempfile.TemporaryDirectory() as empty:
            done = subprocess.run([sys.executable, HERE / "check_layers.py", empty],
                                  capture_output=True, timeout=60)
            self.assertEqual(done.returncode, 1)


class Tidy(unittest.TestCase):
    def verdict(self, files):
        return Tree(files).run("check_tidy.py")

    def assert_fault(self, files, words):
        status, output = self.verdict(files)
        self.assertEqual(status, 1, words)
        self.assertIn(words, output)

    def test_a_tidy_tree_passes(self):
        self.assertEqual(self.verdict({
            "storage/a.hpp": "// What a is for.\n#pragma once\n",
            "docs/a.md": "# A\n\n[b](b.md#the-second-part) and `storage/a.hpp`\n",
            "docs/b.md": "# B\n\n## The second part\n",
        }), (0, "every house rule is kept\n"))

    def test_long_files_are_found(self):
        self.assert_fault({"net/a.cpp": "//\n" * 401}, "401 lines")
        header = "// A.\n#pragma once\n" + "//\n" * 199
        self.assert_fault({"net/a.hpp": header}, "201 lines")

    def test_headers_without_their_first_lines_are_found(self):
        self.assert_fault({"net/a.hpp": "// A.\n"}, "no #pragma once")
        self.assert_fault({"net/a.hpp": "#pragma once\n"}, "begins with a comment")

    def test_tabs_and_blanks_at_the_end_of_lines_are_found(self):
        self.assert_fault({"net/a.cpp": "\tx\n"}, "net/a.cpp:1: tab")
        self.assert_fault({"net/a.cpp": "x \n"}, "blank at the end")
        self.assert_fault({"net/a.cpp": "x"}, "no newline at the end")

    def test_marks_and_paths_of_a_machine_are_found(self):
        self.assert_fault({"net/a.cpp": "// TO" + "DO later\n"}, "unfinished")
        self.assert_fault({"docs/a.md": "see /ho" + "me/me/x\n"}, "path of one machine")

    def test_bare_sleeps_in_tests_are_found(self):
        line = "std::this_thread::sleep" + "_for(1s);\n"
        self.assert_fault({"tests/net/a_test.cpp": line}, "a bare sleep")
        self.assertEqual(self.verdict({"tests/a.cpp": "// sleep: a slow writer\n" + line})[0], 0)

    def test_links_and_names_that_lead_nowhere_are_found(self):
        self.assert_fault({"docs/a.md": "[b](b.md)\n"}, "no such file")
        self.assert_fault({"docs/a.md": "[b](b.md#c)\n", "docs/b.md": "# B\n"}, "no such heading")
        self.assert_fault({"docs/a.md": "`storage/gone.hpp`\n"}, "`storage/gone.hpp`: no such file")


if __name__ == "__main__":
    unittest.main()
