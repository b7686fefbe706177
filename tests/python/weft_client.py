"""A client of Weft, written from docs/protocol.md and net/proto/weft.proto alone.

One thread, one socket, nothing but the standard library and the generated classes. Every call has a
time limit. See docs/protocol.md for what each message means.
"""

import collections
import os
import random
import select
import socket
import struct
import time

from net.proto import weft_pb2
from storage.proto import event_pb2

VERSION = 1
FRAME_BYTES_MAX = 2 << 20
RESUME_CURSORS_MAX = 100
# After these only a person can decide how to go on.
FINAL_CODES = (weft_pb2.FENCED, weft_pb2.BAD_CREDENTIALS, weft_pb2.BAD_VERSION)


class WeftError(Exception):
    """The server refused a request."""

    def __init__(self, error):
        self.code = error.code
        self.name = weft_pb2.ErrorCode.Name(error.code)
        self.outcome = error.outcome
        self.retry_after_ms = error.retry_after_ms
        super().__init__(f"{self.name}: {error.message}")


class Closed(Exception):
    """The connection has ended; `closing` is the server's last frame, if it sent one."""

    def __init__(self, closing=None):
        self.closing = closing
        self.code = closing.code if closing else None
        super().__init__(closing.message if closing else "the connection has ended")


def direct_thread(one, other):
    """The id of the direct thread of two users: kind 1, then their ids, the lower first."""
    return struct.pack(">BQQ", 1, min(one, other), max(one, other))


class Connection:
    """Frames in and out, requests and their replies, pushes in the order of their arrival."""

    def __init__(self, host, port, timeout=30.0):
        self.timeout = timeout
        self.socket = socket.create_connection((host, port), timeout)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.received = b""
        self.last_request = 0
        self.replies = {}
        self.pushes = collections.deque()

    def close(self):
        self.socket.close()

    # -- frames ------------------------------------------------------------------------------

    def write(self, frame):
        payload = frame.SerializeToString()
        self.socket.sendall(struct.pack(">I", len(payload)) + payload)

    def read(self, deadline):
        """The next frame, or None when there is none before the deadline."""
        while True:
            if len(self.received) >= 4:
                (size,) = struct.unpack(">I", self.received[:4])
                if size > FRAME_BYTES_MAX:
                    raise ValueError(f"a frame of {size} bytes")
                if len(self.received) >= 4 + size:
                    payload = self.received[4 : 4 + size]
                    self.received = self.received[4 + size :]
                    return weft_pb2.ServerFrame.FromString(payload)
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([self.socket], [], [], left)[0]:
                return None
            try:
                some = self.socket.recv(65536)
            except ConnectionError:
                some = b""
            if not some:
                raise Closed()
            self.received += some

    def take(self, deadline):
        """Reads one frame and puts it where it belongs; False at the deadline."""
        frame = self.read(deadline)
        if frame is None:
            return False
        if frame.WhichOneof("what") == "closing":
            raise Closed(frame.closing)
        if frame.request_id:
            self.replies[frame.request_id] = frame
        else:
            self.pushes.append(frame)
        return True

    # -- requests and pushes -----------------------------------------------------------------

    def post(self, **what):
        """Sends a request and returns its id."""
        self.last_request += 1
        self.write(weft_pb2.ClientFrame(request_id=self.last_request, **what))
        return self.last_request

    def reply_to(self, request):
        """The reply of a request; raises WeftError when it was refused."""
        deadline = time.monotonic() + self.timeout
        while request not in self.replies:
            if not self.take(deadline):
                raise TimeoutError("no reply")
        frame = self.replies.pop(request)
        if frame.WhichOneof("what") == "error":
            raise WeftError(frame.error)
        return getattr(frame, frame.WhichOneof("what"))

    def ask(self, **what):
        return self.reply_to(self.post(**what))

    def tell(self, **what):
        """Sends a frame that has no reply."""
        self.write(weft_pb2.ClientFrame(**what))

    def hello(self, version_min=VERSION, version_max=VERSION):
        return self.ask(hello=weft_pb2.ClientHello(
            version_min=version_min, version_max=version_max, software="weft_client.py"))


class Pause:
    """How long to wait before the next try to connect: growing and random."""

    def __init__(self):
        self.span = 0.5

    def wait(self, at_least_ms=0):
        # sleep: a server that is gone is asked again later.
        time.sleep(max(self.span * random.uniform(0.5, 1), at_least_ms / 1000))
        self.span = min(2 * self.span, 30)


