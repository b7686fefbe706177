"""The examples of docs/protocol.md, and what it says about HTTP."""

import http.client
import json
import pathlib
import re
import unittest

from net.proto import weft_pb2
from protocol_case import ProtocolCase

PAGE = pathlib.Path(__file__).resolve().parents[2] / "docs" / "protocol.md"


def bytes_of(text):
    """The bytes of an example: the hex digits of each line, up to what is said about them."""
    return b"".join(bytes.fromhex(re.split(r" {4,}", line.strip())[0])
                    for line in text.splitlines())


def frame_of(kind, data):
    """The frame that an example shows; its length must be that of the rest."""
    assert int.from_bytes(data[:4], "big") == len(data) - 4, data.hex(" ")
    return kind.FromString(data[4:])


class Page(ProtocolCase):
    def test_the_example_of_a_greeting_means_what_it_says(self):
        blocks = re.findall(r"^```\n(.*?)^```", PAGE.read_text(), re.M | re.S)
        asked, answered = [bytes_of(block) for block in blocks if block.startswith("00 00")]
        self.assertEqual(frame_of(weft_pb2.ClientFrame, asked), weft_pb2.ClientFrame(
            request_id=1, hello=weft_pb2.ClientHello(version_min=1, version_max=1,
                                                     software="example/1")))
        shown = frame_of(weft_pb2.ServerFrame, answered)
        # A real node says the same, but for its clock.
        line = self.connection(hello=False)
        line.socket.sendall(asked)
        line.last_request = 1
        real = line.reply_to(1)
        self.assertEqual(shown.request_id, 1)
        shown.hello.time_ms = real.time_ms
        self.assertEqual(shown.hello, real)

    def test_the_example_of_a_heartbeat_means_what_it_says(self):
        asked, answered = re.findall(r"`(00 00 00 06 [0-9a-f ]+)`", PAGE.read_text())
        self.assertEqual(frame_of(weft_pb2.ClientFrame, bytes_of(asked)), weft_pb2.ClientFrame(
            request_id=2, heartbeat=weft_pb2.Heartbeat(inbox_version=7)))
        self.assertEqual(frame_of(weft_pb2.ServerFrame, bytes_of(answered)), weft_pb2.ServerFrame(
            request_id=2, heartbeat_ack=weft_pb2.HeartbeatAck(inbox_version=9)))

    def get(self, path):
        line = http.client.HTTPConnection(self.node.http, timeout=30)
        self.addCleanup(line.close)
        line.request("GET", path)
        answer = line.getresponse()
        return answer.status, answer.read().decode()

    def test_health_and_status_are_shown_over_http(self):
        status, text = self.get("/health")
        self.assertEqual((status, text.strip()), (200, "ok"))
        status, text = self.get("/status")
        self.assertEqual(status, 200)
        self.assertEqual(json.loads(text)["nodes"][0]["state"], "serving")
        self.assertEqual(self.get("/nothing")[0], 404)


if __name__ == "__main__":
    unittest.main()
