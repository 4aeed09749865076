"""A proxy on 127.0.0.1 that makes the way to a server long and counts how often the client has to wait.

`delay_s` is the time of one direction. The handshake of TCP is played too: what a client says in the first round
trip counts as said at its end, and the server hears of the connection half a round trip later.

A turn is one wait of the client for the other side: the handshake is one, a greeting that it is silent for is one,
and each flight is one that something came back for before the client spoke again or hung up. So a QUIT that
nobody waits for costs nothing. With TLS it is the same: flights are of TCP, whatever they hold.
"""

import queue
import socket
import threading
import time

PIECE_BYTES = 65536


class Passage:
    """One connection. `marks` are (when, `said` or `heard`, the bytes), for whoever looks closer."""

    def __init__(self, proxy, client):
        self.proxy = proxy
        self.client = client
        self.began = time.monotonic()
        self.lock = threading.Lock()
        self.turns = 1  # TCP's own
        self.has_spoken = False
        self.is_waiting = True  # for the greeting
        self.has_left = False
        self.marks = []

    def mark(self, what, data):
        self.marks.append((time.monotonic(), what, data))

    def hear(self, data):
        """The client said something."""
        with self.lock:
            self.mark("said", data)
            self.is_waiting = True
            self.has_left = self.has_left or not data

    def deliver(self, data):
        """The server's words are at the client's door."""
        with self.lock:
            self.mark("heard", data)
            if self.is_waiting and not self.has_left and data:
                self.turns += 1
            self.is_waiting = False

    def carry(self, source, note, pieces, earliest=0.0):
        """What comes out of `source`, each piece with the time it is due."""
        while True:
            try:
                data = source.recv(PIECE_BYTES)
            except OSError:
                data = b""
            note(data)
            pieces.put((max(time.monotonic(), earliest) + self.proxy.delay_s, data))
            if not data:
                return

    @staticmethod
    def hand_on(pieces, target, note):
        while True:
            due, data = pieces.get()
            time.sleep(max(0.0, due - time.monotonic()))
            note(data)
            try:
                if data:
                    target.sendall(data)
                else:
                    target.shutdown(socket.SHUT_WR)
            except OSError:
                pass
            if not data:
                return

    def run(self):
        up, down = queue.SimpleQueue(), queue.SimpleQueue()
        round_trip = 2 * self.proxy.delay_s
        threads = [threading.Thread(target=self.carry, args=(self.client, self.hear, up, self.began + round_trip))]
        threads[0].start()
        time.sleep(max(0.0, self.began + 1.5 * round_trip - time.monotonic()))
        try:
            server = socket.create_connection(self.proxy.server)
        except OSError:
            self.client.close()
            return
        with server, self.client:
            for end in (server, self.client):
                end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threads += [threading.Thread(target=self.hand_on, args=(up, server, lambda data: None)),
                        threading.Thread(target=self.carry, args=(server, lambda data: None, down)),
                        threading.Thread(target=self.hand_on, args=(down, self.client, self.deliver))]
            for thread in threads[1:]:
                thread.start()
            for thread in threads:
                thread.join()


class WireProxy:
    """In front of the server at `server_port`; `passages` are its connections so far."""

    def __init__(self, server_port, delay_s=0.0, port=0):
        self.server = ("127.0.0.1", server_port)
        self.delay_s = delay_s
        self.passages = []
        self.listener = socket.create_server(("127.0.0.1", port), backlog=64)
        self.port = self.listener.getsockname()[1]
        self.threads = []
        threading.Thread(target=self.listen, daemon=True).start()

    def listen(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            passage = Passage(self, client)
            self.passages.append(passage)
            self.threads.append(threading.Thread(target=passage.run, daemon=True))
            self.threads[-1].start()

    def settle(self):
        """The connections since the last time, when all of them are over."""
        for thread in self.threads:
            thread.join(60)
        done, self.passages, self.threads = self.passages, [], []
        return done

    def turns(self):
        """The same, but only how often a client waited."""
        return sum(passage.turns for passage in self.settle())

    def close(self):
        self.listener.close()