class Device:
    """One installation: comes back after losses, sees every event once, asks with the same id."""

    def __init__(self, host, port, name, password):
        self.address = (host, port)
        self.name = name
        self.password = password
        self.device_id = os.urandom(16)
        self.token = None
        self.user_id = None
        self.history_id = 0
        self.inbox_version = 0
        self.connection = None
        self.limits = None
        # What this device holds: of each thread everything up to a number, the latest to change
        # at the end, and the events.
        self.cursors = {}
        self.events = collections.defaultdict(list)
        self.receipts = {}
        self.read_marks = {}

    # -- signing in --------------------------------------------------------------------------

    def connect(self):
        self.leave()
        self.connection = Connection(*self.address)
        self.limits = self.connection.hello()
        # The server's clock, as an offset to ours.
        self.clock_offset = self.limits.time_ms / 1000 - time.time()
        interval = self.limits.heartbeat_interval_ms / 1000
        self.next_beat = time.monotonic() + random.uniform(0, interval)

    def leave(self):
        if self.connection:
            self.connection.close()
            self.connection = None

    def register(self, op_id=None):
        self.connect()
        return self.signed_in(self.connection.ask(register=weft_pb2.Register(
            name=self.name, password=self.password, device_id=self.device_id,
            device_name="python", op_id=op_id or self.new_op_id())))

    def log_in(self):
        self.connect()
        return self.signed_in(self.connection.ask(login=weft_pb2.Login(
            name=self.name, password=self.password, device_id=self.device_id,
            device_name="python")))

    def resume(self):
        self.connect()
        cursors = [weft_pb2.Cursor(thread=thread, seq=seq)
                   for thread, seq in list(self.cursors.items())[-RESUME_CURSORS_MAX:]]
        ready = self.signed_in(self.connection.ask(resume=weft_pb2.Resume(
            token=self.token, history_id=self.history_id, cursors=cursors)))
        if ready.inbox_version > self.inbox_version:
            self.sync()
        return ready

    def signed_in(self, ready):
        if self.history_id not in (0, ready.history_id):
            # The history was restored from a backup: what we hold may not exist any more.
            self.cursors.clear()
            self.events.clear()
            self.inbox_version = 0
        self.history_id = ready.history_id
        self.user_id = ready.user_id
        self.token = ready.token or self.token
        return ready

    def come_back(self, patience=60.0):
        """Resumes after a loss, however often it takes."""
        deadline = time.monotonic() + patience
        pause = Pause()
        while True:
            try:
                return self.resume()
            except Closed as closed:
                if closed.code in FINAL_CODES or time.monotonic() > deadline:
                    raise
                pause.wait(closed.closing.reconnect_after_ms if closed.closing else 0)
            except WeftError as refused:
                if not refused.retry_after_ms or time.monotonic() > deadline:
                    raise
                pause.wait(refused.retry_after_ms)
            except OSError:
                if time.monotonic() > deadline:
                    raise
                pause.wait()

    def log_out(self):
        return self.connection.ask(logout=weft_pb2.Logout())

    # -- messages ----------------------------------------------------------------------------

    def new_op_id(self):
        """A UUIDv7 by the server's clock."""
        milliseconds = int((time.time() + self.clock_offset) * 1000)
        value = bytearray(milliseconds.to_bytes(6, "big") + os.urandom(10))
        value[6] = 0x70 | value[6] & 0x0F
        value[8] = 0x80 | value[8] & 0x3F
        return bytes(value)

    def send(self, thread, body, op_id=None, content_type=""):
        """Sends a message and takes it into the events of this device."""
        op_id = op_id or self.new_op_id()
        ack = self.connection.ask(send=weft_pb2.Send(
            op_id=op_id, thread=thread, body=body, content_type=content_type))
        self.take_event(ack.thread, event_pb2.Event(
            seq=ack.seq, ordinal=ack.ordinal, time_ms=ack.time_ms, op_id=op_id,
            message=dict(content_type=content_type, body=body), **{"from": self.user_id}))
        return ack

    def send_surely(self, thread, body, patience=60.0):
        """Sends a message however often it takes: the same id makes it one message."""
        op_id = self.new_op_id()
        deadline = time.monotonic() + patience
        while True:
            try:
                if self.connection is None:
                    self.come_back()
                return self.send(thread, body, op_id)
            except WeftError as refused:
                again = refused.outcome == weft_pb2.UNKNOWN_RETRY_SAME_ID or refused.retry_after_ms
                if not again or time.monotonic() > deadline:
                    raise
                # sleep: the server said how long, and a random bit more.
                time.sleep(refused.retry_after_ms / 1000 * random.uniform(1, 1.2))
            except (Closed, OSError) as lost:
                self.leave()
                if getattr(lost, "code", None) in FINAL_CODES or time.monotonic() > deadline:
                    raise

    def mark_read(self, thread, seq):
        return self.connection.ask(mark_read=weft_pb2.MarkRead(thread=thread, seq=seq))

    def report_delivered(self, thread, seq):
        cursor = weft_pb2.Cursor(thread=thread, seq=seq)
        self.connection.tell(delivered=weft_pb2.Delivered(cursors=[cursor]))

    # -- following ---------------------------------------------------------------------------

    def local(self, thread):
        """The number up to which this device has everything."""
        return self.cursors.get(thread, 0)

    def raise_local(self, thread, seq):
        self.cursors.pop(thread, None)
        self.cursors[thread] = seq

    def take_event(self, thread, event):
        """The rule for gaps and duplicates."""
        if event.seq > self.local(thread) + 1:
            self.catch_up(thread)
        if event.seq == self.local(thread) + 1:
            self.events[thread].append(event)
            self.raise_local(thread, event.seq)

    def take_pushes(self):
        while self.connection.pushes:
            frame = self.connection.pushes.popleft()
            kind = frame.WhichOneof("what")
            push = getattr(frame, kind) if kind else None
            if kind == "deliver":
                for event in push.events:
                    self.take_event(push.thread, event)
            elif kind == "receipt":
                old = self.receipts.get((push.thread, push.user), (0, 0))
                new = (push.delivered_seq, push.read_seq)
                self.receipts[push.thread, push.user] = tuple(map(max, old, new))
            elif kind == "read_moved":
                self.read_marks[push.thread] = max(self.read_marks.get(push.thread, 0), push.seq)
            elif kind == "lagging":
                self.sync()

    def follow_until(self, is_done, patience=30.0):
        """Takes pushes and sends heartbeats until `is_done()`."""
        deadline = time.monotonic() + patience
        self.take_pushes()
        while not is_done():
            if time.monotonic() > deadline:
                raise TimeoutError("what was waited for did not come")
            self.connection.take(min(deadline, self.next_beat))
            self.take_pushes()
            if time.monotonic() >= self.next_beat:
                self.beat()

    def beat(self):
        """A heartbeat; syncs when the inbox has moved on. Without an answer the connection is dead."""
        self.connection.timeout = self.limits.session_expiry_ms / 1000
        self.next_beat = time.monotonic() + self.limits.heartbeat_interval_ms / 1000
        ack = self.connection.ask(heartbeat=weft_pb2.Heartbeat(inbox_version=self.inbox_version))
        if ack.inbox_version > self.inbox_version:
            self.sync()
        return ack

    def catch_up(self, thread):
        """Reads the history behind what we have, by the same rule."""
        while True:
            page = self.history(thread, after=self.local(thread))
            skipped = [(each.to, None) for each in page.skipped]
            for seq, event in sorted(skipped + [(event.seq, event) for event in page.events],
                                     key=lambda each: each[0]):
                if seq > self.local(thread):
                    if event:
                        self.events[thread].append(event)
                    self.raise_local(thread, seq)
            if not page.covers_to or page.covers_to >= page.last_seq:
                return

    def sync(self):
        """What changed in the inbox since our version, and the histories of it."""
        while True:
            page = self.connection.ask(inbox=weft_pb2.InboxRequest(since=self.inbox_version))
            self.take_rows(page)
            self.inbox_version = max(self.inbox_version, page.version)
            if page.complete:
                return

    def read_anew(self):
        """What a new device does: the inbox by age. Its version is that of the first page."""
        pages = list(self.inbox_pages())
        for page in pages:
            self.take_rows(page)
        self.inbox_version = pages[0].version

    def take_rows(self, page):
        for row in page.threads:
            if row.last_seq > self.local(row.thread):
                self.catch_up(row.thread)

    # -- reading -----------------------------------------------------------------------------

    def history(self, thread, after=None, before=None, limit=0):
        return self.connection.ask(history=weft_pb2.HistoryRequest(
            thread=thread, after=after, before=before, limit=limit))

    def inbox_pages(self, limit=0):
        """The pages of the inbox, newest thread first."""
        request = weft_pb2.InboxRequest(limit=limit)
        while True:
            page = self.connection.ask(inbox=request)
            yield page
            if page.complete or not page.threads:
                return
            request.below_time_ms = page.threads[-1].last_time_ms
            request.below_thread = page.threads[-1].thread

    def inbox(self, limit=0):
        return [row for page in self.inbox_pages(limit) for row in page.threads]
