"""What docs/cli.md promises of every program: exit codes, errors, output that is not lost."""

import json
import socket
import unittest

from program_case import NodeCase, ProgramCase

UUID_V4 = "01890a5d-ac96-474b-bcce-b302099a8057"


class ExitCodes(ProgramCase):
    def test_wrong_usage_ends_with_2(self):
        for command in [
            ("weft",), ("weft", "bogus"), ("weft", "--server", "nonsense", "whoami"),
            ("weft", "whoami", "--server", "host:0"), ("weft", "--patience", "never", "whoami"),
            ("weft", "register", "No Name"), ("weft", "send", "bob"), ("weft", "send", "bob", ""),
            ("weft", "send", "bob", "hi", "--id", "nonsense"),
            ("weft", "send", "bob", "hi", "--id", UUID_V4),
            ("weftctl",), ("weftctl", "status", "--server", "nonsense"),
            ("weft-bench",), ("weft-bench", "direct", "--server", "nonsense"),
            ("weft-bench", "direct", "--clients", "3"),
        ]:
            done = self.run_program(*command)
            line = self.one_error(done, 2)
            self.assertTrue(line.startswith(command[0] + ": "), line)
            self.assertTrue(line.endswith("(--help tells more)"), line)
            self.assertEqual(done.stdout, "")
            if len(command) > 1:
                error = json.loads(self.one_error(self.run_program(*command, "--json"), 2))
                self.assertEqual((error["error"], error["outcome"]), ("usage", "nothing_written"))

    def test_an_address_of_the_environment_is_checked_too(self):
        for command in [("weft", "whoami"), ("weftctl", "status"), ("weft-bench", "direct")]:
            self.one_error(self.run_program(*command, server="nonsense"), 2)

    def test_anything_else_ends_with_1(self):
        self.one_error(self.run_program("weft", "whoami"), 1)
        with socket.socket() as nobody:
            # Bound and not listening: nobody answers there.
            nobody.bind(("127.0.0.1", 0))
            server = "127.0.0.1:%d" % nobody.getsockname()[1]
            for command in [("weft", "register", "ann"), ("weftctl", "status"),
                            ("weft-bench", "direct", "--clients", "2")]:
                done = self.run_program(*command, server=server)
                self.assertIn("cannot reach " + server, self.one_error(done, 1))
                self.assertEqual(done.stdout, "")
                done = self.run_program(*command, "--json", server=server)
                self.assertEqual(json.loads(self.one_error(done, 1))["error"], "unavailable")


class FullOutput(NodeCase):
    def test_output_that_cannot_be_written_is_a_failure(self):
        self.weft("ann", "send", "bob", "one")
        commands = [
            ("ann", "weft", "--help"), ("ann", "weft", "--version"), ("ann", "weft", "whoami"),
            ("ann", "weft", "send", "bob", "two"), ("ann", "weft", "threads"),
            ("ann", "weft", "history", "bob"), ("ann", "weft", "read", "bob"),
            ("bob", "weft", "listen", "--count", "1"), ("bob", "weft", "chat", "ann"),
            ("bob", "weftctl", "status"), ("bob", "weft-bench", "--help"),
            ("bob", "weft-bench", "floor", "--clients", "2", "--seconds", "0.1", "--json"),
        ]
        for user, *command in commands:
            with open("/dev/full", "w") as full:
                done = self.run_program(*command, user=user, stdout=full)
            self.assertIn("failed to write the output", self.one_error(done, 1), command)
        # What was not seen is not marked as seen.
        seen = self.weft("bob", "listen", "--count", "2", "--timeout", "30", "--json").stdout
        self.assertEqual([json.loads(line)["body"] for line in seen.splitlines()], ["one", "two"])


if __name__ == "__main__":
    unittest.main()
