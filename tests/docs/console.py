"""Runs the ```console blocks of a document in one shell and compares what they print.

A block holds commands and their answers:

    $ weft whoami              run in the reader's shell
    alice$ weft send bob hi    the same with a WEFT_HOME of alice's own
    answer                     the output expected: stdout, and on stderr the lines of errors

Rules of the comparison:
- an answer with an error, `weft: ...` or `{"error":...}`, is for a command that fails: with status
  2 when the error is one of usage, else with 1; every other answer is for one that ends with 0;
- times, dates, UUIDs, addresses and numbers of ten digits or more match any other of their kind;
- runs of blanks count as one, blanks at the ends of lines do not count;
- `...` within a line matches anything in it, a line `...` any number of lines of both streams;
- a command without an answer below it may print anything, but must end with status 0.

All blocks of a document share one shell, in order, so that variables and files stay.
"""

import os
import re
import secrets
import selectors
import signal
import subprocess
import time

BLOCK = re.compile(r"^```console\n(.*?)^```", re.M | re.S)
COMMAND = re.compile(r"^([a-z]*)\$ (.*)$")
ERROR = re.compile(r'weft[a-z-]*: |\{"error":')
USAGE = re.compile(r'.*\(--help tells more\)$|\{"error":"usage"')
LOOSE = [
    (re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"), "<uuid>"),
    (re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d"), "<time>"),
    (re.compile(r"\b\d\d:\d\d\b"), "<time>"),
    (re.compile(r"\b(127\.0\.0\.1|localhost):\d+\b"), "<address>"),
    (re.compile(r"\b[0-9a-f]{16,}\b"), "<number>"),
    (re.compile(r"\b\d{10,}\b"), "<number>"),
    (re.compile(r"[ \t]+"), " "),
]


class Example:
    """One command of a document and the answer it promises."""

    def __init__(self, line_number, user, command):
        self.line_number = line_number
        self.user = user
        self.command = command
        self.answer = []


def examples(text):
    """The commands of a document in order."""
    found = []
    for block in BLOCK.finditer(text):
        number = text.count("\n", 0, block.start()) + 1
        for line in block[1].splitlines():
            number += 1
            if found and found[-1].command.endswith("\\") and not found[-1].answer:
                found[-1].command = found[-1].command[:-1] + line.strip()
            elif command := COMMAND.match(line):
                found.append(Example(number, command[1], command[2]))
            elif found:
                found[-1].answer.append(line)
    return found


def loosened(line):
    for pattern, name in LOOSE:
        line = pattern.sub(name, line)
    return line.rstrip()


def matches(answer, printed):
    """Whether the printed lines are those that the answer promises."""
    wanted = []
    for line in map(loosened, answer):
        if line == "...":
            wanted.append(r"(?:.*\n)*?")
        else:
            wanted.append(".*".join(re.escape(part) for part in line.split("...")) + r"\n")
    text = "".join(loosened(line) + "\n" for line in printed)
    return re.fullmatch("".join(wanted), text) is not None


def promised(answer):
    """What an answer promises: the lines of stdout, the lines of stderr, the exit status."""
    output = [line for line in answer if not ERROR.match(line)]
    errors = [line for line in answer if ERROR.match(line) or line == "..."]
    failures = [line for line in errors if line != "..."]
    if not failures:
        return output, errors, 0
    return output, errors, 2 if any(map(USAGE.match, failures)) else 1


class Shell:
    """A bash that stays alive between commands. Homes of users are in `folder`."""

    def __init__(self, environment, folder, working_directory=None):
        self.folder = folder
        self.process = subprocess.Popen(
            ["bash", "--norc"], cwd=working_directory or folder, env=environment,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            start_new_session=True)
        self.selector = selectors.DefaultSelector()
        for stream in (self.process.stdout, self.process.stderr):
            self.selector.register(stream, selectors.EVENT_READ)

    def run(self, user, command, seconds):
        """Runs a command; gives its exit status and the lines of its stdout and its stderr."""
        end = secrets.token_hex(16)
        home = f"{self.folder}/{user}"
        before, after = ("", "")
        if user:
            before = f"saved=${{WEFT_HOME-}}; export WEFT_HOME={home}\n"
            after = 'if [ "$saved" ]; then WEFT_HOME=$saved; else unset WEFT_HOME; fi\n'
        script = (f"{before}{{ {command}\n}} </dev/null\nstatus=$?\n{after}"
                  f"printf '\\n%s %s\\n' {end} $status | tee /dev/stderr\n(exit $status)\n")
        self.process.stdin.write(script.encode())
        self.process.stdin.flush()
        texts = []
        for printed in self._read_until(end, time.monotonic() + seconds):
            text, _, status = printed.rpartition(f"\n{end} ")
            texts.append(text.splitlines())
        return int(status), *texts

    def _read_until(self, end, deadline):
        """Reads both streams until each has said the end."""
        data = {self.process.stdout: b"", self.process.stderr: b""}
        last = re.compile(rb"\n" + end.encode() + rb" \d+\n$")
        while not all(map(last.search, data.values())):
            so_far = "\n".join(text.decode(errors="replace") for text in data.values())
            ready = self.selector.select(deadline - time.monotonic())
            if not ready:
                self.close()
                raise TimeoutError(f"no end in time; printed so far:\n{so_far}")
            for key, _ in ready:
                chunk = key.fileobj.read1(65536)
                if not chunk:
                    raise EOFError(f"the shell ended; it printed:\n{so_far}")
                data[key.fileobj] += chunk
        return [text.decode(errors="replace").rstrip("\n") for text in data.values()]

    def close(self):
        """Ends the shell and what runs in it; may be called again."""
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
        self.selector.close()
        self.process.wait()
        self.process.stdin.close()
        self.process.stdout.close()
        self.process.stderr.close()


def check(example, shell, seconds=30):
    """Runs one example; gives None, or what is wrong with it."""
    status, output, errors = shell.run(example.user, example.command, seconds)
    wanted_output, wanted_errors, wanted_status = promised(example.answer)
    said = ["on stdout:", *output, "on stderr:", *errors]
    if status != wanted_status:
        return "\n".join([f"ended with status {status}, not {wanted_status}", *said])
    if example.answer and not (matches(wanted_output, output) and matches(wanted_errors, errors)):
        return "\n".join(["promised:", *example.answer, *said])
    return None
