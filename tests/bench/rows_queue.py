"""An outbox of 100 000 messages."""

import shutil

import outbox_files
from figures import Figure, milliseconds, ratios
from programs import Ours, message_of, run
from rows_submit import several

MANY = 100000
EACH = 12
READ_ALL = 'find "$IN/queue" -type f -print0 | xargs -0 -P 2 -n 4000 cat'


def queue(bench):
    """Listing it, and adding to it; on disk, with everything cached."""
    long, short = (Ours(bench.build, bench.laid_over.disk / name) for name in ("long", "short"))
    message = message_of(bench.place, 4096)
    outbox_files.fill(long.outbox, MANY, "home")
    if bench.wants("queue-list"):
        times = bench.rounds(3).run({"ours": lambda: run([long.sendmail, "-bp"], long.env),
                                     "cat": lambda: run(["/bin/sh", "-c", READ_ALL], dict(long.env, IN=long.outbox))})
        yield Figure("queue-list", times["ours"], "s", detail=f"each file read by two cat: {min(times['cat']):.2f} s")
    if bench.wants("queue-submit"):
        times = bench.rounds(5).run({"at 100 000": several(lambda: long.submit(message), EACH),
                                     "at 0": several(lambda: short.submit(message), EACH)})
        yield Figure("queue-submit", ratios(times, "at 100 000", "at 0"), floor=1, detail=milliseconds(times))
    shutil.rmtree(long.place)
