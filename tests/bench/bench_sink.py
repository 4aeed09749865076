"""A mail server on 127.0.0.1 that throws everything away: it answers all commands that came together in one write,
as real servers with PIPELINING do, knows CHUNKING, TLS and AUTH PLAIN, and may be slow, refuse, or acknowledge at
once what it gets. For benchmarks only: it checks nothing that a benchmark does not need."""

import os
import signal
import socket
import ssl
import threading
import time

EXTENSIONS = ("PIPELINING", "CHUNKING", "8BITMIME", "SIZE 200000000", "ENHANCEDSTATUSCODES")
PIECE_BYTES = 1 << 18
QUICKACK = 12  # TCP_QUICKACK: not delayed in the hope of something to send along


class Dialogue:
    """One connection. Bytes in, replies out; what is not whole yet stays in `buffer`."""

    def __init__(self, sink, connection):
        self.sink = sink
        self.connection = connection
        self.is_in_tls = sink.security == "tls"
        self.buffer = bytearray()
        self.replies = []
        self.data_left = None  # of a BDAT
        self.is_in_data = False
        self.is_last = False
        self.recipients = 0
        self.is_over = False
        self.sink_socket = connection

    def say(self, *lines):
        self.replies.extend(line + "\r\n" for line in lines)

    def flush(self):
        if not self.replies:
            return
        if self.sink.pause_s:
            time.sleep(self.sink.pause_s)
        text, self.replies = "".join(self.replies).encode(), []
        self.connection.sendall(text)

    def greet(self):
        words = [*self.sink.extensions]
        if self.sink.security == "starttls" and not self.is_in_tls:
            words.append("STARTTLS")
        if self.sink.has_login and (self.is_in_tls or self.sink.security == "none"):
            words.append("AUTH PLAIN")
        self.say(*(f"250-{word}" for word in ("sink", *words[:-1])), f"250 {words[-1]}" if words else "250 sink")

    def take(self):
        self.sink.taken += 1
        self.say("250 2.0.0 taken")

    def read_content(self):
        """False: more must come."""
        if self.data_left is not None:
            used = min(self.data_left, len(self.buffer))
            del self.buffer[:used]
            self.data_left -= used
            if self.data_left:
                return False
            self.data_left = None
            if self.is_last:
                self.take()
            else:
                self.say("250 2.0.0 go on")
            return True
        end = self.buffer.find(b"\r\n.\r\n")
        if end < 0:
            del self.buffer[:-4]
            return False
        del self.buffer[:end + 5]
        self.is_in_data = False
        self.take()
        return True

    def read_command(self):
        end = self.buffer.find(b"\r\n")
        if end < 0:
            return False
        line = self.buffer[:end].decode("utf-8", "replace")
        del self.buffer[:end + 2]
        words = line.upper().split()
        verb = words[0] if words else ""
        if verb == "EHLO":
            self.greet()
        elif verb == "HELO":
            self.say("250 sink")
        elif verb == "STARTTLS":
            self.say("220 2.0.0 go on")
            self.flush()
            self.start_tls()
        elif verb == "AUTH":
            self.say("235 2.7.0 welcome" if len(words) > 2 else "334 ")
        elif verb == "RCPT":
            self.recipients += not self.sink.refusal
            self.say(self.sink.refusal or "250 2.1.5 ok")
        elif verb == "DATA":
            self.is_in_data = self.recipients > 0 or self.sink.takes_empty
            self.buffer[:0] = b"\r\n" if self.is_in_data else b""  # a message may begin with its dot
            self.say("354 go on" if self.is_in_data else "554 5.5.1 no recipients")
            self.recipients = 0
        elif verb == "BDAT":
            self.data_left, self.is_last = int(words[1]), len(words) > 2
            if self.data_left == 0:
                self.read_content()
        elif verb == "QUIT":
            self.say("221 2.0.0 bye")
            self.is_over = True
        elif verb in ("MAIL", "RSET", "NOOP"):
            self.recipients = 0
            self.say("250 2.0.0 ok")
        else:
            self.say("235 2.7.0 welcome" if self.sink.has_login else "500 5.5.2 what?")
        return True

    def start_tls(self):
        self.connection = self.sink.context.wrap_socket(self.connection, server_side=True)
        self.is_in_tls = True

    def read(self):
        if self.sink.is_quick:
            self.sink_socket.setsockopt(socket.IPPROTO_TCP, QUICKACK, 1)
        data = self.connection.recv(PIECE_BYTES)
        if self.sink.is_quick:
            self.sink_socket.setsockopt(socket.IPPROTO_TCP, QUICKACK, 1)
        self.buffer += data
        return bool(data)

    def is_leaving(self):
        """The client has said so, or is gone, whether that was read or not."""
        if self.is_over or b"QUIT" in self.buffer:
            return True
        try:
            return self.sink_socket.recv(4, socket.MSG_PEEK | socket.MSG_DONTWAIT) in (b"", b"QUIT")
        except BlockingIOError:
            return False
        except OSError:
            return True

    def talk(self):
        self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if self.is_in_tls:
            self.start_tls()
        self.say("220 sink ESMTP")
        self.flush()
        while not self.is_over and self.read():
            while self.buffer and not self.is_over:
                is_content = self.is_in_data or self.data_left is not None
                if not (self.read_content() if is_content else self.read_command()):
                    break
            self.flush()


class Sink:
    """`security` is none, starttls or tls (with `chain`, a file with key and certificate); `refusal` is said to
    each recipient, and `takes_empty` wants the message all the same; `pause_s` passes before each write; `port` 0
    leaves it to the kernel."""

    def __init__(self, security="none", chain=None, has_login=False, extensions=EXTENSIONS, is_quick=False,
                 pause_s=0.0, refusal=None, takes_empty=False, port=0):
        self.security, self.has_login, self.extensions = security, has_login, extensions
        self.is_quick, self.pause_s, self.refusal, self.takes_empty = is_quick, pause_s, refusal, takes_empty
        self.taken, self.most_at_once, self.dialogues = 0, 0, []
        self.context = None
        if security != "none":
            self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.context.load_cert_chain(chain)
        self.listener = socket.create_server(("127.0.0.1", port), backlog=128)
        self.port = self.listener.getsockname()[1]
        self.lock = threading.Lock()
        self.process = None

    def start(self):
        threading.Thread(target=self.listen, daemon=True).start()
        return self

    def start_apart(self):
        """In a process of its own, where nothing else takes its time; what it counts stays there."""
        self.process = os.fork()
        if self.process == 0:
            try:
                self.listen()
            finally:
                os._exit(0)
        self.listener.close()
        return self

    def listen(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def serve(self, connection):
        dialogue = Dialogue(self, connection)
        with self.lock:
            self.dialogues.append(dialogue)
            self.most_at_once = max(self.most_at_once, sum(not other.is_leaving() for other in self.dialogues))
        try:
            dialogue.talk()
        except OSError:
            pass  # a client that is in a hurry says no goodbye
        finally:
            dialogue.connection.close()
            with self.lock:
                self.dialogues.remove(dialogue)

    def close(self):
        if self.process:
            os.kill(self.process, signal.SIGKILL)
            os.waitpid(self.process, 0)
        else:
            self.listener.close()
