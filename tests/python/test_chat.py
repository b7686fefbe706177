"""Conversations through the program weft: what is shown, once, and what counts as read."""

import json
import time
import unittest

from program_case import NodeCase


def numbered(first, last):
    return [str(number) for number in range(first, last + 1)]


def bodies(done):
    return [json.loads(line)["body"] for line in done.stdout.splitlines()]


class Chat(NodeCase):
    def say(self, user, to, lines):
        self.weft(user, "chat", to, stdin="".join(line + "\n" for line in lines))

    def unread_of(self, user):
        return json.loads(self.weft(user, "threads", "--json").stdout)["unread"]

    def await_unread(self, user, count):
        """Touches of the inbox are coalesced: it may be a little behind."""
        deadline = time.monotonic() + 30
        while self.unread_of(user) != count:
            self.assertLess(time.monotonic(), deadline)

    def test_two_who_never_wrote_to_each_other_begin_a_conversation(self):
        done = self.weft("ann", "chat", "bob", stdin="hello\n")
        self.assertRegex(done.stdout, r"^\S+ \S+  ann: hello  ✓\n$")
        self.assertEqual(bodies(self.weft("bob", "history", "ann", "--json")), ["hello"])
        # Without a word nothing is begun.
        self.weft("bob", "chat", "bob")
        self.one_error(self.run_program("weft", "chat", "nobody", user="ann"), 1)

    def test_everything_unread_is_shown_and_then_counts_as_shown(self):
        self.say("ann", "bob", numbered(1, 50))
        done = self.weft("bob", "chat", "ann", "--json", stdin="thanks\n")
        self.assertEqual(bodies(done), numbered(1, 50) + ["thanks"])
        self.await_unread("bob", 0)
        self.weft("ann", "send", "bob", "51")
        seen = self.weft("bob", "listen", "--count", "1", "--timeout", "30", "--json")
        self.assertEqual(bodies(seen), ["51"])

    def test_what_is_left_out_is_said_and_stays_unread_and_unshown(self):
        self.say("ann", "bob", numbered(1, 520))
        self.await_unread("bob", 520)
        done = self.weft("bob", "chat", "ann")
        self.assertEqual(len(done.stdout.splitlines()), 500)
        self.assertIn(": 21\n", done.stdout)
        self.assertEqual(done.stderr, "weft: 20 earlier messages that were not read are left out: "
                                      "weft history ann --before 21\n")
        self.assertEqual(self.unread_of("bob"), 520)
        done = self.weft("bob", "chat", "ann", "--json")
        self.assertEqual(bodies(done), numbered(21, 520))
        self.assertEqual(json.loads(done.stderr), {"left_out": 20, "before": 21})
        # Each message appears once on this device, whichever program shows it.
        self.weft("ann", "send", "bob", "521")
        seen = self.weft("bob", "listen", "--count", "21", "--timeout", "30", "--json")
        self.assertEqual(bodies(seen), numbered(1, 20) + ["521"])

    def test_a_screenful_of_what_was_read_comes_before_what_is_new(self):
        self.say("ann", "bob", numbered(1, 30))
        self.weft("bob", "listen", "--count", "30", "--timeout", "30")
        self.weft("ann", "send", "bob", "31")
        self.weft("bob", "read", "ann", "30")
        done = self.weft("bob", "chat", "ann", "--json")
        self.assertEqual(bodies(done), numbered(12, 31))


if __name__ == "__main__":
    unittest.main()
