"""What the tests of the protocol share."""

import unittest

from net.proto import weft_pb2
from node import Node
from weft_client import Connection, Device, WeftError, direct_thread

PASSWORD = "correct horse battery staple"


class ProtocolCase(unittest.TestCase):
    """Each test has a node of its own, with ann on two devices and bob on one."""

    flags = ()

    def setUp(self):
        self.node = Node(*self.flags)
        self.addCleanup(self.node.remove)
        self.devices = []
        self.addCleanup(lambda: [device.leave() for device in self.devices])
        self.ann = self.device("ann")
        self.ann.register()
        self.tablet = self.device("ann")
        self.tablet.log_in()
        self.bob = self.device("bob")
        self.bob.register()
        self.thread = direct_thread(self.ann.user_id, self.bob.user_id)

    def device(self, name, password=PASSWORD):
        self.devices.append(Device(self.node.host, self.node.port, name, password))
        return self.devices[-1]

    def connection(self, hello=True):
        connection = Connection(self.node.host, self.node.port)
        self.addCleanup(connection.close)
        if hello:
            connection.hello()
        return connection

    def bodies(self, device, thread=None):
        return [event.message.body.decode() for event in device.events[thread or self.thread]]

    def refusal(self, code, call, *arguments, **named):
        """The call is refused with this code, and nothing is written."""
        with self.assertRaises(WeftError) as caught:
            call(*arguments, **named)
        self.assertEqual(caught.exception.name, code)
        self.assertEqual(caught.exception.outcome, weft_pb2.NOTHING_WRITTEN)
        return caught.exception
