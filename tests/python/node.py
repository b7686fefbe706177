"""A weftd of one's own for a test."""

import os
import random
import select
import shutil
import signal
import subprocess
import tempfile


class Node:
    """Runs WEFT_WEFTD on a temporary directory; the same port after a restart."""

    def __init__(self, *flags):
        self.directory = tempfile.mkdtemp(prefix="weft-test-")
        self.flags = flags
        # An address of its own: its ports never collide with those of other tests.
        self.host = "127." + ".".join(str(random.randint(1, 254)) for _ in range(3))
        self.port = 0
        self.process = None
        self.start()

    def start(self):
        self.errors = open(os.path.join(self.directory, "errors"), "ab")
        self.process = subprocess.Popen(
            [os.environ["WEFT_WEFTD"], "--data", os.path.join(self.directory, "data"),
             "--listen", f"{self.host}:{self.port}", "--http", f"{self.host}:0",
             "--password-memory-kib", "64", *self.flags],
            stdout=subprocess.PIPE, stderr=self.errors, text=True)
        ready = select.select([self.process.stdout], [], [], 60)[0]
        line = self.process.stdout.readline() if ready else ""
        if not line.startswith("ready "):
            self.remove()
            raise RuntimeError(f"weftd is not ready: {line!r}")
        words = dict(word.split("=", 1) for word in line.split()[1:])
        self.port = int(words["clients"].rsplit(":", 1)[1])
        self.http = words.get("http", "")

    def end(self, number=signal.SIGKILL):
        """Sends a signal and returns the exit status."""
        self.process.send_signal(number)
        status = self.process.wait(60)
        self.process.stdout.close()
        self.errors.close()
        return status

    def remove(self):
        if self.process.poll() is None:
            self.end()
        shutil.rmtree(self.directory, ignore_errors=True)
