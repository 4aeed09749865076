"""The cells of the matrix: what each needs of the lab, what is done, what must have come of it."""

import collections
import email
import json
import os
import pathlib
import re
import secrets
import shutil
import subprocess
import tempfile
import time

from leaks import Canaries

TOOL = pathlib.Path(__file__).resolve().parent.parent / "lab"
SEND_S = 120
DELIVERY_S = 30

Cell = collections.namedtuple("Cell", "name place obstacle way expected")

# What is in the way: obstacles of the router, and switches of the servers.
OBSTACLES = {
    "nothing": ([], {}),
    "25 dropped": (["drop-25"], {}),
    "25 rejected": (["reject-25"], {}),
    "25+587 dropped": (["drop-25", "drop-587"], {}),
    "25+587 rejected": (["reject-25", "reject-587"], {}),
    "465 dropped": (["drop-465"], {}),
    "465 rejected": (["reject-465"], {}),
    "all dropped": (["drop-25", "drop-587", "drop-465", "drop-pop"], {}),
    "POP3 dropped": (["drop-pop"], {}),
    "25 intercepted": (["intercept-25"], {}),
    "25 alone, intercepted": (["intercept-25", "drop-587", "drop-465"], {}),
    "stripped": (["strip-starttls"], {"evil-manner": "strip"}),
    "stripped, no 465": (["strip-starttls", "drop-465"], {}),
    "wrong address": (["wrong-address"], {}),
    "no IPv6": (["no-ipv6"], {}),
    "no IPv4": (["no-ipv4"], {}),
    "IPv4 alone authorised": ([], {"home-relay": "v4", "work-relay": "v4"}),
    "relay wants a login": ([], {"hotel-relay": "auth"}),
    "told by DHCP": ([], {"hotel-offer": "dhcp"}),
    "portal": (["portal"], {"train-portal": "web"}),
    "portal, every port": (["portal-every"], {"train-portal": "every"}),
    "signed in": ([], {"train-portal": "open"}),
    "refusal forged": ([], {"evil-manner": "denied"}),
    "greeting forged": ([], {"evil-manner": "greeting"}),
}
WITH_MANAGER = ", manager"

# Which switches make a way out, and which of the prepared homes knows of it.
WAYS = {
    "network": ("plain", {}),
    "login": ("plain", {"home-auth": "on"}),
    "pop": ("pop", {"home-pop": "on"}),
    "backup": ("backup", {}),
    "location": ("location", {"work-relay": "on"}),
    "offered": ("plain", {"hotel-offer": "srv"}),
    "approved": ("approved", {"hotel-offer": "srv"}),
}
SWITCHES = {"home-auth": "off", "home-pop": "off", "home-relay": "on", "work-relay": "off",
            "hotel-offer": "none", "hotel-relay": "on", "train-portal": "web",
            "evil-manner": "strip", "home-next-hop": "mx", "home-policy": "none",
            "work-sender": "any", "work-from": "any", "work-tls": "on", "network-manager": "off",
            "record": "on"}

# By which server, and by which kinds of route, a message that was sent has left.
SENT = {
    "account": ("smtp.proseware.com", ("account", "account-port"), "proseware"),
    "pop": ("smtp.proseware.com", ("account-pop",), "proseware"),
    "backup": ("mx.adatum.com", ("backup",), "adatum"),
    "location": ("mail.thephone-company.com", ("location",), "thephone-company"),
    "relay": ("mail.hotel.example.net", ("location",), "hotel-relay"),
}
VERDICTS = {"relay-denied": "denied", "unreachable": "shut", "tls-failed": "tls",
            "auth-required": "login"}
# What the report of the evil twin must speak of: encryption, or a relay that wants a decision.
TWIN_WORDS = re.compile(r"STARTTLS|TLS|certificate|approved|encryption", re.I)


