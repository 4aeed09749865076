"""Headers as programs and people write them, made over the grammar of RFC 5322 and beyond it.

The same number gives the same cases on every machine: of the random numbers only random() is used,
which Python keeps the same from version to version.
"""

import email
import email.policy
import random
import re
import zlib

LOCALS = ("someone", "Terri.Chudzik", "o'brien", "a+tag", "x-y_z", "=?b", "{curly}", "q&a", "MixedCase", "1234",
          "bounce+x=adatum.com", "#!$%&'*+-/=?^_`{|}~", "very.long.local.part.with.many.dots.in.it")
QUOTED_LOCALS = ('"john doe"', '"a@b"', '"comma, inc"', r'"quo\"te"', r'"back\\slash"', '"semi;colon"',
                 '"two..dots"', '".lead"', '"par(en"', '"plain"')
DOMAINS = ("adatum.com", "ADATUM.com", "mail.thephone-company.com", "proseware.com", "example.org", "a.example.net",
           "xn--bcher-kva.example", "under_score.example.org", "4digits.example.com")
OTHER_DOMAINS = ("bücher.example", "[192.0.2.1]", "[IPv6:2001:db8::1]", "例え.example")
PHRASES = ("Someone", "Terri Chudzik", "John Q. Public", '"Chudzik, Terri"', r'"quo\"te me"', '"a <b@c.example> d"',
           "=?utf-8?q?Fran=C3=A7ois=2C_Andr=C3=A9?=", "=?ISO-8859-1?B?SvxyZ2VuLCBLYXJsOyA8eEB5Pg==?=",
           "=?utf-8?q?x=0D=0ABcc=3A_evil=40example.net?=", '""', '"(not a comment)"', '"ends; here"',
           "R&D", "Dr. No", "o'Neil", '"two" words', "Ünïcödé Näme", "日本 太郎")
COMMENTS = ("(work)", "(a (nested) one)", r"(par\)en)", "(comma, semi; colon:)", "(at@sign)", "()", '(a "quote)')
BARE = ("root", "postmaster", "terri", "www-data")
GROUPS = ("friends", "undisclosed-recipients", '"quoted, group"', "A Group", "=?utf-8?q?Gr=C3=BCppe?=")
RECIPIENT_FIELDS = ("To", "Cc", "Bcc")
OTHER_FIELDS = ("From: terri@proseware.com", "Reply-To: reply@example.org", "Sender: sender@example.org",
                "Subject: To: nobody@example.org", "Received: from x (y [192.0.2.1]) by z for <for@example.org>;\n"
                " Sat, 21 Nov 2026 10:00:00 +0000", "Delivered-To: delivered@example.org", "X-To: x-to@example.org",
                "In-Reply-To: <id@example.org>", "References: <a@example.org>\n\t<b@example.org>",
                "List-Post: <mailto:list@example.org>", "Mail-Followup-To: follow@example.org",
                "Errors-To: e@example.org", "Disposition-Notification-To: mdn@example.org",
                "X-Mailer: =?utf-8?q?M=C3=A4iler?=", "Bcc-Note: n@example.org", "Return-Receipt-To: rrt@example.org")

# What no grammar has, though it was sent: each becomes a recipient field of its own.
BROKEN = ("a@adatum.com b@adatum.com", "A B a@adatum.com", '"open quote <a@adatum.com>', "a@adatum.com (open",
          "<a@adatum.com", "a@adatum.com>", "a@b@adatum.com", "@adatum.com", "a@", "a@.adatum.com",
          "a@adatum..com", "a@adatum.com.", ".a@adatum.com", "a.@adatum.com", "a..b@adatum.com",
          "a@adatum.com; b@adatum.com", "g: a@adatum.com", "g: h: a@adatum.com;;", "<a@adatum.com> b",
          "Name a@adatum.com <b@adatum.com>", "a b@adatum.com", "a@[192.0.2.1", "a@ada tum.com",
          "<<a@adatum.com>>", "<>", "<@a.example:>", "Name <>", "a@adatum.com\\",
          "Name <a@adatum.com> <b@adatum.com>", "mailto:a@adatum.com", "a at adatum.com", ";", ":", "@",
          "a@adatum.com)", '"Name" <"a"b@adatum.com>', "Smith, John <a@adatum.com>",
          "John [Work] <a@adatum.com>", "a@b.example, <c", "Name: Work <a@adatum.com>", "[a@adatum.com]",
          "a@adatum.com, , ; b@adatum.com", "'a@adatum.com'", "a%b@adatum.com", "adatum.com!a",
          "user@[10.0.0.1]x", "a@-adatum.com", "<a@adatum.com", "a@adatum.com,\x01b@adatum.com",
          "Name <a@adatum.com", "Name (x <a@adatum.com>", "=?utf-8?q?a=40adatum=2Ecom?=",
          "<a@adatum.com>, Name")


