"""Reads what `sendpath send --json` reported and what the lab's mailboxes hold.

report.py walk REPORT               "sent: account relay-denied > location/sender accepted"
report.py value REPORT a.b.-1.c     one value; null for none
report.py settled REPORT ADDRESS    "sent account-pop": state, and the kind of its last route
report.py arrived MESSAGE HOSTS [SERVER/MAILBOX=RULE…]
                                    prints what is not as it should be, nothing when all is
"""

import email
import email.utils
import json
import pathlib
import sys

AUTHOR = "terri@proseware.com"
WORK_SENDER = "tchudzik@thephone-company.com"

# What a delivered message must show: MAIL FROM, From:, Sender:, Reply-To:
RULES = {
    "keep": (AUTHOR, AUTHOR, None, None),
    "sender": (WORK_SENDER, AUTHOR, WORK_SENDER, None),
    "rewrite": (WORK_SENDER, WORK_SENDER, None, AUTHOR),
}


def load(path):
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def step(attempt):
    """An attempt in two words: the kind of route, its rule unless it keeps, and the verdict."""
    route = attempt["route"]
    rule = "" if route["sender_rule"] == "keep" else "/" + route["sender_rule"]
    return f"{route['kind']}{rule} {attempt['verdict']}"


def walk(path):
    """Endpoints and address families of one route that end alike are told once, and an endpoint
    that did not answer only where no other endpoint of its route did."""
    report = load(path)
    answered = {attempt["route"]["kind"] for attempt in report["attempts"]
                if attempt["verdict"] != "unreachable"}
    steps = []
    for attempt in report["attempts"]:
        if attempt["verdict"] == "unreachable" and attempt["route"]["kind"] in answered:
            continue
        if not steps or steps[-1] != step(attempt):
            steps.append(step(attempt))
    return f"{report['outcome']}: {' > '.join(steps)}"


def value(path, wanted):
    found = load(path)
    for name in wanted.split("."):
        found = found[int(name)] if isinstance(found, list) else found[name]
    return found if isinstance(found, str) else json.dumps(found)


def settled(path, address):
    report = load(path)
    for recipient in report["recipients"]:
        if recipient["address"] == address:
            last = report["attempts"][recipient["attempts"][-1]]
            return f"{recipient['state']} {last['route']['kind']}"
    return "not in the report"


def address_of(field):
    return email.utils.parseaddr(field)[1] if field is not None else None


def differences(where, path, original, rule):
    """What is wrong with one delivered copy."""
    delivered = path.read_bytes()
    message = email.message_from_bytes(delivered)
    sent = email.message_from_bytes(original)
    found = tuple(address_of(message[name])
                  for name in ("Return-Path", "From", "Sender", "Reply-To"))
    if found != RULES[rule]:
        yield (f"{where}: MAIL FROM, From, Sender, Reply-To: expected {RULES[rule]}, "
               f"found {found}")
    if rule != "rewrite" and message["From"] != sent["From"]:
        yield f"{where}: From: is now {message['From']}"
    if email.utils.parseaddr(message["From"])[0] != "Terri Chudzik":
        yield f"{where}: the name in From: is lost: {message['From']}"
    for name in ("To", "Subject", "Date", "Message-ID"):
        if message.get_all(name) != sent.get_all(name):
            yield f"{where}: {name}: expected {sent.get_all(name)}, found {message.get_all(name)}"
    if delivered.partition(b"\n\n")[2] != original.partition(b"\n\n")[2]:
        yield f"{where}: the body is not what was written, see {path}"


def arrived(message_path, hosts, *expected):
    original = pathlib.Path(message_path).read_bytes()
    identity = email.message_from_bytes(original)["Message-ID"]
    wanted = dict(one.split("=") for one in expected)
    copies = {where: [] for where in wanted}
    problems = []
    for path in sorted(pathlib.Path(hosts).glob("*/lab/mail/*/*/*")):
        if path.parent.name not in ("new", "cur"):
            continue
        where = f"{path.parts[-6]}/{path.parts[-3]}"
        found = email.message_from_bytes(path.read_bytes())
        if found["Message-ID"] != identity:
            problems.append(f"{where}: other mail: {found['Subject']}")
        else:
            copies.setdefault(where, []).append(path)
    for where, paths in copies.items():
        expected_copies = 1 if where in wanted else 0
        if len(paths) != expected_copies:
            problems.append(f"{where}: expected {expected_copies} copies, found {len(paths)}")
        for path in paths[:expected_copies]:
            problems += differences(where, path, original, wanted[where])
    return "\n".join(problems)


def main():
    commands = {"walk": walk, "value": value, "settled": settled, "arrived": arrived}
    try:
        answer = commands[sys.argv[1]](*sys.argv[2:])
    except (ValueError, LookupError, TypeError) as error:
        answer = f"unreadable report: {type(error).__name__}: {error}"
    if answer:
        print(answer)


main()
