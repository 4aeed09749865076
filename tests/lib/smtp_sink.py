"""A mail server on 127.0.0.1 that keeps what it is given; for tests of the commands.  It stands in
for the real ones of the lab where only the client's behaviour is looked at."""

import socketserver
import threading


class Sink(socketserver.ThreadingTCPServer):
    """`refuse` maps a recipient to the reply it gets; everybody else is accepted.  `messages` are
    (sender, recipients, bytes on the wire without the final dot)."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, refuse=None, after_data=b"250 2.0.0 queued", extensions=()):
        super().__init__(("127.0.0.1", 0), Dialogue)
        self.refuse = refuse or {}
        self.after_data = after_data
        self.extensions = extensions
        self.messages = []
        self.commands = []
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def port(self):
        return self.server_address[1]


class Dialogue(socketserver.StreamRequestHandler):
    def say(self, line):
        self.wfile.write(line + b"\r\n")

    def read_message(self):
        lines = []
        for line in self.rfile:
            if line == b".\r\n":
                break
            lines.append(line[1:] if line.startswith(b".") else line)
        return b"".join(lines)

    def greet(self):
        words = [b"sink", *self.server.extensions]
        for word in words[:-1]:
            self.say(b"250-" + word)
        self.say(b"250 " + words[-1])

    def handle(self):
        sender, recipients = None, []
        self.say(b"220 sink ESMTP")
        for line in self.rfile:
            line = line.rstrip(b"\r\n")
            self.server.commands.append(line)
            verb = line[:4].upper()
            if verb == b"EHLO":
                self.greet()
            elif verb == b"MAIL":
                sender, recipients = line[line.index(b"<") + 1:line.index(b">")].decode(), []
                self.say(b"250 ok")
            elif verb == b"RCPT":
                address = line[line.index(b"<") + 1:line.rindex(b">")].decode()
                reply = self.server.refuse.get(address, b"250 ok")
                if reply.startswith(b"2"):
                    recipients.append(address)
                self.say(reply)
            elif verb == b"DATA":
                if not recipients:
                    self.say(b"554 no recipients")
                    continue
                self.say(b"354 go on")
                text = self.read_message()
                if self.server.after_data.startswith(b"2"):
                    self.server.messages.append((sender, recipients, text))
                self.say(self.server.after_data)
            elif verb == b"QUIT":
                self.say(b"221 bye")
                return
            else:
                self.say(b"250 ok")
