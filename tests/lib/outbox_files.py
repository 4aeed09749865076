"""Message files as the outbox has them, many at once: sendpath/outbox/envelope.c says what stands in one."""

import hashlib
import os
import random

HEAD = ("sendpath outbox message, format 1\nenvelope-bytes: %020d\nheader-bytes: %020d\nbody-bytes: %020d\n"
        "sha256: ")
SUM_BYTES = 64 + 1


def message(ident, number, account, recipient, body):
    header = (f"From: Terri Chudzik <terri@proseware.com>\r\nTo: {recipient}\r\nSubject: Number {number}\r\n"
              f"Date: Mon, 1 Jun 2026 10:00:00 +0000\r\nMessage-ID: <{ident}@proseware.com>\r\n").encode()
    envelope = (f"id: {ident}\nqueued-at-us: {1780000000000000 + number:020}\ndate: 2026-06-01T10:00:00Z\n"
                f"traits:\naccount: {account}\nsender: <terri@proseware.com>\nrecipient: <{recipient}>\n\n")
    summed = envelope.encode() + header + b"\r\n" + body
    length = len(HEAD % (0, 0, 0)) + SUM_BYTES + len(envelope)
    return ((HEAD % (length, len(header), len(body))).encode() + hashlib.sha256(summed).hexdigest().encode()
            + b"\n" + summed + f"end of message {ident}\n".encode())


def fill(outbox, count, account, journal=b"", recipient="someone@adatum.com", body=b"Hello.\r\n"):
    """`count` messages that wait, in order of arrival; `journal` of all, or called for that of each number."""
    chance = random.Random(f"{account} {count}")
    for folder in ("", "queue", "failed", "sent", "corrupt", "tmp"):
        os.makedirs(outbox / folder, 0o700, exist_ok=True)
    for number in range(count):
        path = os.path.join(outbox, "queue", f"{chance.getrandbits(128):032x}")
        text = message(os.path.basename(path), number, account, recipient, body)
        for suffix, content in ((".journal", journal(number) if callable(journal) else journal), (".message", text)):
            with open(os.open(path + suffix, os.O_CREAT | os.O_WRONLY, 0o600), "wb") as file:
                file.write(content)
