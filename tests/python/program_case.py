"""What the tests of weft, weftctl and weft-bench as processes share."""

import os
import pathlib
import subprocess
import tempfile
import unittest

from node import Node


class ProgramCase(unittest.TestCase):
    """Programs run with homes below a temporary folder; nothing of the caller's is used."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="weft-test-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.server = ""

    def command(self, program, *arguments, user="nobody", server=None, **environment):
        """What subprocess needs to run a program."""
        known = {
            "PATH": os.environ["PATH"], "HOME": str(self.folder), "LANG": "C.UTF-8",
            "WEFT_HOME": str(self.folder / user), "WEFT_PASSWORD": "correct horse battery",
            "WEFT_SERVER": self.server if server is None else server,
        }
        return {"args": [os.path.join(os.environ["WEFT_PROGRAMS"], program), *arguments],
                "env": {**known, **environment}, "text": True}

    def run_program(self, program, *arguments, stdin="", stdout=subprocess.PIPE, **named):
        return subprocess.run(**self.command(program, *arguments, **named), input=stdin,
                              stdout=stdout, stderr=subprocess.PIPE, timeout=120)

    def weft(self, user, *arguments, status=0, **named):
        """Runs weft as a user; the exit status must be as expected."""
        done = self.run_program("weft", *arguments, user=user, **named)
        self.assertEqual(done.returncode, status, (arguments, done.stdout, done.stderr))
        return done

    def one_error(self, done, status):
        """The program has failed with this status and one line on stderr; gives the line."""
        self.assertEqual(done.returncode, status, (done.args, done.stdout, done.stderr))
        self.assertEqual(done.stderr.count("\n"), 1, (done.args, done.stderr))
        return done.stderr.rstrip("\n")


class NodeCase(ProgramCase):
    """The same with a node, and ann and bob who have accounts and never wrote to each other."""

    users = ("ann", "bob")

    def setUp(self):
        super().setUp()
        self.node = Node()
        self.addCleanup(self.node.remove)
        self.server = f"{self.node.host}:{self.node.port}"
        for user in self.users:
            self.weft(user, "register", user)
