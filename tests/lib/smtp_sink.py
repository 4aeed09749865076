"""A mail server on 127.0.0.1 that keeps what it is given; for tests of the commands.  It stands in
for the real ones of the lab where only the client's behaviour is looked at."""

import base64
import re
import socketserver
import threading


def has_bcc(wire):
    """Whether the header has a Bcc or Resent-Bcc, however it is spelt; a Message-ID may hold these letters."""
    return re.search(rb"^(resent-)?bcc[ \t]*:", wire.split(b"\r\n\r\n", 1)[0], re.I | re.M) is not None


class Sink(socketserver.ThreadingTCPServer):
    """`refuse` maps a recipient to the reply it gets; everybody else is accepted.  With `password`
    nobody sends without a login by one of `mechanisms`.  `messages` are (sender, recipients, bytes
    on the wire without the final dot), `logins` (mechanism, user, was it accepted).  `trouble` is asked
    with `greeting`, with each verb, with `body` when a message begins to come (where it can only hang up),
    with `dot` when it has come and with `kept` when it is kept: None, a reply to give in place of the
    usual one, or b"" to hang up.  With `tls` (an SSLContext) it takes STARTTLS."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, refuse=None, after_data=b"250 2.0.0 queued", extensions=(), password=None,
                 mechanisms=("PLAIN", "LOGIN"), trouble=lambda point: None, tls=None):
        super().__init__(("127.0.0.1", 0), Dialogue)
        self.refuse = refuse or {}
        self.after_data = after_data
        self.extensions = list(extensions)
        self.trouble = trouble
        self.tls = tls
        self.password = password
        if password:
            self.extensions.append(b"AUTH " + " ".join(mechanisms).encode())
        self.logins = []
        self.messages = []
        self.commands = []
        threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True).start()

    @property
    def port(self):
        return self.server_address[1]


class Dialogue(socketserver.StreamRequestHandler):
    is_in_tls = False

    def say(self, line):
        self.wfile.write(line + b"\r\n")

    def handle(self):
        try:
            self.talk()
        except ConnectionError:
            pass  # a client that is killed says no goodbye

    def read_message(self):
        lines = []
        for line in self.rfile:
            if line == b".\r\n":
                return b"".join(lines)
            lines.append(line[1:] if line.startswith(b".") else line)
        return None  # the client went away: nobody gets what is not whole

    def take_message(self, sender, recipients, text):
        """Answers the dot; False: there is no more to say."""
        trouble = self.server.trouble("dot")
        if trouble is None and self.server.after_data.startswith(b"2"):
            self.server.messages.append((sender, recipients, text))
            trouble = self.server.trouble("kept")
        if trouble != b"":
            self.say(trouble or self.server.after_data)
        return trouble != b""

    def greet(self):
        words = [b"sink", *self.server.extensions]
        if self.server.tls and not self.is_in_tls:
            words.append(b"STARTTLS")
        for word in words[:-1]:
            self.say(b"250-" + word)
        self.say(b"250 " + words[-1])

    def start_tls(self):
        """False: the client will have none of it."""
        self.say(b"220 go on")
        try:
            self.connection = self.server.tls.wrap_socket(self.connection, server_side=True)
        except OSError:
            return False
        self.rfile, self.wfile = self.connection.makefile("rb"), self.connection.makefile("wb", buffering=0)
        self.is_in_tls = True
        return True

    def challenge(self, prompt):
        self.say(b"334 " + base64.b64encode(prompt))
        return base64.b64decode(self.rfile.readline())

    def log_in(self, line):
        words = line.split()
        first = base64.b64decode(words[2]) if len(words) > 2 else None
        mechanism = words[1].decode().upper()
        if mechanism == "PLAIN":
            _, user, password = (first or self.challenge(b"")).split(b"\0")
        else:
            user = first or self.challenge(b"Username:")
            password = self.challenge(b"Password:")
        accepted = password.decode() == self.server.password
        self.server.logins.append((mechanism, user.decode(), accepted))
        self.say(b"235 2.7.0 welcome" if accepted else b"535 5.7.8 authentication failed")
        return accepted

    def talk(self):
        sender, recipients = None, []
        may_send = self.server.password is None
        greeting = self.server.trouble("greeting")
        if greeting == b"":
            return
        self.say(greeting or b"220 sink ESMTP")
        while line := self.rfile.readline().rstrip(b"\r\n"):
            self.server.commands.append(line)
            verb = line[:4].upper()
            trouble = self.server.trouble(verb.decode())
            if trouble == b"":
                return
            if trouble:
                self.say(trouble)
            elif verb == b"EHLO":
                self.greet()
            elif line.upper() == b"STARTTLS" and self.server.tls:
                if not self.start_tls():
                    return
            elif verb == b"AUTH" and self.server.password:
                may_send = self.log_in(line) or may_send
            elif verb == b"MAIL" and not may_send:
                self.say(b"530 5.7.0 authentication required")
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
                if self.server.trouble("body") == b"":
                    self.rfile.readline()
                    return
                text = self.read_message()
                if text is None or not self.take_message(sender, recipients, text):
                    return
            elif verb == b"QUIT":
                self.say(b"221 bye")
                return
            else:
                self.say(b"250 ok")
