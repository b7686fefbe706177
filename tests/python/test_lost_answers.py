"""What weft says and keeps when the answer of its server is lost: a Relay stands in between."""

import json
import re
import shutil
import signal
import subprocess
import unittest

from program_case import NodeCase
from relay import Relay

UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}"


class LostAnswers(NodeCase):
    def setUp(self):
        super().setUp()
        self.relay = Relay(self.node.host, self.node.port)
        self.addCleanup(self.relay.close)

    def lose(self, kind, user, *arguments, **named):
        """Runs weft through the relay, which loses all answers to this kind of request."""
        self.relay.lose = kind
        done = self.run_program("weft", "--patience", "3", *arguments, user=user,
                                server=self.relay.address, **named)
        self.relay.await_answers(kind)
        return done

    def start(self, user, *arguments, **named):
        """Starts weft in the background, through the relay."""
        process = subprocess.Popen(
            **self.command("weft", *arguments, user=user, server=self.relay.address, **named),
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.addCleanup(self.end, process)
        return process

    def end(self, process):
        if process.poll() is None:
            process.kill()
        process.communicate()

    def kept(self, user):
        return (self.folder / user / "identity.toml").read_text()

    def test_a_registration_is_made_by_the_next_run(self):
        line = self.one_error(self.lose("register", "carol", "register", "carol"), 1)
        self.assertIn("may have been made: run weft register carol again", line)
        error = json.loads(self.one_error(
            self.lose("register", "carol", "register", "carol", "--json"), 1))
        self.assertEqual(error["outcome"], "unknown_retry_same_id")
        # The account exists: nobody else gets the name, this home does.
        self.one_error(self.run_program("weft", "register", "carol", user="dave"), 1)
        wrong = self.run_program("weft", "register", "carol", user="carol",
                                 WEFT_PASSWORD="another password")
        self.assertIn("with another password", self.one_error(wrong, 1))
        done = self.weft("carol", "register", "carol")
        self.assertIn("registered, signed in as carol", done.stdout)
        self.assertNotIn("registration", self.kept("carol"))
        self.weft("carol", "send", "ann", "hello")

    def test_a_registration_survives_the_end_of_the_program(self):
        self.relay.hold = "register"
        process = self.start("carol", "register", "carol")
        self.relay.await_answers("register")
        process.send_signal(signal.SIGKILL)
        process.wait(30)
        self.assertIn("registration", self.kept("carol"))
        self.weft("carol", "register", "carol")

    def test_a_name_of_somebody_else_is_not_kept(self):
        self.one_error(self.run_program("weft", "register", "ann", user="carol"), 1)
        self.assertNotIn("registration", self.kept("carol"))

    def test_a_message_is_sent_again_under_the_id_that_is_told(self):
        line = self.one_error(self.lose("send", "ann", "send", "bob", "once"), 1)
        op_id = re.search(f"send it again with --id ({UUID})", line)[1]
        done = self.weft("ann", "send", "bob", "once", "--id", op_id)
        self.assertEqual(done.stdout, "was sent before to bob as number 1\n")
        error = json.loads(self.one_error(
            self.lose("send", "ann", "send", "bob", "twice", "--json"), 1))
        self.assertEqual(error["outcome"], "unknown_retry_same_id")
        self.assertRegex(error["op_id"], f"^{UUID}$")
        self.assertIn(error["op_id"], error["message"])
        done = self.weft("ann", "send", "bob", "twice", "--id", error["op_id"], "--json")
        self.assertTrue(json.loads(done.stdout)["duplicate"])

    def test_read_and_logout_say_what_is_true_of_them(self):
        self.weft("ann", "send", "bob", "hello")
        line = self.one_error(self.lose("mark_read", "bob", "read", "ann"), 1)
        self.assertIn("it may be marked: run weft read again", line)
        self.assertNotIn("--id", line)
        self.assertEqual(self.weft("bob", "read", "ann").stdout, "read up to number 1\n")
        # The token that is refused at the next try is the one that ended.
        done = self.lose("logout", "bob", "logout")
        self.assertEqual((done.returncode, done.stdout), (0, "signed out bob\n"), done.stderr)
        self.one_error(self.run_program("weft", "whoami", user="bob"), 1)

    def test_a_chat_that_ends_with_a_line_under_way_says_where_to_look(self):
        shutil.copytree(self.folder / "ann", self.folder / "copy")
        self.relay.lose = "send"
        process = self.start("ann", "chat", "bob")
        process.stdin.write("hello\n")
        process.stdin.flush()
        self.relay.await_answers("send")
        # The account is signed out elsewhere: the chat cannot come back.
        self.weft("copy", "logout")
        _, errors = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 1, errors)
        self.assertIn("the last line may be stored: weft history bob tells", errors)
        self.assertNotIn("--id", errors)

    def test_a_message_under_way_is_not_shown_to_who_sends_it(self):
        self.relay.hold = "send"
        sending = self.start("ann", "send", "bob", "from here")
        self.relay.await_answers("send")
        self.weft("bob", "send", "ann", "answer")
        seen = self.weft("ann", "listen", "--count", "1", "--timeout", "30", "--json")
        self.assertEqual(json.loads(seen.stdout)["body"], "answer")
        self.relay.release()
        printed, errors = sending.communicate(timeout=60)
        self.assertEqual(sending.returncode, 0, errors)
        self.assertIn("to bob as number 1", printed)
        self.assertEqual(list((self.folder / "ann" / "sending").iterdir()), [])


if __name__ == "__main__":
    unittest.main()
