"""A network that only this program and what it starts have: loopback, where all ports are free, and a name server
that counts who asks."""

import contextlib
import ctypes
import fcntl
import os
import pathlib
import socket
import struct
import threading
import time

NEW_NETWORK = 0x40000000
SIOCSIFFLAGS, IFF_UP, SIOCSIFADDR = 0x8914, 1, 0x8916
ADDRESS = "192.0.2.17"  # without one beside loopback nobody is on a network
A_RECORD = 1


def call(function, *args):
    if function(*args) != 0:
        raise OSError(ctypes.get_errno(), function.__name__)


@contextlib.contextmanager
def own_network():
    """For this thread and the threads and processes that it starts meanwhile."""
    libc = ctypes.CDLL(None, use_errno=True)
    before = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
    call(libc.unshare, NEW_NETWORK)
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as some:
            fcntl.ioctl(some, SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", IFF_UP))
            name = struct.pack("HH4s8x", socket.AF_INET, 0, socket.inet_aton(ADDRESS))
            fcntl.ioctl(some, SIOCSIFADDR, struct.pack("16s16s", b"lo:1", name))
        yield
    finally:
        call(libc.setns, before, NEW_NETWORK)
        os.close(before)


class SilentPort:
    """Nothing comes back from it: its queue is full, and Linux drops what comes then."""

    def __init__(self, port):
        self.listener = socket.create_server(("127.0.0.1", port), backlog=0)
        self.fillers = []
        while self.fill():
            pass

    def fill(self):
        some = socket.socket()
        some.settimeout(0.1)
        self.fillers.append(some)
        try:
            some.connect(self.listener.getsockname())
        except OSError:
            return False
        return True

    def close(self):
        for each in (self.listener, *self.fillers):
            each.close()


class NameServer:
    """At 127.0.0.1, port 53 of a network of its own. It knows one name, answers after a round trip, and is in
    /etc/resolv.conf, which must be laid over."""

    def __init__(self, name, delay_s):
        self.name = b"".join(bytes([len(label)]) + label for label in name.encode().split(b".")) + b"\0"
        self.delay_s = delay_s
        self.asked = []
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 53))
        self.resolv = pathlib.Path("/etc/resolv.conf")
        self.before = self.resolv.read_bytes() if self.resolv.exists() else b""
        self.resolv.write_text("nameserver 127.0.0.1\noptions timeout:5\n", encoding="ascii")
        threading.Thread(target=self.listen, daemon=True).start()

    def answer(self, query):
        end = query.index(b"\0", 12) + 1
        kind = struct.unpack(">H", query[end:end + 2])[0]
        is_known = query[12:end].lower() == self.name
        record = is_known and kind == A_RECORD
        head = query[:2] + struct.pack(">HHHHH", 0x8180 if is_known else 0x8183, 1, record, 0, 0)
        found = b"\xc0\x0c" + struct.pack(">HHIH4B", A_RECORD, 1, 600, 4, 127, 0, 0, 1) if record else b""
        return head + query[12:end + 4] + found

    def listen(self):
        while True:
            try:
                query, client = self.socket.recvfrom(1500)
            except OSError:
                return
            self.asked.append(time.monotonic())
            threading.Timer(self.delay_s, self.socket.sendto, (self.answer(query), client)).start()

    def waits(self, first_connection):
        """How often somebody waited for an answer since the last call, before the connection that began then: what
        is asked at once is one wait, and what is asked while it connects is none."""
        waits, until = 0, 0.0
        for when in self.asked:
            if until <= when <= first_connection - self.delay_s:
                waits, until = waits + 1, when + self.delay_s
        self.asked.clear()
        return waits

    def close(self):
        self.socket.close()
        self.resolv.write_bytes(self.before)