def read_table(path):
    cells, place, ways = [], None, []
    for line in path.read_text(encoding="utf-8").splitlines():
        if not line or line.startswith("#"):
            continue
        if line.startswith("["):
            place = line.strip("[]")
            continue
        words = line.split()
        if line.startswith("in the way"):
            ways = words[3:]
            continue
        obstacle = " ".join(words[:-len(ways)])
        for way, expected in zip(ways, words[-len(ways):]):
            if expected != ".":
                cells.append(Cell(f"{place}, {obstacle}, {way}", place, obstacle, way, expected))
    return cells


class Lab:
    """The lab, told only what has to change, and the traveller's prepared homes."""

    def __init__(self, program):
        self.tool, self.program, self.seconds = TOOL, program, 0.0
        self.switches, self.obstacles, self.place = {}, None, None

    def run(self, *words):
        done = subprocess.run([TOOL, *words], stdin=subprocess.DEVNULL, capture_output=True,
                              text=True, check=False)
        if done.returncode:
            raise RuntimeError(f"lab {' '.join(words)}: {done.stderr.strip()}")
        return done.stdout

    def is_up(self):
        return "lab: traveller runs" in self.run("status").splitlines()

    def start(self):
        self.run("up")
        self.run("block", "none")
        self.run("wording", "postfix")
        self.run_dir = pathlib.Path(self.run("password").strip()).parent
        self.passwords = {who: pathlib.Path(self.run("password", who).strip())
                          for who in ("terri", "ben")}
        self.cases = self.run_dir / "cases"
        self.cases.mkdir(exist_ok=True)
        self.canaries = Canaries(self.run_dir, {
            "terri": (self.passwords["terri"].read_bytes().strip(), "proseware"),
            "ben": (self.passwords["ben"].read_bytes().strip(), "adatum")})
        self.prepare()

    def stop(self):
        self.run("down")

    def arrange(self, place, obstacles, switches):
        wanted = {**SWITCHES, **switches}
        changed = {key: value for key, value in wanted.items() if self.switches.get(key) != value}
        if changed:
            self.run("set", *[word for pair in changed.items() for word in pair])
        if self.obstacles != obstacles:
            self.run("obstacle", *(obstacles or ["none"]))
        if self.place != place:
            self.run("move", place)
        self.switches, self.obstacles, self.place = wanted, list(obstacles), place

    def sendpath(self, home, *words, stdin=None, check=True):
        """As the traveller, with that home's configuration and state."""
        environment = {**os.environ, "LC_ALL": "C.UTF-8", "LAB_STATE_HOME": str(home / "state"),
                       "LAB_CONFIG_HOME": str(home / "config")}
        command = [TOOL, "in", "traveller", "timeout", str(SEND_S), self.program, *words]
        done = subprocess.run(command, input=stdin, capture_output=True, text=True, check=False,
                              env=environment, cwd=self.cases)
        if check and done.returncode:
            raise RuntimeError(f"sendpath {' '.join(words)}: {done.stdout}{done.stderr}")
        return done

    # ---- prepared homes: what a person has set up before the journey ---------------------------

    def prepare(self):
        self.homes = {}
        self.arrange("home", [], {"network-manager": "off"})
        for name in ("plain", "pop", "backup", "location", "approved", "mechanism"):
            home = self.cases / f"matrix-{name}"
            shutil.rmtree(home, ignore_errors=True)
            for folder in ("config", "state"):
                (home / folder).mkdir(parents=True, mode=0o700)
            getattr(self, f"prepare_{name}")(home)
            self.homes[name] = home

    def prepare_plain(self, home, *options):
        self.sendpath(home, "account", "add", "terri@proseware.com", "--as", "home", "--name",
                      "Terri Chudzik", "--smtp", "smtp.proseware.com", "--user", "terri",
                      "--no-test", "--yes", *(options or ["--pop-login", "never"]))
        self.set_password(home, "home", "terri")

    def prepare_pop(self, home):
        self.prepare_plain(home, "--pop", "pop.proseware.com")

    def prepare_backup(self, home):
        self.sendpath(home, "account", "add", "ben@adatum.com", "--as", "ben", "--user", "ben",
                      "--smtp", "mx.adatum.com", "--pop-login", "never", "--no-test", "--yes")
        self.set_password(home, "ben", "ben")
        self.prepare_plain(home, "--pop-login", "never", "--backup", "ben")

    def prepare_location(self, home):
        self.prepare_plain(home)
        self.sendpath(home, "location", "add", "work", "--domain", "thephone-company.com",
                      "--smtp", "mail.thephone-company.com")

    def prepare_approved(self, home):
        """In the real hotel, whoever tells what network it is."""
        self.prepare_plain(home)
        for manager in ("off", "on"):
            self.arrange("hotel", [], {"hotel-offer": "srv", "network-manager": manager})
            self.sendpath(home, "location", "trust")

    def prepare_mechanism(self, home):
        """A password that can be read where it arrives."""
        self.prepare_plain(home, "--pop-login", "never", "--auth", "plain")

    def set_password(self, home, account, who):
        self.sendpath(home, "password", "set", account,
                      stdin=self.passwords[who].read_text(encoding="ascii"))

    def new_home(self, name):
        home = pathlib.Path(tempfile.mkdtemp(prefix="cell-", dir=self.cases))
        for folder in ("config", "state"):
            shutil.copytree(self.homes[name] / folder, home / folder)
        return home

    # ---- a message -----------------------------------------------------------------------------

    def send(self, home, recipient):
        """The report, and the words that give the message away: body, subject, recipient."""
        canary = secrets.token_hex(12)
        message = (f"From: Terri Chudzik <terri@proseware.com>\nTo: {recipient}\n"
                   f"Subject: subject-{canary}\nMessage-ID: <{canary}@proseware.com>\n"
                   f"Date: Fri, 20 Nov 2026 09:15:00 +0100\n\nbody-{canary}\n.\nlast line\n")
        (home / "message").write_text(message, encoding="ascii")
        began = time.monotonic()
        done = self.sendpath(home, "send", "-t", "--json", str(home / "message"), check=False)
        self.seconds = time.monotonic() - began
        (home / "report").write_text(done.stdout, encoding="utf-8")
        (home / "errors").write_text(done.stderr, encoding="utf-8")
        try:
            report = json.loads(done.stdout)
        except ValueError:
            raise RuntimeError(f"send ended with {done.returncode}: {done.stderr}") from None
        words = (f"body-{canary}", f"subject-{canary}", recipient)
        return report, [word.encode("ascii") for word in words]

    def delivered(self):
        """{"adatum/someone": [Message-ID, …]} of every mailbox."""
        boxes = collections.defaultdict(list)
        for path in self.run_dir.glob("hosts/*/lab/mail/*/[nc][eu][wr]/*"):
            found = email.message_from_bytes(path.read_bytes())
            boxes[f"{path.parts[-6]}/{path.parts[-3]}"].append(found["Message-ID"].strip("<>"))
        return dict(boxes)

    def wait_for_mail(self, wanted):
        deadline = time.monotonic() + DELIVERY_S
        while time.monotonic() < deadline and not (self.delivered() == wanted and self.is_idle()):
            time.sleep(0.05)
        return self.delivered()

    def is_idle(self):
        spools = ("postfix/maildrop", "postfix/incoming", "postfix/active", "postfix/deferred",
                  "exim4/input")
        return not any(path.is_file() for spool in spools
                       for path in self.run_dir.glob(f"hosts/*/upper/var/spool/{spool}/**/*"))


