"""What docs/protocol.md promises, tried by a client that was written from it alone."""

import threading
import time
import unittest

from net.proto import weft_pb2
from protocol_case import ProtocolCase
from weft_client import Closed, direct_thread


class Chatting(ProtocolCase):
    def test_hello_tells_version_clock_and_limits(self):
        hello = self.ann.limits
        self.assertEqual(hello.version, 1)
        self.assertTrue(hello.server)
        self.assertLess(abs(hello.time_ms / 1000 - time.time()), 3600)
        self.assertEqual(hello.body_bytes_max, 64 << 10)
        self.assertGreater(hello.frame_bytes_max, hello.body_bytes_max)
        self.assertEqual(hello.operation_window_ms, 7 * 24 * 3600 * 1000)
        for limit in (hello.heartbeat_interval_ms, hello.session_expiry_ms,
                      hello.sign_in_within_ms, hello.requests_in_flight_max,
                      hello.history_page_max, hello.inbox_page_max):
            self.assertGreater(limit, 0)

    def test_messages_reach_every_device_in_order(self):
        self.assertEqual(self.ann.user_id, self.tablet.user_id)
        first = self.ann.send(self.thread, b"one")
        self.assertEqual((first.seq, first.ordinal, first.duplicate), (1, 1, False))
        self.bob.send(self.thread, b"two")
        self.tablet.send(self.thread, b"three")
        for device in (self.ann, self.tablet, self.bob):
            device.follow_until(lambda d=device: d.local(self.thread) == 3)
            self.assertEqual(self.bodies(device), ["one", "two", "three"])
        event = self.bob.events[self.thread][0]
        self.assertEqual(getattr(event, "from"), self.ann.user_id)
        self.assertEqual(event.time_ms, first.time_ms)

    def test_a_user_is_enough_to_write_to(self):
        ack = self.ann.connection.ask(send=weft_pb2.Send(
            op_id=self.ann.new_op_id(), user=self.bob.user_id, body=b"hello"))
        self.assertEqual(ack.thread, self.thread)
        found = self.ann.connection.ask(find_user=weft_pb2.FindUser(name="Bob"))
        self.assertEqual((found.user_id, found.name), (self.bob.user_id, "bob"))
        found = self.ann.connection.ask(find_user=weft_pb2.FindUser(user_id=self.bob.user_id))
        self.assertEqual(found.name, "bob")

    def test_receipts_and_read_marks_reach_whom_they_concern(self):
        for body in (b"one", b"two", b"three"):
            self.bob.send(self.thread, body)
        self.ann.report_delivered(self.thread, 3)
        about_ann = (self.thread, self.ann.user_id)
        self.bob.follow_until(lambda: self.bob.receipts.get(about_ann) == (3, 0))
        marked = self.ann.mark_read(self.thread, 2)
        self.assertEqual((marked.seq, marked.ordinal), (2, 2))
        self.tablet.follow_until(lambda: self.tablet.read_marks.get(self.thread) == 2)
        self.bob.follow_until(lambda: self.bob.receipts.get(about_ann) == (3, 2))
        # Merged by max: going back changes nothing.
        self.assertEqual(self.tablet.mark_read(self.thread, 1).seq, 2)

    def test_a_device_resumes_by_token_and_cursors(self):
        self.bob.send(self.thread, b"one")
        self.tablet.follow_until(lambda: self.tablet.local(self.thread) == 1)
        self.tablet.leave()
        self.bob.send(self.thread, b"two")
        self.ann.send(self.thread, b"three")
        ready = self.tablet.resume()
        self.assertEqual((ready.user_id, ready.name, ready.token),
                         (self.ann.user_id, "ann", ""))
        self.assertEqual(ready.history_id, self.ann.history_id)
        self.tablet.follow_until(lambda: self.tablet.local(self.thread) == 3)
        self.assertEqual(self.bodies(self.tablet), ["one", "two", "three"])

    def test_a_device_that_knows_nothing_reads_the_inbox_by_age(self):
        self.bob.send(self.thread, b"one")
        carol = self.device("carol")
        carol.register()
        with_carol = direct_thread(carol.user_id, self.ann.user_id)
        carol.send(with_carol, b"hello from carol")
        fresh = self.device("ann")
        fresh.log_in()
        # Touches are coalesced: the inbox may be a little behind; heartbeats tell when it moves.
        fresh.read_anew()
        fresh.limits.heartbeat_interval_ms = 200
        fresh.next_beat = 0
        fresh.follow_until(lambda: fresh.local(self.thread) == 1 and fresh.local(with_carol) == 1)
        self.assertEqual(self.bodies(fresh), ["one"])
        self.assertEqual(self.bodies(fresh, with_carol), ["hello from carol"])

    def test_a_device_that_was_away_syncs_the_inbox_by_change(self):
        self.bob.send(self.thread, b"one")
        self.tablet.limits.heartbeat_interval_ms = 200
        self.tablet.next_beat = 0
        self.tablet.follow_until(lambda: self.tablet.inbox_version > 0)
        version = self.tablet.inbox_version
        self.tablet.leave()
        carol = self.device("carol")
        carol.register()
        with_carol = direct_thread(carol.user_id, self.ann.user_id)
        carol.send(with_carol, b"hello from carol")
        # No cursor names the new thread: only the inbox does.
        deadline = time.monotonic() + 30
        while self.tablet.local(with_carol) == 0:
            self.assertLess(time.monotonic(), deadline)
            self.tablet.resume()
        self.assertGreater(self.tablet.inbox_version, version)
        self.assertEqual(self.bodies(self.tablet, with_carol), ["hello from carol"])
        self.assertEqual(self.bodies(self.tablet), ["one"])

    def test_a_gap_is_filled_by_history(self):
        self.tablet.leave()
        for number in range(1, 301):
            self.ann.send(self.thread, str(number).encode())
        # Resume brings one page behind the cursor; what is sent now lies beyond a gap.
        self.tablet.raise_local(self.thread, 10)
        self.tablet.resume()
        self.bob.send(self.thread, b"301")
        self.tablet.follow_until(lambda: self.tablet.local(self.thread) == 301)
        self.assertEqual(self.bodies(self.tablet), [str(number) for number in range(11, 302)])

    def test_requests_may_be_sent_without_waiting(self):
        requests = [self.ann.connection.post(send=weft_pb2.Send(
            op_id=self.ann.new_op_id(), thread=self.thread, body=str(number).encode()))
            for number in range(400)]
        sequences = [self.ann.connection.reply_to(request).seq for request in requests]
        # What one connection sends to one thread is decided in that order.
        self.assertEqual(sequences, list(range(1, 401)))

    def test_history_and_inbox_are_paged(self):
        for number in range(1, 121):
            self.ann.send(self.thread, str(number).encode())
        newest = self.bob.history(self.thread)
        self.assertEqual((newest.covers_from, newest.covers_to, newest.last_seq), (71, 120, 120))
        seen, before = [], None
        while before != 1:
            page = self.bob.history(self.thread, before=before, limit=50)
            seen = [event.seq for event in page.events] + seen
            before = page.covers_from
        self.assertEqual(seen, list(range(1, 121)))
        self.assertEqual(self.bob.history(self.thread, before=1).covers_to, 0)
        between = self.bob.history(self.thread, after=10, before=13)
        self.assertEqual([event.seq for event in between.events], [11, 12])
        names = {member.user_id: member.name for member in newest.members}
        self.assertEqual(names, {self.ann.user_id: "ann", self.bob.user_id: "bob"})

        friends = [self.device(f"friend{i}") for i in range(5)]
        threads = []
        for friend in friends:
            friend.register()
            threads.append(direct_thread(friend.user_id, self.bob.user_id))
            friend.send(threads[-1], b"hello")
        deadline = time.monotonic() + 30
        while len(rows := self.bob.inbox(limit=2)) < 6 or rows[-1].last_seq < 120:
            self.assertLess(time.monotonic(), deadline)
        self.assertEqual([row.thread for row in rows], threads[::-1] + [self.thread])
        self.assertEqual([row.unread for row in rows], [1] * 5 + [120])
        self.assertEqual(rows[-1].last_event.message.body, b"120")
        self.assertEqual(rows[-1].peer_name, "ann")

    def test_the_same_id_makes_one_message_over_reconnects_and_restarts(self):
        op_id = self.ann.new_op_id()
        first = self.ann.send(self.thread, b"once", op_id)
        again = self.ann.send(self.thread, b"once", op_id)
        self.assertEqual((again.seq, again.duplicate), (first.seq, True))
        self.node.end()
        self.node.start()
        self.ann.resume()
        again = self.ann.send(self.thread, b"once", op_id)
        self.assertEqual((again.seq, again.duplicate), (first.seq, True))
        self.assertEqual(self.bodies(self.ann), ["once"])

    def test_messages_sent_while_the_node_restarts_arrive_once_and_in_order(self):
        bodies = [f"message {number}" for number in range(300)]
        self.sent = 0
        self.sent_more = threading.Condition()
        restarts = threading.Thread(target=self.restart_thrice)
        restarts.start()
        try:
            for body in bodies:
                self.ann.send_surely(self.thread, body.encode())
                with self.sent_more:
                    self.sent += 1
                    self.sent_more.notify()
        finally:
            restarts.join()
        self.bob.come_back()
        self.bob.follow_until(lambda: self.bob.local(self.thread) == len(bodies))
        self.assertEqual(self.bodies(self.bob), bodies)
        self.assertEqual(self.bodies(self.ann), bodies)

    def restart_thrice(self):
        for number, after in ((9, 50), (15, 120), (9, 200)):
            with self.sent_more:
                self.sent_more.wait_for(lambda least=after: self.sent >= least, 60)
            self.node.end(number)
            self.node.start()


class ShortLives(ProtocolCase):
    flags = ("--heartbeat-ms", "300", "--session-expiry-ms", "2000", "--sign-in-within-ms", "1500")

    def test_heartbeats_keep_a_session_and_silence_ends_it(self):
        end = time.monotonic() + 5
        self.ann.follow_until(lambda: time.monotonic() > end)
        self.assertTrue(self.ann.connection.ask(heartbeat=weft_pb2.Heartbeat()))
        with self.assertRaises(Closed) as caught:
            while self.bob.connection.take(time.monotonic() + 30):
                pass
        self.assertEqual(caught.exception.code, weft_pb2.TIMEOUT)
        self.assertEqual(self.bob.resume().user_id, self.bob.user_id)

    def test_who_does_not_sign_in_is_closed(self):
        stranger = self.connection()
        with self.assertRaises(Closed) as caught:
            while stranger.take(time.monotonic() + 30):
                pass
        self.assertEqual(caught.exception.code, weft_pb2.TIMEOUT)


if __name__ == "__main__":
    unittest.main()
