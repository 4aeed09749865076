"""The most memory that a process takes: of a message of 100 MB, submitted and then sent."""

import subprocess

from figures import Figure
from programs import RECIPIENT, Ours, SmtpSink, message_of

SIZE_BYTES = 100000000


def peak_mib(bench, ours, command, message):
    """Of the largest process, counting those that outlive their parent."""
    with open(message, "rb") as text:
        done = subprocess.run([bench.build / "tests/bench/peak-memory", *command], env=ours.env, stdin=text,
                              stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=True)
    return max(int(line) for line in done.stderr.split() if line.isdigit()) / 1024


def memory(bench):
    """Of programs, so libraries count."""
    sink = SmtpSink(bench.place / "peak-sink")
    ours = Ours(bench.build, bench.laid_over.disk / "peak", sink.port)
    message = message_of(bench.place, SIZE_BYTES)

    def submit():
        return peak_mib(bench, ours, [ours.sendmail, "-odq", RECIPIENT], message)

    def send():
        return peak_mib(bench, ours, [ours.sendpath, "queue", "flush"], "/dev/null")

    def idle():
        return peak_mib(bench, ours, [ours.sendpath, "--version"], "/dev/null")

    values = bench.rounds(1).run({"submit": submit, "send": send, "idle": idle})
    sink.close()
    yield Figure("peak-submit", values["submit"], "MiB", floor=values["idle"][0])
    yield Figure("peak-send", values["send"], "MiB", floor=values["idle"][0])