def finds_what_is_there(lab):
    """The search itself: password and message are found at the server that may have them."""
    lab.arrange("hotel", [], {"home-auth": "on"})
    lab.run("wipe")
    report, words = lab.send(lab.new_home("mechanism"), "someone@adatum.com")
    lab.wait_for_mail({"adatum/someone": [report["message_id"].strip("<>")]})
    told = lab.canaries.told("proseware")
    forms, _home = lab.canaries.secrets["terri"]
    problems = [] if any(form in told for form in forms) else ["the password was not found"]
    problems += [f"{word} was not found" for word in words if word not in told]
    lab.run("wipe")
    return problems, f"{lab.seconds:.1f} s"


# ---- one cell ----------------------------------------------------------------------------------

def what_came(report):
    """The word of the table for what the report says."""
    if report["outcome"] == "sent":
        last = report["attempts"][report["recipients"][0]["attempts"][-1]]["route"]
        for word, (server, kinds, _host) in SENT.items():
            if last["server"] == server and last["kind"] in kinds:
                return word
        return f"{last['kind']}:{last['server']}"
    if report["outcome"] != "queued":
        return report["outcome"]
    if report["needs"] == "approval":
        return "ask"
    if report["needs"] == "network":
        return "portal"
    if report["needs"] is not None:
        return report["needs"]
    return VERDICTS.get(report["recipients"][0]["verdict"], str(report["recipients"][0]["verdict"]))


