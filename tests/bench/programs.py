"""The programs that are compared, and how a process is timed: from before it is started until it has been waited
for, without a shell and without a fork of this program."""

import os
import pathlib
import signal
import subprocess
import tempfile
import time

ACCOUNT = "terri@proseware.com"
RECIPIENT = "someone@adatum.com"
PASSWORD = "correct horse"
HEADER = f"From: {ACCOUNT}\nTo: {RECIPIENT}\nSubject: Bench\n\n"
LINE = "A line of text that is about as long as lines of mail are, sixty-nine.\n"
PEERS = pathlib.Path("/usr/lib/peers")
PATIENCE_S = 300
NOWHERE = "127.255.255.255:1"


def message_of(place, size_bytes):
    """A file with a message of about this size."""
    path = place / f"message-{size_bytes}"
    if not path.exists():
        lines = (size_bytes - len(HEADER)) // len(LINE)
        path.write_text(HEADER + LINE * lines, encoding="ascii")
    return path


def plain_environment(place):
    """Nothing of the user's, and no bus of a desktop."""
    return {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": str(place), "LC_ALL": "C.UTF-8", "TZ": "UTC",
            "XDG_CONFIG_HOME": str(place / "config"), "XDG_STATE_HOME": str(place / "state"),
            "XDG_RUNTIME_DIR": str(place / "run"), "TMPDIR": str(place),
            "DBUS_SESSION_BUS_ADDRESS": f"unix:path={place}/no-bus",
            "DBUS_SYSTEM_BUS_ADDRESS": f"unix:path={place}/no-system-bus"}


def start(argv, env, stdin="/dev/null", stdout="/dev/null", stderr="/dev/null"):
    """Its process id."""
    files = [(os.POSIX_SPAWN_OPEN, 0, str(stdin), os.O_RDONLY, 0),
             (os.POSIX_SPAWN_OPEN, 1, str(stdout), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600),
             (os.POSIX_SPAWN_OPEN, 2, str(stderr), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)]
    return os.posix_spawn(str(argv[0]), [str(word) for word in argv], env, file_actions=files)


def run(argv, env, stdin="/dev/null", stdout="/dev/null"):
    """How many seconds it took; what does not end with 0 ends the row."""
    with tempfile.NamedTemporaryFile() as complaints:
        began = time.monotonic()
        pid = start(argv, env, stdin, stdout, complaints.name)
        previous = signal.signal(signal.SIGALRM, lambda *_: os.kill(pid, signal.SIGKILL))
        signal.alarm(PATIENCE_S)
        _, status = os.waitpid(pid, 0)
        took_s = time.monotonic() - began
        signal.alarm(0)
        signal.signal(signal.SIGALRM, previous)
        if status != 0:
            said = pathlib.Path(complaints.name).read_text(encoding="utf-8", errors="replace").strip()
            raise RuntimeError(f"{argv[0]}: status {os.waitstatus_to_exitcode(status)}: {said}")
    return took_s


class Ours:
    """A user with one account at 127.0.0.1:`port` (None: nobody listens), whose files are in `place`."""

    def __init__(self, build, place, port=None, keys="security = none\nauth = none\n", more=""):
        place.mkdir(parents=True)
        for name in ("config", "state", "run"):
            (place / name).mkdir(mode=0o700)
        self.place = place
        self.outbox = place / "outbox"
        self.env = dict(plain_environment(place), SENDPATH_CONFIG=str(place / "sendpath.conf"),
                        SENDPATH_OUTBOX=str(self.outbox), LD_LIBRARY_PATH=str(build / "sendpath/.libs"))
        self.sendmail = self.own_program(build / "ui-cli/sendpath-sendmail")
        self.sendpath = self.own_program(build / "ui-cli/sendpath")
        server = f"127.0.0.1:{port}" if port else NOWHERE
        self.configure(f"[account home]\naddress = {ACCOUNT}\nsmtp = {server}\n{keys}{more}")

    @staticmethod
    def own_program(path):
        """Not the shell script that libtool makes of it."""
        own = path.parent / ".libs" / path.name
        return str(own if own.exists() else path)

    def configure(self, text):
        path = self.place / "sendpath.conf"
        path.write_text(text, encoding="utf-8")
        path.chmod(0o600)

    def submit(self, message):
        return run([self.sendmail, "-odq", RECIPIENT], self.env, message)

    def send(self, message):
        return self.sent(run([self.sendmail, "-t"], self.env, message))

    def flush(self):
        said = self.place / "said"
        try:
            return self.sent(run([self.sendpath, "queue", "flush"], self.env, stdout=said))
        except RuntimeError as error:
            raise RuntimeError(f"{error} {said.read_text(encoding='utf-8')[:500]}") from error

    def sent(self, took_s):
        """Exit 0 may also mean that it waits, which is not what is measured."""
        if next(self.outbox.glob("queue/*.message"), None):
            listed = subprocess.run([self.sendpath, "queue", "list"], env=self.env, check=False, capture_output=True)
            raise RuntimeError(f"not sent: {listed.stdout.decode()[:500]}")
        return took_s


