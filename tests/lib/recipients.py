"""Whom `sendmail -t` takes from a header: how that is asked of our own, and when two answers are one."""

import concurrent.futures
import os
import pathlib
import subprocess
import urllib.parse

LOCAL = "local-names@proseware.com"
CONFIG = ("[account home]\naddress = terri@proseware.com\nsmtp = 127.255.255.255:1\nsecurity = none\n"
          f"[policy]\nlocal = {LOCAL}\n")


def without_quotes(local):
    if len(local) < 2 or local[0] != '"' or local[-1] != '"':
        return local
    plain, is_literal = "", False
    for char in local[1:-1]:
        is_literal = char == "\\" and not is_literal
        plain += "" if is_literal else char
    return plain


def key(address):
    """The mailbox itself: without quotes, a source route, the case of its domain; a name without a
    domain is `local`."""
    if address.startswith("@") and ":" in address:
        address = address.split(":", 1)[1]
    local, at, domain = address.rpartition("@")
    if not at:
        return LOCAL
    try:
        domain = domain.encode("idna").decode()
    except UnicodeError:
        pass  # no name of a host, but the same on both sides
    return without_quotes(local) + "@" + domain.lower()


class Ours:
    """Our `sendmail` with an outbox of its own below `folder`, which holds one message at most."""

    def __init__(self, program, folder):
        built = pathlib.Path(program)
        own = built.parent / ".libs" / built.name  # without libtool's shell script, several times as quick
        self.program, self.queue = own if own.exists() else built, pathlib.Path(folder) / "outbox" / "queue"
        config = pathlib.Path(folder) / "sendpath.conf"
        config.write_text(CONFIG)
        config.chmod(0o600)
        self.env = dict(os.environ, SENDPATH_CONFIG=str(config), SENDPATH_OUTBOX=str(self.queue.parent),
                        XDG_STATE_HOME=str(folder), LC_ALL="C.UTF-8",
                        LD_LIBRARY_PATH=str(built.parent.parent / "sendpath" / ".libs"))

    def ask(self, text):
        """The exit status and the recipients, none of them unless it is 0; and what is to be sent."""
        done = subprocess.run([self.program, "-odq", "-t"], input=text, env=self.env, capture_output=True,
                              timeout=60, check=False)
        recipients, wire = set(), b""
        for path in self.queue.glob("*"):
            if path.suffix == ".message":
                envelope, wire = path.read_bytes().split(b"\n\n", 1)
                lines = envelope.decode("utf-8", "surrogateescape").split("\n")
                recipients |= {key(urllib.parse.unquote(line[len("recipient: <"):-1]))
                               for line in lines if line.startswith("recipient: ")}
            path.unlink()
        return done.returncode, sorted(recipients), wire


def ask_ours(program, cases, folder, jobs):
    """What Ours.ask() says of each case, by its name."""
    def ask(number):
        own = pathlib.Path(folder) / f"ours-{number}"
        own.mkdir()
        ours = Ours(program, own)
        return {case.name: ours.ask(case.text) for case in cases[number::jobs]}

    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        return {name: answer for part in pool.map(ask, range(jobs)) for name, answer in part.items()}


def read_fields(header):
    """Name and whole text of each field, without its line ends; of a first line of mbox nothing."""
    lines = header.replace(b"\r\n", b"\n").split(b"\n")
    fields = []
    for line in lines[lines[0].startswith(b"From "):]:
        if line[:1] in (b" ", b"\t"):
            fields[-1] += line
        else:
            fields.append(line)
    return [(field.split(b":")[0].rstrip().lower(), field) for field in fields]


def is_whole(text, wire):
    """All fields are there as they were, but for Bcc and an author without a domain; and none besides but
    those that were missing."""
    before, after = (read_fields(message.replace(b"\r\n", b"\n").split(b"\n\n", 1)[0]) for message in (text, wire))
    kept = [field for field in before if field[0] not in (b"bcc", b"resent-bcc")]
    added = {name for name, _ in after[len(kept):]}
    changed = [old for old, new in zip(kept, after)
               if old != new and (old[0] != b"from" or b"@" in old[1] or new[0] != b"from")]
    return (not changed and len(after) >= len(kept)
            and added <= {b"from", b"date", b"message-id"} - {name for name, _ in kept})


def judge(case, postfix, status, ours, wire):
    """What becomes of it, and whether that may be.  HACKING says why a broken field is refused where
    Postfix guesses."""
    if status == 0 and not is_whole(case.text, wire):
        return "another header is sent", False
    if status == 0:
        return "the same", ours == postfix
    if status != 65 or ours:
        return f"exit {status}, {len(ours)} recipients queued", False
    if not postfix:
        return "no recipients", True
    return "refused", not case.is_good