class Case:
    """`is_good` says whether RFC 5322 allows it, obsolete forms included; `meaning` is a text with the
    same recipients, for a reader who does not know that the newest Resent block counts alone."""

    def __init__(self, name, text, is_good, meaning=None):
        self.name, self.text, self.is_good, self.meaning = name, text, is_good, meaning or text
        self.sum = zlib.crc32(text)  # tells an old record from a new text


class Maker:
    def __init__(self, seed):
        self.random = random.Random(seed).random

    def one(self, choices):
        return choices[int(self.random() * len(choices))]

    def chance(self, odds):
        return self.random() < odds

    def count(self, most):
        return 1 + int(self.random() * most)

    # ---- the grammar ---------------------------------------------------------------------------

    def blank(self):
        """Where the grammar allows comments and folding."""
        return self.one(("",) * 8 + (" ", "\t", "  ", "\n ", "\n\t", "\n  \t ", " (c) ", self.one(COMMENTS),
                                     "\n " + self.one(COMMENTS) + "\n\t"))

    def domain(self):
        return self.one(OTHER_DOMAINS if self.chance(0.12) else DOMAINS)

    def address(self):
        if self.chance(0.06):
            return self.one(BARE)
        local = self.one(QUOTED_LOCALS if self.chance(0.15) else LOCALS)
        domain = self.domain()
        if self.chance(0.08) and domain[0] != "[":  # obsolete: blanks around dots and the at
            return "first . last" + self.blank() + "@" + self.blank() + domain.replace(".", self.blank() + ".", 1)
        return local + "@" + domain

    def route(self):
        return ",".join("@" + self.one(DOMAINS) for _ in range(self.count(3))) + ":"

    def mailbox(self):
        address = self.address()
        form = self.random()
        if form < 0.35:
            return address
        if form < 0.45:
            return f"{address} ({self.one(('Someone', 'T. Chudzik', 'with, comma', 'Jürgen'))})"
        if form < 0.55:
            return f"<{self.blank()}{address}{self.blank()}>"
        if form < 0.60 and "@" in address:
            return f"{self.one(PHRASES)} <{self.route()}{address}>"
        return f"{self.one(PHRASES)}{self.one((' ', '', chr(10) + ' ', '  '))}<{address}>"

    def members(self, most):
        entries = [self.mailbox() for _ in range(self.count(most))]
        if self.chance(0.08):
            entries.insert(int(self.random() * len(entries)), "")  # obsolete: an empty place
        return ("," + self.one(("", " ", "\n ", "\n\t"))).join(entries)

    def group(self):
        inside = "" if self.chance(0.3) else self.members(3)
        return f"{self.one(GROUPS)}:{self.blank()}{inside}{self.blank()};"

    def value(self, most=5):
        entries = [self.group() if self.chance(0.08) else self.members(2) for _ in range(self.count(most))]
        return ("," + self.blank()).join(entries)

    def spelling(self, name):
        spelt = self.one((name,) * 5 + (name.upper(), name.lower(), name.swapcase()))
        return spelt + self.one(("",) * 9 + (" ", "\t", "  "))

    def field(self, name, value):
        return f"{self.spelling(name)}:{self.one((' ',) * 5 + ('', '  ', chr(9), chr(10) + ' '))}{value}\n"

    # ---- whole headers -------------------------------------------------------------------------

    def noise(self):
        return [self.one(OTHER_FIELDS) + "\n" for _ in range(self.count(4) - 1)]

    def shuffled(self, fields):
        return [field for _, field in sorted((self.random(), field) for field in fields)]

    def plain(self):
        fields = [self.field(self.one(RECIPIENT_FIELDS), self.value()) for _ in range(self.count(3))]
        return self.shuffled(fields + self.noise())

    def empty(self):
        empties = ("", " ", "(nobody)", "undisclosed-recipients:;", "g: ;")
        fields = [self.field(name, self.one(empties)) for name in ("To", "Bcc")]
        return self.shuffled(fields + [self.field("Cc", self.mailbox())] + self.noise())

    def long(self):
        """As a mailing to a whole club has it."""
        entries = [f"Member {i} <m{i}@{self.one(DOMAINS)}>" for i in range(200 + int(self.random() * 2800))]
        between = "," + self.one(("", " ", "\n "))
        return [self.field(self.one(RECIPIENT_FIELDS), between.join(entries)), *self.noise()]

    def resent_block(self):
        """It begins with the author or the date, as programs write it: where two blocks touch, only a
        field that comes again tells them apart."""
        names = ["To"] + [name for name in ("Cc", "Bcc") if self.chance(0.4)]
        head = ["Resent-From: terri@proseware.com\n", "Resent-Date: Sat, 21 Nov 2026 10:00:00 +0000\n"]
        return self.shuffled(head) + self.shuffled([self.field("Resent-" + name, self.value(2)) for name in names])

    def original(self):
        return self.noise() + [self.field("To", self.value(2)), self.field("Bcc", self.value(1))]

    def resent(self):
        return self.resent_block() + self.original()

    def resent_twice(self):
        """The header, and what it means: the older block is of no account."""
        newest, older, original = self.resent_block(), self.resent_block(), self.original()
        between = self.one(([], ["Received: from x by y; Sat, 21 Nov 2026 10:00:00 +0000\n"]))
        return newest + between + older + original, newest + between + original

    def mbox(self):
        return ["From terri Sat Nov 21 10:00:00 2026\n", *self.plain()]

    def crlf(self):
        return [field.replace("\n", "\r\n") for field in self.plain()]

    def latin_1(self):
        return [self.field("To", f"J\u00fcrgen <{self.one(LOCALS)}@{self.one(DOMAINS)}>"), *self.noise()]

    def broken(self):
        fields = [self.field(self.one(RECIPIENT_FIELDS), self.one(BROKEN))]
        if self.chance(0.4):
            fields.append(self.field(self.one(RECIPIENT_FIELDS), self.value(2)))
        return self.shuffled(fields + self.noise())

    def cut(self):
        """A good field with a character less, or another one in its place."""
        value = self.value(3)
        at = int(self.random() * len(value))
        value = value[:at] + self.one(("", "", *'"(<>@,;:\\)[')) + value[at + 1:]
        return [self.field("To", value), *self.noise()]


