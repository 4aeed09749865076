"""Writes and sends a letter with alpine on a terminal of its own: type-alpine.py ADDRESS SUBJECT TEXT."""

import os
import pty
import re
import select
import sys
import urllib.parse

PATIENCE_S = 15
# what moves the cursor or changes the look
MOVES = re.compile(rb"\x1b\[[0-9;?]*[A-Za-z]|\x1b\(B|\x0f")


class Terminal:
    def __init__(self, *command):
        self.pid, self.file = pty.fork()
        if self.pid == 0:
            os.environ.update(TERM="vt100", LINES="30", COLUMNS="100")
            os.execvp(command[0], command)
        self.seen = b""

    def read(self, what):
        """What is shown next; b"" when alpine has ended."""
        if not select.select([self.file], [], [], PATIENCE_S)[0]:
            sys.exit(f"alpine does not {what}: {self.seen[-2000:]!r}")
        try:
            data = os.read(self.file, 65536)
        except OSError:
            data = b""
        self.seen += data
        return data

    def wait_for(self, pattern):
        """Words may be apart: alpine moves the cursor where there is a blank."""
        while not re.search(pattern, MOVES.sub(b"", self.seen)):
            if not self.read(f"show {pattern}"):
                sys.exit(f"alpine ended before it showed {pattern}: {self.seen[-2000:]!r}")
        self.seen = b""

    def type(self, keys):
        os.write(self.file, keys.encode())

    def end(self):
        while self.read("end"):
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
