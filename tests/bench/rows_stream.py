"""Many messages to one server, over as few connections as the engine likes."""

import ctypes
import os
import re
import shutil
import statistics
import subprocess
import time

import outbox_files
from figures import Figure, milliseconds, ratios
from programs import Ours, SmtpSink, plain_environment, run, smtp_source

MANY, MANY_BYTES = 2000, 4096
FEW, FEW_BYTES = 30, 5000000
GROUP_MESSAGES = 32  # outbox/group.c
SYNCS = re.compile(rb"\b(?:fsync|fdatasync|syncfs|sync_file_range)\(")


def bench_session(bench, port, count, size_bytes):
    """From memory: bench-session PORT COUNT BYTES."""
    env = dict(plain_environment(bench.place), LD_LIBRARY_PATH=str(bench.build / "sendpath/.libs"))
    return run([Ours.own_program(bench.build / "tests/bench/bench-session"), port, count, size_bytes], env)


def bare_client(bench, port, count, size_bytes):
    """The floor: the same conversation, of bytes that are ready."""
    return run([bench.build / "tests/bench/bare-client", port, count, size_bytes], plain_environment(bench.place))


def from_memory(bench, row, count, size_bytes, rounds):
    sink = SmtpSink(bench.place / f"{row}-sink")
    times = bench.rounds(rounds).run({
        "ours": lambda: bench_session(bench, sink.port, count, size_bytes),
        "floor": lambda: bare_client(bench, sink.port, count, size_bytes),
        "smtp-source": lambda: smtp_source(bench.place, sink.port, count, size_bytes)})
    sink.close()
    return Figure(row, ratios(times, "ours", "smtp-source"), detail=milliseconds(times),
                  floor=statistics.median(ratios(times, "floor", "smtp-source")))


def fill(ours, count):
    shutil.rmtree(ours.outbox, ignore_errors=True)
    outbox_files.fill(ours.outbox, count, "home", body=b"A line of text, as long as lines of mail are.\r\n" * 85)
    os.sync()


def count_syncs(ours, count):
    """How often a flush of `count` syncs, as strace sees it; stopped at other calls too it would be so slow that
    groups become small."""
    log = ours.place / "calls"
    fill(ours, count)
    subprocess.run(["strace", "-f", "--seccomp-bpf", "-qq", "-e", "trace=fsync,fdatasync,syncfs,sync_file_range", "-o", log,
                    ours.sendpath, "queue", "flush"], env=ours.env, check=True, stdout=subprocess.DEVNULL,
                   stderr=subprocess.DEVNULL)
    return len(SYNCS.findall(log.read_bytes()))


def bare_groups(place, count):
    """Seconds for `count` groups: a record behind each of its files, and then one sync of them all."""
    files = [open(place / f"record-{number}", "wb", buffering=0) for number in range(GROUP_MESSAGES)]
    began = time.monotonic()
    for _ in range(count):
        for file in files:
            file.write(b"a record of a message, as long as records usually are: much shorter than a block\n")
        ctypes.CDLL(None).syncfs(files[0].fileno())
    took_s = time.monotonic() - began
    for file in files:
        file.close()
        os.unlink(file.name)
    return took_s


def flushed(bench, row, where, count, groups):
    """Times of `count` messages that wait and are sent by `queue flush`, of smtp-source, and of bare syncs."""
    sink = SmtpSink(bench.place / f"{row}-sink")
    ours = Ours(bench.build, getattr(bench.laid_over, where) / row, sink.port)

    def flush():
        fill(ours, count)
        return ours.flush()

    times = bench.rounds(3).run({
        "ours": flush, "smtp-source": lambda: smtp_source(bench.place, sink.port, count, MANY_BYTES),
        "bare": lambda: bare_client(bench, sink.port, count, MANY_BYTES),
        "groups": lambda: bare_groups(ours.place, groups)})
    sink.close()
    shutil.rmtree(ours.place)
    return times


def outbox(bench):
    """What waits on disk, over as many connections as the engine likes."""
    count = MANY if bench.is_full else MANY // 4
    if bench.wants("outbox-syncs"):
        sink = SmtpSink(bench.place / "syncs-sink")
        ours = Ours(bench.build, bench.laid_over.tmpfs / "outbox-syncs", sink.port)
        syncs = count_syncs(ours, count)
        sink.close()
        bench.rounds(1)
        yield Figure("outbox-syncs", [syncs / count], floor=1 / GROUP_MESSAGES)
    if bench.wants("outbox-tmpfs"):
        times = flushed(bench, "outbox-tmpfs", "tmpfs", MANY, 1)
        yield Figure("outbox-tmpfs", ratios(times, "ours", "smtp-source"), detail=milliseconds(times),
                     floor=statistics.median(ratios(times, "bare", "smtp-source")))
    if bench.wants("outbox-disk", "outbox-disk-source"):
        groups = -(-count // GROUP_MESSAGES)
        times = flushed(bench, "outbox-disk", "disk", count, groups)
        yield Figure("outbox-disk", ratios(times, "ours", "groups"), floor=1,
                     detail=f"{count} messages, {groups} groups: " + milliseconds(times))
        yield Figure("outbox-disk-source", ratios(times, "ours", "smtp-source"),
                     floor=statistics.median(ratios(times, "groups", "smtp-source")))


def stream(bench):
    """From memory, over one connection."""
    if bench.wants("memory"):
        yield from_memory(bench, "memory", MANY, MANY_BYTES, 9)
    if bench.wants("big"):
        yield from_memory(bench, "big", FEW, FEW_BYTES, 7)
