#!/usr/bin/env python3
"""The comparison of documents with what programs print can tell right from wrong."""

import os
import tempfile
import unittest

import console


class Comparison(unittest.TestCase):
    def test_equal_lines_match(self):
        self.assertTrue(console.matches(["sent to bob", "done"], ["sent to bob", "done"]))
        self.assertTrue(console.matches([], []))

    def test_other_lines_do_not(self):
        self.assertFalse(console.matches(["sent to bob"], ["sent to ann"]))
        self.assertFalse(console.matches(["sent"], ["sent", "and more"]))
        self.assertFalse(console.matches(["sent", "and more"], ["sent"]))
        self.assertFalse(console.matches(["number 1"], ["number 2"]))

    def test_what_changes_from_run_to_run_matches_its_kind(self):
        for promised, printed in [
            ("2026-01-02 03:04:05  bob: hi", "2031-12-31 23:59:59  bob: hi"),
            ("server 127.0.0.1:7400", "server 127.0.0.1:40123"),
            ("op 01890a5d-ac96-774b-bcce-b302099a8057", "op 11111111-2222-3333-4444-555555555555"),
            ('"time_ms":1790000000000', '"time_ms":1795555555555'),
            ("a  b", "a      b "),
        ]:
            self.assertTrue(console.matches([promised], [printed]), promised)

    def test_dots_stand_for_anything(self):
        self.assertTrue(console.matches(["user ... here"], ["user 12 (x) here"]))
        self.assertTrue(console.matches(["a", "...", "z"], ["a", "b", "c", "z"]))
        self.assertTrue(console.matches(["a", "...", "z"], ["a", "z"]))
        self.assertFalse(console.matches(["a", "...", "z"], ["a", "b"]))


class Running(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.shell = console.Shell(dict(os.environ), self.folder.name)

    def tearDown(self):
        self.shell.close()
        self.folder.cleanup()

    def verdicts(self, text):
        return [console.check(each, self.shell) for each in console.examples(text)]

    def test_blocks_share_one_shell_and_its_status(self):
        text = ("```console\n$ export WORD=hello\n$ echo $WORD\nhello\n```\ntext\n"
                "```console\n$ printf 'no end of line'\nno end of line\n"
                "$ echo 'weft: no' >&2; (exit 1)\nweft: no\n$ echo $?\n1\n```\n")
        self.assertEqual(self.verdicts(text), [None] * 5)

    def test_an_error_is_for_stderr_and_for_a_status(self):
        usage = "weft: what (--help tells more)"
        for answer, script, is_right in [
            ("weft: no", "echo 'weft: no' >&2; (exit 1)", True),
            ("weft: no", "echo 'weft: no' >&2", False),
            ("weft: no", "echo 'weft: no' >&2; (exit 2)", False),
            ("weft: no", "echo 'weft: no'; (exit 1)", False),
            (usage, f"echo '{usage}' >&2; (exit 2)", True),
            (usage, f"echo '{usage}' >&2; (exit 1)", False),
            ('{"error":"usage"}', "echo '{\"error\":\"usage\"}' >&2; (exit 2)", True),
            ("out", "echo out", True),
            ("out", "echo out; (exit 1)", False),
            ("out", "echo out >&2", False),
            ("out", "echo out; echo more >&2", False),
            ("...\nout", "echo out; echo more >&2", True),
            ("out\nweft: no", "echo out; echo 'weft: no' >&2; (exit 1)", True),
        ]:
            verdict, = self.verdicts(f"```console\n$ {script}\n{answer}\n```\n")
            self.assertEqual(verdict is None, is_right, (answer, script, verdict))

    def test_users_have_homes_of_their_own(self):
        text = ("```console\nalice$ basename $WEFT_HOME\nalice\n"
                "$ echo \"[${WEFT_HOME-}]\"\n[]\nbob$ basename \\\n  $WEFT_HOME\nbob\n```\n")
        self.assertEqual(self.verdicts(text), [None] * 3)

    def test_a_wrong_answer_and_a_failed_command_are_told(self):
        text = "```console\n$ echo right\nwrong\n$ false\n$ cat\n```\n```text\n$ false\n```\n"
        wrong, failed, silent = self.verdicts(text)
        self.assertIn("right", wrong)
        self.assertIn("status 1", failed)
        self.assertIsNone(silent)

    def test_a_command_without_end_is_ended(self):
        example = console.Example(1, "", "tail -f /dev/null")
        with self.assertRaises(TimeoutError):
            console.check(example, self.shell, seconds=0.5)


if __name__ == "__main__":
    unittest.main()
