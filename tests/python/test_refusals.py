"""What docs/protocol.md refuses, and how."""

import struct
import time
import unittest

from net.proto import weft_pb2
from protocol_case import ProtocolCase
from weft_client import Closed, WeftError, direct_thread


class Refusals(ProtocolCase):
    def test_conflict_too_old_and_too_large(self):
        op_id = self.ann.new_op_id()
        self.ann.send(self.thread, b"once", op_id)
        self.refusal("CONFLICT", self.ann.send, self.thread, b"twice", op_id)
        old = self.ann.new_op_id()
        week_ago = int(time.time() * 1000) - self.ann.limits.operation_window_ms - 60_000
        old = week_ago.to_bytes(6, "big") + old[6:]
        self.refusal("TOO_OLD", self.ann.send, self.thread, b"late", old)
        self.ann.send(self.thread, b"x" * self.ann.limits.body_bytes_max)
        self.refusal("TOO_LARGE", self.ann.send, self.thread,
                     b"x" * (self.ann.limits.body_bytes_max + 1))
        self.assertEqual(self.ann.history(self.thread).last_seq, 2)

    def test_what_one_may_not_see_is_not_found(self):
        self.ann.send(self.thread, b"between us")
        eve = self.device("eve")
        eve.register()
        unknown = direct_thread(1, 2)
        for thread in (self.thread, unknown):
            self.refusal("NOT_FOUND", eve.history, thread)
            self.refusal("NOT_FOUND", eve.send, thread, b"hello?")
            self.refusal("NOT_FOUND", eve.mark_read, thread, 1)
        self.refusal("NOT_FOUND", eve.connection.ask,
                     find_user=weft_pb2.FindUser(name="nobody"))

    def test_names_passwords_and_tokens(self):
        taken = self.device("ANN")
        self.refusal("NAME_TAKEN", taken.register)
        self.refusal("BAD_CREDENTIALS", self.device("ann", "wrong password").log_in)
        self.refusal("BAD_CREDENTIALS", self.device("nobody").log_in)
        self.refusal("BAD_REQUEST", self.device("no good name").register)
        self.refusal("BAD_REQUEST", self.device("dave", "short").register)
        token = self.tablet.token
        self.tablet.token = token[:-1] + ("a" if token[-1] != "a" else "b")
        self.refusal("BAD_CREDENTIALS", self.tablet.resume)
        self.tablet.token = token
        self.assertEqual(self.tablet.resume().user_id, self.ann.user_id)
        # A retried registration finds itself.
        carol = self.device("carol")
        op_id = carol.new_op_id() if carol.limits else self.ann.new_op_id()
        first = carol.register(op_id)
        self.assertEqual(carol.register(op_id).user_id, first.user_id)
        # The token ends with the session's end by its owner.
        self.tablet.log_out()
        self.refusal("BAD_CREDENTIALS", self.tablet.resume)

    def test_requests_out_of_their_place(self):
        early = self.connection(hello=False)
        self.refusal("BAD_REQUEST", early.ask, heartbeat=weft_pb2.Heartbeat())
        early.hello()
        self.refusal("NOT_SIGNED_IN", early.ask, inbox=weft_pb2.InboxRequest())
        self.refusal("NOT_SIGNED_IN", early.ask, heartbeat=weft_pb2.Heartbeat())
        self.assertTrue(early.ask(locate=weft_pb2.LocateRequest()).addresses)
        self.assertEqual(early.ask(status=weft_pb2.StatusRequest()).nodes[0].state, "serving")
        self.refusal("BAD_REQUEST", early.hello)
        self.refusal("BAD_REQUEST", self.ann.connection.ask,
                     resume=weft_pb2.Resume(token=self.ann.token))
        self.refusal("BAD_REQUEST", self.ann.connection.ask)

    def test_odd_frames_that_keep_the_connection(self):
        line = self.ann.connection
        # Of length 0: a ClientFrame without content, hence without a request id.
        line.socket.sendall(struct.pack(">I", 0))
        self.assertTrue(line.take(time.monotonic() + 30))
        push = line.pushes.popleft()
        self.assertEqual((push.request_id, push.error.code), (0, weft_pb2.BAD_REQUEST))
        # Fields that the server does not know are passed over.
        line.last_request += 1
        frame = weft_pb2.ClientFrame(request_id=line.last_request,
                                     heartbeat=weft_pb2.Heartbeat()).SerializeToString()
        frame += b"\xfa\x06\x03abc"
        line.socket.sendall(struct.pack(">I", len(frame)) + frame)
        line.reply_to(line.last_request)
        # One of two requests with the same id cannot be answered apart.
        send = weft_pb2.ClientFrame(request_id=1000, send=weft_pb2.Send(
            op_id=self.ann.new_op_id(), thread=self.thread, body=b"hello")).SerializeToString()
        line.socket.sendall(2 * (struct.pack(">I", len(send)) + send))
        self.refusal("BAD_REQUEST", line.reply_to, 1000)
        self.assertEqual(line.reply_to(1000).seq, 1)
        # A report has no reply, but a malformed one is told.
        line.tell(delivered=weft_pb2.Delivered(cursors=[weft_pb2.Cursor(thread=b"?", seq=1)]))
        self.assertTrue(line.take(time.monotonic() + 30))
        self.assertEqual(line.pushes.popleft().error.code, weft_pb2.BAD_REQUEST)

    def test_hello_and_sign_in_may_be_sent_together(self):
        line = self.connection(hello=False)
        hello = line.post(hello=weft_pb2.ClientHello(version_min=1, version_max=1))
        resume = line.post(resume=weft_pb2.Resume(token=self.bob.token))
        self.assertEqual(line.reply_to(hello).version, 1)
        self.assertEqual(line.reply_to(resume).user_id, self.bob.user_id)

    def test_limits_of_what_one_signs_in_with(self):
        line = self.connection()
        good = dict(name="frank", password="long enough", device_id=b"d" * 16,
                    op_id=self.ann.new_op_id())
        for code, wrong in (("BAD_REQUEST", dict(name="")),
                            ("BAD_REQUEST", dict(name="x" * 33)),
                            ("BAD_REQUEST", dict(password="short")),
                            ("TOO_LARGE", dict(password="x" * 257)),
                            ("TOO_LARGE", dict(device_name="x" * 129)),
                            ("BAD_REQUEST", dict(device_id=b"short")),
                            ("BAD_REQUEST", dict(device_id=bytes(16))),
                            ("BAD_REQUEST", dict(op_id=b""))):
            self.refusal(code, line.ask, register=weft_pb2.Register(**{**good, **wrong}))
        cursors = [weft_pb2.Cursor(thread=self.thread, seq=1)] * 101
        self.refusal("TOO_LARGE", line.ask,
                     resume=weft_pb2.Resume(token=self.ann.token, cursors=cursors))
        # None of them counts as a try: they were not understood.
        self.assertEqual(line.ask(register=weft_pb2.Register(**good)).name, "frank")

    def closing_code(self, connection):
        with self.assertRaises(Closed) as caught:
            while connection.take(time.monotonic() + 30):
                pass
        return caught.exception.code

    def test_what_ends_a_connection(self):
        other_version = self.connection(hello=False)
        with self.assertRaises(Closed) as caught:
            other_version.hello(2, 3)
        self.assertEqual(caught.exception.code, weft_pb2.BAD_VERSION)
        no_frame = self.connection()
        no_frame.socket.sendall(struct.pack(">I", 4) + b"\xff\xff\xff\xff")
        self.assertEqual(self.closing_code(no_frame), weft_pb2.BAD_REQUEST)
        no_text = self.connection()
        name = weft_pb2.ClientFrame(request_id=2, login=weft_pb2.Login(name="abc"))
        name = name.SerializeToString().replace(b"abc", b"\xffbc")
        no_text.socket.sendall(struct.pack(">I", len(name)) + name)
        self.assertEqual(self.closing_code(no_text), weft_pb2.BAD_REQUEST)
        stranger = self.connection()
        stranger.socket.sendall(struct.pack(">I", (4 << 10) + 1))
        self.assertEqual(self.closing_code(stranger), weft_pb2.TOO_LARGE)
        too_long = self.ann.connection
        too_long.socket.sendall(struct.pack(">I", self.ann.limits.frame_bytes_max + 1))
        self.assertEqual(self.closing_code(too_long), weft_pb2.TOO_LARGE)
        # A newer session of the same device ends the older one.
        older = self.tablet.connection
        self.tablet.connection = None
        self.tablet.resume()
        self.assertEqual(self.closing_code(older), weft_pb2.FENCED)
        older.close()
        # A node that stops says so.
        self.assertEqual(self.node.end(15), 0)
        self.assertEqual(self.closing_code(self.bob.connection), weft_pb2.UNAVAILABLE)

    def test_who_fails_to_sign_in_again_and_again_is_closed(self):
        guesser = self.connection()
        token = self.ann.token[:-1] + ("a" if self.ann.token[-1] != "a" else "b")
        for _ in range(5):
            self.refusal("BAD_CREDENTIALS", guesser.ask, resume=weft_pb2.Resume(token=token))
        self.assertEqual(self.closing_code(guesser), weft_pb2.BAD_CREDENTIALS)


if __name__ == "__main__":
    unittest.main()