def twin_problems(report):
    if report["outcome"] != "queued":
        yield f"expected that it waits, found {report['outcome']}"
    if not TWIN_WORDS.search(report["reason"] or ""):
        yield f"the report does not say why: {report['reason']}"


def problems_of(lab, cell, report, words, recipient):
    seen, identity = what_came(report), report["message_id"].strip("<>")
    if cell.expected == "twin":
        yield from twin_problems(report)
    elif seen != cell.expected:
        yield f"expected {cell.expected}, found {seen}"
    if report["outcome"] == "queued" and not report["reason"]:
        yield "it waits without a reason"
    box = {"someone@adatum.com": "adatum/someone",
           "tchudzik@thephone-company.com": "thephone-company/tchudzik"}[recipient]
    wanted = {box: [identity]} if report["outcome"] == "sent" else {}
    found = lab.wait_for_mail(wanted)
    if found != wanted:
        yield f"in the mailboxes: expected {wanted}, found {found}"
    readers = {"proseware"}
    if report["outcome"] == "sent":
        readers.add(box.split("/", maxsplit=1)[0])
    if cell.expected in SENT:
        readers.add(SENT[cell.expected][2])
    if cell.way == "backup" and cell.place != "evil":
        readers.add("adatum")
    hearers = {"location": {"thephone-company"}, "approved": {"hotel-relay"}}.get(cell.way, set())
    yield from lab.canaries.leaks(words, readers, hearers)


def judge(lab, cell):
    """What came of it, in the table's word, and all that is wrong with it."""
    with_manager = cell.obstacle.endswith(WITH_MANAGER)
    obstacles, switches = OBSTACLES[cell.obstacle.removesuffix(WITH_MANAGER)]
    prepared, opened = WAYS[cell.way]
    if cell.place in ("train", "evil"):
        obstacles = []  # what they do by themselves
    home = lab.new_home(prepared)
    recipient = "tchudzik@thephone-company.com" if cell.way == "backup" else "someone@adatum.com"
    try:
        lab.arrange(cell.place, obstacles,
                    {**opened, **{key: value for key, value in switches.items()
                                  if key != "work-relay" or cell.way == "location"},
                     "network-manager": "on" if with_manager else "off"})
        lab.run("wipe")
        report, words = lab.send(home, recipient)
        problems = list(problems_of(lab, cell, report, words, recipient))
        seen = what_came(report)
        if problems:
            problems.append(f"reason: {report['reason']}; attempts: " + ", ".join(
                f"{one['route']['kind']} {one['host']}:{one['port']} {one['verdict']}"
                for one in report["attempts"]))
    except (RuntimeError, LookupError, TypeError) as error:
        seen, problems = "error", [f"{type(error).__name__}: {error}"]
    if problems:
        problems.append(f"see {home}")
    else:
        seen = cell.expected
        lab.run("wipe")
        shutil.rmtree(home)
    return seen, problems
