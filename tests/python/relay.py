"""Stands between a client and a node, and loses or holds back answers of the node."""

import collections
import socket
import struct
import threading

from net.proto import weft_pb2


class Relay:
    """Forwards frames both ways, but for what `lose` and `hold` name: kinds of requests as they are
    called in ClientFrame. An answer to the one cuts the connection; an answer to the other, and
    all that follows it, waits until `release`."""

    def __init__(self, host, port):
        self.node = (host, port)
        self.lose = None
        self.hold = None
        self.answered = collections.Counter()
        self.changed = threading.Condition()
        self.released = threading.Event()
        self.sockets = []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.address = "127.0.0.1:%d" % self.listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def await_answers(self, kind, count=1):
        """Waits until the node has answered as many requests of a kind that is lost or held."""
        with self.changed:
            if not self.changed.wait_for(lambda: self.answered[kind] >= count, 30):
                raise TimeoutError(f"no {count} answers to {kind}")

    def release(self):
        self.released.set()

    def close(self):
        self.released.set()
        for each in [self.listener, *self.sockets]:
            each.close()

    def _accept(self):
        while True:
            try:
                client = self.listener.accept()[0]
                server = socket.create_connection(self.node, 30)
            except OSError:
                return
            server.settimeout(None)
            self.sockets += [client, server]
            kinds = {}
            for work in (self._to_server, self._to_client):
                threading.Thread(target=work, args=(client, server, kinds), daemon=True).start()

    def _to_server(self, client, server, kinds):
        try:
            for payload in frames(client):
                frame = weft_pb2.ClientFrame.FromString(payload)
                kinds[frame.request_id] = frame.WhichOneof("what")
                server.sendall(struct.pack(">I", len(payload)) + payload)
        except OSError:
            pass
        end(client, server)

    def _to_client(self, client, server, kinds):
        try:
            for payload in frames(server):
                kind = kinds.get(weft_pb2.ServerFrame.FromString(payload).request_id)
                if kind and kind in (self.lose, self.hold):
                    with self.changed:
                        self.answered[kind] += 1
                        self.changed.notify_all()
                    if kind == self.lose:
                        break
                    self.released.wait()
                client.sendall(struct.pack(">I", len(payload)) + payload)
        except OSError:
            pass
        end(client, server)


def frames(source):
    """The frames that come from a socket, until it ends."""
    while head := exactly(source, 4):
        payload = exactly(source, struct.unpack(">I", head)[0])
        if payload is None:
            return
        yield payload


def exactly(source, size):
    """As many bytes, or None when the socket ends before."""
    data = b""
    while len(data) < size:
        some = source.recv(size - len(data))
        if not some:
            return None
        data += some
    return data


def end(*sockets):
    for each in sockets:
        try:
            each.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
