"""What a caller's row expects of the message, against what the lab's servers hold.

called.py EXPECTED HOSTS   prints what is not as it should be, nothing when all is
"""

import email
import email.header
import pathlib
import re
import sys

DOMAINS = {"adatum.com": "adatum", "proseware.com": "proseware",
           "thephone-company.com": "thephone-company"}
ALWAYS_ONCE = ("From", "Date", "Message-ID")
NEVER = ("Bcc", "Resent-Bcc")


def load(path):
    """Each expectation is the number of its words and the words, all ended by NUL."""
    words = pathlib.Path(path).read_text(encoding="utf-8").split("\0")[:-1]
    wanted = []
    while words:
        count = int(words[0])
        wanted.append(words[1:1 + count])
        words = words[1 + count:]
    return wanted


def recipients(wanted):
    return [address for what, *words in wanted if what == "envelope" for address in words[1:]]


def mailbox(address):
    name, domain = address.split("@")
    return f"{DOMAINS[domain]}/{name}"


def text_of(message):
    """The first text in the message, without the coding of the transport."""
    for part in message.walk():
        if part.get_content_maintype() == "text":
            content = part.get_payload(decode=True)
            return content.decode(part.get_content_charset() or "utf-8", "replace").replace("\r\n", "\n")
    return ""


def value(message, name):
    return str(email.header.make_header(email.header.decode_header(message[name])))


def judge_header(message, name, pattern):
    found = message.get_all(name, [])
    if not pattern and found:
        yield f"{name}: must not be there, found {found}"
    elif pattern and len(found) != 1:
        yield f"{name}: expected once, found {found}"
    elif pattern and not re.fullmatch(".*".join(map(re.escape, pattern.split("*"))), value(message, name),
                                      re.DOTALL):
        yield f"{name}: expected '{pattern}', found '{value(message, name)}'"


def judge_text(what, found, wanted):
    if what == "body" and found.rstrip("\n") != wanted.rstrip("\n"):
        yield f"the text is not what was written: {found!r}"
    if what == "contains" and wanted.strip("\n") not in found:
        yield f"'{wanted}' is not in its text: {found!r}"


def judge_copy(path, wanted):
    message = email.message_from_bytes(path.read_bytes())
    for name in ALWAYS_ONCE:
        yield from judge_header(message, name, "*")
    for name in NEVER:
        yield from judge_header(message, name, "")
    for what, *words in wanted:
        if what == "envelope":
            yield from judge_header(message, "Return-Path", f"<{words[0]}>")
        elif what == "header":
            yield from judge_header(message, *words)
        elif what in ("contains", "body"):
            yield from judge_text(what, text_of(message), words[0])


def judge_flow(hosts, wanted):
    """What the servers were told, inside TLS as well: with `record on` alone."""
    told = b"\n".join(path.read_bytes() for path in hosts.glob("*/lab/log/bytes"))
    for what, *words in wanted:
        if what == "flow" and not re.search(words[0].encode(), told, re.MULTILINE):
            yield f"no server was told '{words[0]}'"


def problems(wanted, hosts):
    if not recipients(wanted):
        yield "the row names no recipient"
    left = [mailbox(address) for address in recipients(wanted)]
    for path in sorted(hosts.glob("*/lab/mail/*/new/*")):
        where = f"{path.parts[-6]}/{path.parts[-3]}"
        if where in left:
            left.remove(where)
        else:
            yield f"{where}: a copy too many, {path}"
        for problem in judge_copy(path, wanted):
            yield f"{where}: {problem}"
    for where in left:
        yield f"{where}: no copy"
    yield from judge_flow(hosts, wanted)


def main():
    expected, hosts = sys.argv[1:]
    for problem in problems(load(expected), pathlib.Path(hosts)):
        print(problem)


main()
