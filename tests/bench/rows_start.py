"""What a process does before it does anything: libraries, relocations, and what it should leave alone."""

import re
import subprocess

from figures import Figure
from programs import RECIPIENT, Ours, message_of, run

# What has no business in a process that only files or lists messages.
STRANGERS = {
    "D-Bus": re.compile(r"libdbus|/run/dbus|no-bus|no-system-bus"),
    "keyring": re.compile(r"libsecret|libgcrypt"),
    "DNS": re.compile(r"resolv\.conf|libresolv|libnss_dns|sin6?_port=htons\(53\)"),
    "TLS": re.compile(r"libgnutls|libssl|libgiognutls|libp11-kit|ca-certificates"),
    "HTTP": re.compile(r"libsoup|libnghttp2"),
    "SASL": re.compile(r"libgsasl|libgssapi"),
    "modules": re.compile(r"gio/modules/[^\"]*\.so")}
LIBRARY = re.compile(r'"[^"]*/(lib[^"/]*\.so[^"/]*)"[^=]*= \d')
RELOCATIONS = re.compile(r"number of (?:relocations|relocations from cache): *(\d+)")


def calls(ours, argv, stdin):
    """What is opened and connected to, as strace shows it."""
    log = ours.place / "calls"
    with open(stdin, "rb") as text:
        subprocess.run(["strace", "-f", "-qq", "-e", "trace=openat,connect", "-o", log, *argv], env=ours.env,
                       stdin=text, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
    return log.read_text(encoding="utf-8", errors="replace")


def relocations(ours, argv, stdin):
    """By name, and from glibc's cache of them; of the first process."""
    with open(stdin, "rb") as text:
        done = subprocess.run(argv, env=dict(ours.env, LD_DEBUG="statistics"), stdin=text, capture_output=True,
                              check=True)
    return sum(int(number) for number in RELOCATIONS.findall(done.stderr.decode("utf-8", "replace"))[:2])


def startup(bench):
    """Strangers touched; the rest is told."""
    ours = Ours(bench.build, bench.laid_over.tmpfs / "startup")
    message = message_of(bench.place, 4096)
    ours.submit(message)
    for row, argv, stdin in (("startup-odq", [ours.sendmail, "-odq", RECIPIENT], message),
                             ("startup-mailq", [ours.sendmail, "-bp"], "/dev/null"),
                             ("startup-help", [ours.sendpath, "--help"], "/dev/null")):
        if not bench.wants(row):
            continue
        seen = calls(ours, argv, stdin)
        strangers = [name for name, pattern in STRANGERS.items()
                     if any(pattern.search(line) for line in seen.splitlines() if "ENOENT" not in line
                            or "no-" in line)]
        libraries = sorted(set(LIBRARY.findall(seen)))
        times = bench.rounds(9).run({"ms": lambda argv=argv, stdin=stdin: run(argv, ours.env, stdin) * 1000,
                                     "nothing": lambda: run(["/bin/true"], ours.env) * 1000})
        yield Figure(row, [len(strangers)], "of them", floor=0, detail=(
            f"{len(libraries)} libraries, {relocations(ours, argv, stdin)} relocations, {min(times['ms']):.1f} ms (a "
            f"process that does nothing {min(times['nothing']):.1f})" + "".join(f", {name}" for name in strangers)
            + (": " + " ".join(libraries) if row == "startup-odq" else "")))
