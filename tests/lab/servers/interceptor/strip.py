"""Takes STARTTLS out of others' conversations with smtp.proseware.com, as some firewalls do, and
offers a login in the clear instead. Records what is said."""

import asyncio

import middle
import record


class Strip(record.Record):
    says_who = False
    ends_tls = False

    def own_answer(self, line):
        if line.strip().upper() == b"STARTTLS":
            record.note(line)
            return b"500 5.5.1 Command unrecognized\r\n"
        return None

    def reply(self, line):
        if line[:4] in (b"250-", b"250 ") and line[4:].strip().upper() == b"STARTTLS":
            return b"250-AUTH PLAIN LOGIN\r\n" + line[:4] + b"XXXXXXXA\r\n"
        return line


class Strip25(Strip):
    backend = ("smtp.proseware.com", 25)


class Strip587(Strip):
    backend = ("smtp.proseware.com", 587)


asyncio.run(middle.serve_all({11025: (Strip25, False), 11587: (Strip587, False)}))
