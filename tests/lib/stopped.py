"""Programs that are stopped, or refused something, at one of their calls: strace's injections."""

import concurrent.futures
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time

CALL = re.compile(r"(?:(\d+) +)?(\w+)\(")
# Calls are counted in each thread, and how often one thread wakes another differs from run to run. No kernel
# refuses a wake-up, and no program is awake after one that was.
WAKE = re.compile(r"write\(\d+<anon_inode:\[eventfd\]>.*\(INJECTED\)")
PATIENCE_S = 120
LOOK_S = 5
# A sanitizer that looks for leaks cannot work under ptrace.
NO_LEAKS = {"ASAN_OPTIONS": "detect_leaks=0"}


def is_usable():
    """Whether there is a strace that may do it here."""
    if shutil.which("strace") is None:
        return False
    with tempfile.NamedTemporaryFile() as log:
        return subprocess.run(["strace", "-f", "--seccomp-bpf", "-o", log.name, "-e",
                               "inject=close:error=EINTR:when=60000", "true"],
                              capture_output=True, check=False).returncode == 0


class Run:
    """`command` with `injection`, such as `write:signal=KILL:when=3`; without one, `calls` are listed."""

    def __init__(self, command, env, injection=None, calls=()):
        with tempfile.NamedTemporaryFile() as log:
            traced = injection.split(":")[0] if injection else ",".join(calls)
            inject = ["-e", f"inject={injection}"] if injection else []
            # quick, but signals are not given that way
            filtered = [] if injection and "signal=" in injection else ["--seccomp-bpf"]
            self._play(["strace", "-f", *filtered, "-y", "-o", log.name, "-e", f"trace={traced}", *inject, *command],
                       env, log.name)

    def _play(self, command, env, log):
        """`has_missed`: what was to be refused was a wake-up; nothing else is known of the run then."""
        end = time.monotonic() + PATIENCE_S
        with subprocess.Popen(command, env={**env, **NO_LEAKS}, stdin=subprocess.DEVNULL, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True) as traced:
            while True:
                try:
                    self.output, complaint = traced.communicate(timeout=LOOK_S)
                    break
                except subprocess.TimeoutExpired:
                    if self._read(log) or time.monotonic() > end:
                        os.killpg(traced.pid, signal.SIGKILL)
                    if not self.has_missed and time.monotonic() > end:
                        raise
        self._read(log)
        self.status, self.complaint = traced.returncode, complaint.strip()

    def _read(self, log):
        with open(log, encoding="utf-8", errors="replace") as lines:
            self.log = lines.read().splitlines()
        self.has_missed = any(WAKE.search(line) for line in self.log)
        return self.has_missed

    def calls(self, begin):
        """(name, number among those of its name in its thread, line), from the first on that names
        `begin`; those of several threads that are numbered alike, once."""
        numbers, found, begun = {}, {}, False
        for line in self.log:
            match = CALL.match(line)
            if not match:
                continue
            thread, name = match.groups()
            numbers[thread, name] = numbers.get((thread, name), 0) + 1
            begun = begun or begin in line
            if begun:
                found.setdefault((name, numbers[thread, name]), line)
        return [(name, number, line) for (name, number), line in found.items()]


def each(function, items):
    """What it yields for each of them, as many at once as there are processors."""
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for result in pool.map(lambda item: list(function(item)), items):
            yield from result