# Of a hundred headers, how many are of a kind; those that may be no header at all come last.
GOOD = (("plain", 52), ("empty", 3), ("long", 1), ("resent", 8), ("resent_twice", 5), ("mbox", 3), ("crlf", 5),
        ("latin_1", 2))
BAD = (("broken", 11), ("cut", 10))


def generated(count, seed=1):
    kinds = [kind for kind, weight in GOOD + BAD for _ in range(weight)]
    for number in range(count):
        maker = Maker(f"{seed}.{number}")
        kind = maker.one(kinds)
        made = getattr(maker, kind)()
        texts = [to_bytes(kind, fields) for fields in (made if isinstance(made, tuple) else (made,))]
        yield Case(f"{kind}-{number}", texts[0], kind in dict(GOOD), texts[-1])


def to_bytes(kind, fields):
    end = "\r\n" if kind == "crlf" else "\n"
    return ("".join(fields) + end + "Text." + end).encode("latin-1" if kind == "latin_1" else "utf-8")


def from_messages(paths):
    """The headers of messages that really came, and of those inside them: none of them is to be refused."""
    for path in paths:
        whole = email.message_from_bytes(path.read_bytes(), policy=email.policy.compat32)
        for number, part in enumerate(part for part in whole.walk() if part.get("To") or part.get("Cc")):
            lines = "".join(f"{name}: {value}\n" for name, value in part.items())
            text = re.sub(r"\r\n?", "\n", lines).encode("utf-8", "surrogateescape") + b"\nText.\n"
            yield Case(f"{path.stem}-{number}", text, True)
