"""What the JSON of `sendpath` must look like: the members of the contract, no more and no less.

A form is a type, a set of values, a test, a list of one form, a dictionary of forms, or maybe(one).
"""

import re

from tap import equal

TEXT, NUMBER, BOOLEAN = str, int, bool


def maybe(kind):
    return (kind, None)


def is_time(value):
    return isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", value)


SECURITY = {"tls", "starttls", "none"}
RECIPIENT = {"address": TEXT, "state": {"sent", "queued", "failed", "uncertain"},
             "attempts": [NUMBER], "verdict": maybe(TEXT), "code": maybe(NUMBER),
             "enhanced": maybe(TEXT), "text": maybe(TEXT)}
ROUTE = {"kind": {"account", "account-port", "account-pop", "backup", "location", "discovered"},
         "server": TEXT, "login": {"account", "backup", "location", "none"}, "pop_login": BOOLEAN,
         "sender_rule": {"keep", "sender", "rewrite"}}
ATTEMPT = {"route": ROUTE, "host": maybe(TEXT), "ip": maybe(TEXT), "port": maybe(NUMBER),
           "security": maybe(SECURITY), "protected": BOOLEAN, "auth": maybe(TEXT),
           "same_connection": BOOLEAN, "mail_from": maybe(TEXT), "header_changes": [TEXT],
           "phase": set("resolve connect tls greeting ehlo starttls auth pop mail rcpt data eod "
                        "quit".split()),
           "code": maybe(NUMBER), "enhanced": maybe(TEXT), "text": maybe(TEXT), "verdict": TEXT,
           "rule": TEXT, "outlook": maybe(TEXT), "at": is_time,
           "ms": {"resolve": NUMBER, "connect": NUMBER, "tls": NUMBER, "total": NUMBER}}
OUTCOME = {"sent", "partial", "queued", "failed", "uncertain"}
NEEDS = maybe({"password", "approval", "decision", "network"})
SEND = {"schema": {1}, "id": TEXT, "outcome": OUTCOME, "account": TEXT, "location": maybe(TEXT),
        "network": maybe(TEXT), "message_id": TEXT, "subject": maybe(TEXT), "from": maybe(TEXT),
        "attempts": [ATTEMPT], "recipients": [RECIPIENT], "reason": maybe(TEXT), "needs": NEEDS,
        "next_try": maybe(is_time), "summary": TEXT,
        "facts": maybe({"refused": TEXT, "subject": maybe(TEXT), "account": maybe(TEXT),
                        "server": maybe(TEXT), "port": maybe(NUMBER), "encryption": maybe(SECURITY),
                        "text": maybe(TEXT), "code": maybe(NUMBER), "outlook": maybe(TEXT)})}
WAITING = {"queued_at": is_time, "size": NUMBER, "held": BOOLEAN}
QUEUE_LINE = dict({name: SEND[name] for name in ("id", "outcome", "account", "from", "subject",
                                                 "message_id", "recipients", "reason", "needs",
                                                 "next_try")}, **WAITING)
LOG_RECIPIENT = {name: RECIPIENT[name] for name in RECIPIENT if name != "attempts"}
LOG_LINE = dict(ATTEMPT, id=TEXT, message_id=maybe(TEXT), resend_of=maybe(TEXT), envid=maybe(TEXT),
                account=TEXT, location=maybe(TEXT), recipients=[LOG_RECIPIENT])
PLAN_LINE = dict(ROUTE, step=NUMBER, why=TEXT, skipped=maybe(TEXT),
                 endpoints=[{"host": TEXT, "port": NUMBER, "security": SECURITY}])
CHECK_LINE = {"check": TEXT, "route": TEXT, "host": TEXT, "port": NUMBER, "ok": BOOLEAN,
              "verdict": TEXT, "text": maybe(TEXT), "ms": NUMBER}
EXPLAIN = {"schema": {1}, "verdict": TEXT, "remedy": TEXT, "rule": TEXT, "what": TEXT, "will": TEXT,
           "advice": TEXT, "outlook": maybe(TEXT)}
RELAYING = {"schema": {1}, "to": TEXT, "account": TEXT, "location": maybe(TEXT), "network": TEXT,
            "relaying": {"local", "allowed", "login", "refused", "unknown"},
            "servers": [{"kind": {"account", "location"}, "host": TEXT, "port": NUMBER,
                         "security": SECURITY, "phase": ATTEMPT["phase"], "code": maybe(NUMBER),
                         "enhanced": maybe(TEXT), "text": maybe(TEXT), "verdict": TEXT,
                         "rule": TEXT, "remedy": TEXT, "why": TEXT}],
            "domain": {"mail", "null-mx", "no-mail-server", "missing", "unknown"}, "summary": TEXT}


def fits(value, form, where):
    """`value` has exactly this form: no member more, none less."""
    if isinstance(form, tuple):
        if value is not None:
            fits(value, form[0], where)
    elif isinstance(form, dict):
        equal(sorted(value), sorted(form), f"members of {where}")
        for name, member in form.items():
            fits(value[name], member, f"{where}.{name}")
    elif isinstance(form, list):
        equal(type(value), list, f"type of {where}")
        for item in value:
            fits(item, form[0], f"{where}[]")
    elif isinstance(form, set):
        equal(value in form, True, f"{where} = {value!r} among {sorted(map(str, form))}")
    elif isinstance(form, type):
        equal(type(value), form, f"type of {where}")
    else:
        equal(bool(form(value)), True, f"form of {where} = {value!r}")
