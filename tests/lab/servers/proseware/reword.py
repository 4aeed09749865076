"""Words proseware's relay refusals as sendmail or qmail do.

Postfix always puts an enhanced code before its text, and older servers did
not. This stands before Postfix on the three submission ports, and records what
it hears; it changes only the refusals and, outside Postfix's own wording, the
enhanced codes that are no longer promised.
"""

import re

import middle
import record

REFUSAL = re.compile(rb"554 5\.7\.1 <(.*)>: Relay access denied\r\n")
WORDINGS = {
    "sendmail": b"550 <%s>... Relaying denied\r\n",
    "qmail": b"553 sorry, that domain isn't in my list of allowed rcpthosts (#5.7.1)\r\n",
}


def wording():
    with open("/lab/switches/wording", encoding="ascii") as file:
        return WORDINGS.get(file.read().strip())


class Reword(record.Record):
    def reply(self, line):
        words = wording()
        if words is not None:
            if match := REFUSAL.fullmatch(line):
                return words % match[1] if b"%s" in words else words
            if line.startswith(b"250-") and line[4:].strip() == b"ENHANCEDSTATUSCODES":
                return b""
        return super().reply(line)


middle.serve(Reword, {10025: False, 10587: False, 10465: True})
