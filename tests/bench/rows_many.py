"""Many messages to several slow servers: who is slow keeps nobody else waiting."""

import shutil
import statistics

import outbox_files
from bench_sink import Sink
from figures import Figure, ratios
from programs import Ours

SERVERS = 10
FEW, MANY = 30, 1000  # messages for each of them
PAUSE_S = 0.005  # of the quickest, before each reply; the slowest takes ten times that
NAMES = [f"far{number}" for number in range(SERVERS)]


def many(bench):
    """All of them, and the slowest alone, from the outbox."""
    each = MANY if bench.is_full else FEW
    sinks = [Sink(pause_s=PAUSE_S * (number + 1)).start() for number in range(SERVERS)]
    ours = Ours(bench.build, bench.laid_over.tmpfs / "many", more="".join(
        f"[account {name}]\naddress = {name}@proseware.com\nsmtp = 127.0.0.1:{sink.port}\nsecurity = none\nauth = none\n"
        for name, sink in zip(NAMES, sinks)))

    def flush(*names):
        shutil.rmtree(ours.outbox, ignore_errors=True)
        for name in names:
            outbox_files.fill(ours.outbox, each, name, body=b"A line of text.\r\n" * 250)
        return ours.flush()

    times = bench.rounds(1).run({"all": lambda: flush(*NAMES), "slowest": lambda: flush(NAMES[-1])})
    yield Figure("many", ratios(times, "all", "slowest"), floor=1,
                 detail=f"{SERVERS * each} messages, " + ", ".join(f"{name} {statistics.median(values):.2f} s"
                                                                   for name, values in times.items()))
    yield Figure("many-connections", [max(sink.most_at_once for sink in sinks)], "of them")
    for sink in sinks:
        sink.close()
