"""A user's directory with one account, and the commands run in it."""

import json
import os
import pathlib
import pty
import subprocess
import tempfile

SENDMAIL = os.environ["SENDMAIL"]
SENDPATH = os.environ["SENDPATH"]
BUILD = pathlib.Path(os.environ.get("G_TEST_BUILDDIR", ""))
NAMES = os.path.join(os.environ.get("G_TEST_BUILDDIR", ""), "names", ".libs", "libfakenames.so")
FALSE_CLOCK = str(BUILD / "lib" / ".libs" / "libfalseclock.so")
NOWHERE = "127.255.255.255:1"  # nobody can listen there, and nothing is sent to it
HELLO = b"From: terri@proseware.com\nTo: someone@adatum.com\nSubject: Hello\n\nHello.\n"


def own_program(path):
    """The program itself where `path` is the shell script that libtool makes of it: to be looked at call
    by call, with library_path() in LD_LIBRARY_PATH."""
    own = pathlib.Path(path).parent / ".libs" / pathlib.Path(path).name
    return str(own if own.exists() else path)


def library_path():
    return str(BUILD.parent / "sendpath" / ".libs")


class Home:
    """The account's server is `sink` (None: nobody listens); `config` replaces the whole
    configuration ("": there is none); `names` is all that name servers know (names/fake-names.c)."""

    def __init__(self, sink=None, keys="auth = none\n", config=None, names=None):
        self.dir = pathlib.Path(tempfile.mkdtemp(dir=os.environ["TMPDIR"]))
        self.sink = sink
        self.config = self.dir / "sendpath.conf"
        self.outbox = self.dir / "outbox"
        self.state = self.dir / "state"
        server = f"127.0.0.1:{sink.port}" if sink else NOWHERE
        text = config if config is not None else (
            "[account home]\naddress = terri@proseware.com\nname = Terri Chudzik\n"
            f"smtp = {server}\nsecurity = none\n{keys}")
        if text:
            self.write(text)
        self.env = dict(os.environ, SENDPATH_CONFIG=str(self.config),
                        SENDPATH_OUTBOX=str(self.outbox), XDG_STATE_HOME=str(self.state))
        if names is not None:
            self.env.update(LD_PRELOAD=NAMES, SENDPATH_TEST_NAMES=names,
                            ASAN_OPTIONS="verify_asan_link_order=0")

    def write(self, text):
        self.config.write_text(text)
        self.config.chmod(0o600)

    def run(self, program, *args, text=b"", **more):
        return subprocess.run([program, *args], input=text, capture_output=True, env=self.env,
                              cwd=self.dir, timeout=60, check=False, **more)

    def sendmail(self, *args, text=HELLO):
        return self.run(SENDMAIL, *args, text=text)

    def sendpath(self, *args, text=b""):
        return self.run(SENDPATH, *args, text=text)

    def at_terminal(self, *args, answer):
        """Runs `sendpath` on a terminal and types `answer` at the first question, or of a list of
        (the question's end, the answer) one after the other; the exit status, the standard output and
        all that the terminal showed."""
        person, terminal = pty.openpty()
        with open(person, "r+b", buffering=0) as screen:
            process = subprocess.Popen([SENDPATH, *args], stdin=terminal, stderr=terminal,
                                       stdout=subprocess.PIPE, env=self.env, cwd=self.dir)
            os.close(terminal)
            shown = b""
            for end, line in answer if isinstance(answer, list) else [(b": ", answer)]:
                asked = b""
                while not asked.endswith(end):
                    asked += screen.read(1)
                shown += asked
                screen.write(line + b"\n")
            printed, _ = process.communicate(timeout=60)
            try:
                while more := screen.read(1000):
                    shown += more
            except OSError:  # nobody holds the terminal any more
                pass
        return process.returncode, printed, shown

    def lines(self, *args, text=b"", status=0):
        """The JSON Lines that a command prints, which must end with that status."""
        done = self.sendpath(*args, text=text)
        if done.returncode != status:
            raise AssertionError(f"{args}: exit {done.returncode}, {done.stderr.decode()}")
        return [json.loads(line) for line in done.stdout.splitlines()]

    def object(self, *args, text=b"", status=0):
        """The same for one that prints one object."""
        lines = self.lines(*args, text=text, status=status)
        if len(lines) != 1:
            raise AssertionError(f"{args}: {len(lines)} lines")
        return lines[0]

    def send(self, *args, text=HELLO, status=0):
        return self.object("send", "--json", *args, text=text, status=status)

    def files_with(self, *needles):
        """Which files below this directory hold one of them."""
        return [str(path) for path in self.dir.rglob("*") if path.is_file()
                and any(needle in path.read_bytes() for needle in needles)]
