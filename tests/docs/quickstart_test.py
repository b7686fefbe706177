#!/usr/bin/env python3
"""bin/quickstart shows two users who chat, keeps its node running, and stops it in order. What
README.md says to type meanwhile in another terminal has the answers that it shows.

Run by tests/run after the release build, whose programs quickstart uses. Each part starts the
script as a person would and ends it with what Ctrl-C sends.
"""

import os
import pathlib
import re
import signal
import socket
import subprocess
import tempfile
import threading
import unittest

import console

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAMS = ROOT / "build/release/bin"
RUNNING = "until you press Ctrl-C"


class Quickstart:
    """The running script and what it has printed."""

    def __init__(self, test, folder, *arguments):
        self.process = subprocess.Popen(
            [ROOT / "bin/quickstart", *arguments], stdin=subprocess.DEVNULL, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True,
            env=dict(os.environ, WEFT_QUICKSTART_DIR=folder, TERM="dumb"))
        # A script that hangs is ended, so that reading its output ends; it takes its node along.
        self.guard = threading.Timer(1200, self.process.terminate)
        self.guard.daemon = True
        self.guard.start()
        self.printed = ""
        test.addCleanup(self.close)

    def read_until(self, words):
        """Reads on until a line has the words, or the script ends."""
        for line in self.process.stdout:
            self.printed += line
            if words in line:
                return self.printed
        raise AssertionError(f"never said '{words}':\n{self.printed}")

    def address(self):
        return re.search(r"clients=(\S+)", self.printed)[1]

    def end(self):
        """Sends Ctrl-C; gives the exit status and all that was printed."""
        self.process.send_signal(signal.SIGINT)
        return self.wait()

    def wait(self):
        """Reads to the end; gives the exit status and all that was printed."""
        self.printed += self.process.stdout.read()
        return self.process.wait(timeout=60), self.printed

    def close(self):
        """Ends the script if the test has not, whatever became of the test."""
        self.guard.cancel()
        if self.process.poll() is None:
            self.process.terminate()
            self.process.wait(timeout=60)
        self.process.stdout.close()


def weft(home, address, *arguments):
    return subprocess.run([PROGRAMS / "weft", *arguments], capture_output=True, text=True,
                          timeout=60, check=True, stdin=subprocess.DEVNULL,
                          env=dict(os.environ, WEFT_HOME=str(home), WEFT_SERVER=address)).stdout


class TwoUsers(unittest.TestCase):
    def test_two_starts_on_one_directory(self):
        with tempfile.TemporaryDirectory() as folder:
            first = Quickstart(self, folder, "--port", "0")
            printed = first.read_until(RUNNING)
            self.assertRegex(printed, r"bob: Yes, and it is on disk")
            self.assertRegex(printed, r"alice: Hello Bob")
            self.follow_readme(folder, first.address())
            status, printed = first.end()
            self.assertEqual(status, 0, printed)
            self.assertIn("the node has stopped", printed)

            second = Quickstart(self, folder, "--port", "0")
            second.read_until(RUNNING)
            alice = pathlib.Path(folder) / "alice"
            history = weft(alice, second.address(), "history", "carol")
            self.assertIn("carol: Hello Alice", history)
            both = weft(alice, second.address(), "history", "bob", "--json").splitlines()
            self.assertEqual(len(both), 4)
            status, printed = second.end()
            self.assertEqual(status, 0, printed)
            self.assertNotIn("register alice", printed)

    def follow_readme(self, folder, address):
        """Does in another terminal what README.md says."""
        text = (ROOT / "README.md").read_text().replace("build/quickstart", folder)
        environment = dict(os.environ, HOME=folder, WEFT_SERVER=address,
                           WEFT_PASSWORD="long enough")
        shell = console.Shell(environment, folder, ROOT)
        self.addCleanup(shell.close)
        commands = console.examples(text)
        self.assertGreater(len(commands), 3)
        for each in commands:
            self.assertIsNone(console.check(each, shell), each.command)

    def test_a_busy_port_is_told(self):
        with tempfile.TemporaryDirectory() as folder, socket.create_server(("", 0)) as held:
            script = Quickstart(self, folder, "--no-demo", "--port", str(held.getsockname()[1]))
            status, printed = script.wait()
            self.assertEqual(status, 1, printed)
            self.assertIn("is in use", printed)


if __name__ == "__main__":
    # A shell in the background may have started this with Ctrl-C ignored, which children inherit.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    unittest.main()
