"""One message at a time, each by a process of its own, as cron and mail programs start them."""

import os
import shutil
import statistics
import time

from bench_sink import Sink
from figures import Figure, milliseconds, ratios
from programs import Msmtp, Nullmailer, Ours, Postfix, SmtpSink, Swaks, message_of, plain_environment, run

MESSAGE_BYTES = 4096
EACH = 12  # a round


def several(job, count=EACH):
    """Seconds for one of `count`."""
    return lambda: sum(job() for _ in range(count)) / count


def synced(place, content):
    """What a durable message cannot do without: a file and its folder, each synced once."""
    place.mkdir()
    folder = os.open(place, os.O_DIRECTORY)
    numbers = iter(range(1 << 30))

    def sync():
        name = os.path.join(place, str(next(numbers)))
        file = os.open(name + ".new", os.O_CREAT | os.O_WRONLY, 0o600)
        os.write(file, content)
        os.fsync(file)
        os.close(file)
        os.rename(name + ".new", name)
        os.fsync(folder)

    return sync


def floor(place, message):
    """A process that does nothing, and the two syncs."""
    sync = synced(place, message.read_bytes())
    env = plain_environment(place)

    def job():
        took = run(["/bin/true"], env)
        began = time.monotonic()
        sync()
        return took + time.monotonic() - began

    return job


def odq_on(bench, where, place):
    message = message_of(bench.place, MESSAGE_BYTES)
    bench.laid_over.put_spools_on(place)
    ours, nullmailer, postfix = Ours(bench.build, place / "odq"), Nullmailer(place / "null"), Postfix(place / "post")
    times = bench.rounds(9).run({
        "ours": several(lambda: ours.submit(message)), "floor": several(floor(place / "floor", message)),
        "nullmailer": several(lambda: nullmailer.submit(message)),
        "Postfix": several(lambda: postfix.submit(message))})
    over = statistics.median(ratios(times, "floor", "nullmailer"))
    yield Figure(f"odq-{where}", ratios(times, "ours", "nullmailer"), floor=over, detail=milliseconds(times))
    yield Figure(f"odq-{where}-postfix", ratios(times, "ours", "Postfix"),
                 floor=statistics.median(ratios(times, "floor", "Postfix")))
    shutil.rmtree(ours.outbox)


def odq(bench):
    """sendmail -odq: filed and synced, nothing is sent."""
    for where in ("disk", "tmpfs"):
        if bench.wants(f"odq-{where}", f"odq-{where}-postfix"):
            yield from odq_on(bench, where, getattr(bench.laid_over, where))


def one_over(bench, name, port, place, with_swaks=False):
    message = message_of(bench.place, MESSAGE_BYTES)
    ours, msmtp = Ours(bench.build, place / name / "ours", port), Msmtp(place / name / "msmtp", port)
    jobs = {"ours": lambda: ours.send(message), "msmtp": lambda: msmtp.send(message),
            "floor": floor(place / name / "floor", message)}
    if with_swaks:
        swaks = Swaks(place / name / "swaks", port)
        jobs["swaks"] = lambda: swaks.send(message)
    return bench.rounds(9).run({job: several(run_it, 5) for job, run_it in jobs.items()})


def one(bench):
    """sendmail -t, from the start of the process to its end."""
    if bench.wants("one", "one-swaks"):
        sink = SmtpSink(bench.place / "one-sink")
        times = one_over(bench, "one", sink.port, bench.laid_over.disk, True)
        sink.close()
        yield Figure("one", ratios(times, "ours", "msmtp"), detail=milliseconds(times),
                     floor=statistics.median(ratios(times, "floor", "msmtp")))
        yield Figure("one-swaks", ratios(times, "ours", "swaks"),
                     floor=statistics.median(ratios(times, "floor", "swaks")))
    for where in ("disk", "tmpfs"):
        if bench.wants(f"one-quick-{where}", f"one-ms-{where}"):
            sink = Sink(is_quick=True).start_apart()
            try:
                times = one_over(bench, "one-quick", sink.port, getattr(bench.laid_over, where))
            finally:
                sink.close()
            yield Figure(f"one-quick-{where}", ratios(times, "ours", "msmtp"), detail=milliseconds(times),
                         floor=statistics.median(ratios(times, "floor", "msmtp")))
            yield Figure(f"one-ms-{where}", [each * 1000 for each in times["ours"]], "ms",
                         floor=statistics.median(times["floor"]) * 1000)