class Msmtp:
    def __init__(self, place, port, keys="", host="127.0.0.1"):
        place.mkdir(parents=True)
        self.env = plain_environment(place)
        self.rc = place / "msmtprc"
        self.rc.write_text(f"account default\nhost {host}\nport {port}\nfrom {ACCOUNT}\n{keys}", encoding="utf-8")
        self.rc.chmod(0o600)

    def send(self, message):
        return run(["/usr/bin/msmtp", "-C", self.rc, "-t"], self.env, message)


class Swaks:
    def __init__(self, place, port):
        place.mkdir(parents=True)
        self.env = plain_environment(place)
        self.port = port

    def send(self, message):
        return run(["/usr/bin/swaks", "--server", "127.0.0.1", "--port", self.port, "--from", ACCOUNT, "--to",
                    RECIPIENT, "--data", f"@{message}", "--pipeline", "--silent", "2"], self.env)


class Nullmailer:
    def __init__(self, place):
        place.mkdir(parents=True)
        self.env = plain_environment(place)

    def submit(self, message):
        return run([str(PEERS / "nullmailer/sendmail"), RECIPIENT], self.env, message)


class Postfix(Nullmailer):
    def submit(self, message):
        return run([str(PEERS / "postfix/sendmail"), "-f", ACCOUNT, RECIPIENT], self.env, message)


class SmtpSink:
    """Postfix's, at a port that the kernel chose. `running` are those that were not closed."""

    running = set()

    def __init__(self, place, *options):
        place.mkdir(parents=True)
        self.pid = start(["/usr/sbin/smtp-sink", "-u", "nobody", *options, "127.0.0.1:0", "128"], plain_environment(place),
                         stderr=place / "complaints")
        self.running.add(self)
        end = time.monotonic() + 10
        while (port := self.find_port()) is None:
            if os.waitpid(self.pid, os.WNOHANG)[0]:
                self.running.remove(self)
            if time.monotonic() > end or self not in self.running:
                raise RuntimeError("smtp-sink: " + (place / "complaints").read_text(encoding="utf-8"))
            time.sleep(0.01)
        self.port = port

    def find_port(self):
        inodes = set()
        for name in pathlib.Path(f"/proc/{self.pid}/fd").iterdir():
            try:
                inodes.add(os.readlink(name))
            except OSError:
                pass  # closed meanwhile
        for line in pathlib.Path(f"/proc/{self.pid}/net/tcp").read_text(encoding="ascii").splitlines()[1:]:
            words = line.split()
            if words[3] == "0A" and f"socket:[{words[9]}]" in inodes:
                return int(words[1].split(":")[1], 16)
        return None

    def close(self):
        self.running.remove(self)
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)


def smtp_source(place, port, count, size_bytes):
    """`count` messages over one connection."""
    return run(["/usr/sbin/smtp-source", "-d", "-m", str(count), "-l", str(size_bytes), "-f", ACCOUNT, "-t",
                RECIPIENT, f"127.0.0.1:{port}"], plain_environment(place))
