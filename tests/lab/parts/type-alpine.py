"""Writes and sends a letter with alpine on a terminal of its own: type-alpine.py ADDRESS SUBJECT TEXT."""

import os
import pty
import re
import select
import sys
import time
import urllib.parse

PATIENCE_S = 20


class Terminal:
    def __init__(self, *command):
        self.pid, self.file = pty.fork()
        if self.pid == 0:
            os.environ.update(TERM="vt100", LINES="30", COLUMNS="100")
            os.execvp(command[0], command)
        self.seen = b""

    def wait_for(self, pattern):
        until = time.monotonic() + PATIENCE_S
        while not re.search(pattern, re.sub(rb"\x1b\[[0-9;?]*[A-Za-z]|\x1b\(B|\x0f", b"", self.seen)):
            ready = select.select([self.file], [], [], until - time.monotonic())[0]
            try:
                data = os.read(self.file, 65536) if ready else b""
            except OSError:
                data = b""
            if not data:
                sys.exit(f"alpine did not show {pattern}: {self.seen[-2000:]!r}")
            self.seen += data
        self.seen = b""

    def type(self, keys):
        os.write(self.file, keys.encode())

    def end(self):
        """Reads to the end, or alpine would wait for us."""
        try:
            while os.read(self.file, 65536):
                pass
        except OSError:
            pass
        return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])


def main():
    address, subject, text = sys.argv[1:]
    terminal = Terminal("alpine", "-url", f"mailto:{address}?subject={urllib.parse.quote(subject)}")
    terminal.wait_for(rb"Message *Text")
    for line in text.splitlines():
        terminal.type(line + "\r")
    terminal.type("\x18")
    terminal.wait_for(rb"Send *message")
    terminal.type("y")
    sys.exit(terminal.end())


main()
