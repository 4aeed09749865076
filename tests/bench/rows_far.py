"""Over a path with a round trip of 100 ms, with TLS and a login."""

from figures import Figure, ratios
from programs import message_of
from rows_turns import Path

TWENTY = 20
ROUND_TRIP_S = 0.1


def twenty(bench, row):
    """Queued, then flushed, over msmtp once for each."""
    path = Path(bench, row, "starttls")
    message = message_of(bench.place, 4096)

    def ours():
        return sum(path.ours.submit(message) for _ in range(TWENTY)) + path.ours.flush()

    def msmtp():
        return sum(path.msmtp.send(message) for _ in range(TWENTY))

    rounds = bench.rounds(1)
    path.ours.send(message)  # what is learned once is learned
    times = {"ours": [], "msmtp": []}
    for _ in range(rounds.count):
        times["ours"].append(ours())
        times["msmtp"].append(msmtp())
        rounds.refer()
    path.close()
    floor = (8 + TWENTY - 1) * ROUND_TRIP_S
    return Figure(row, ratios(times, "ours", "msmtp"), floor=floor / times["msmtp"][0],
                  detail=f"ours {times['ours'][0]:.2f} s, msmtp {times['msmtp'][0]:.2f} s")


def single(bench, row, security):
    path = Path(bench, row, security)
    message = message_of(bench.place, 4096)
    times = bench.rounds(3).run({"ours": lambda: path.ours.send(message), "msmtp": lambda: path.msmtp.send(message)})
    path.close()
    turns = 6 if security == "tls" else 8
    return Figure(row, times["ours"], "s", floor=turns * ROUND_TRIP_S, detail=f"msmtp {min(times['msmtp']):.2f} s")


def far(bench):
    """One message and twenty."""
    for row, security in (("far-starttls", "starttls"), ("far-tls", "tls")):
        if bench.wants(row):
            yield single(bench, row, security)
    if bench.wants("far-twenty"):
        yield twenty(bench, "far-twenty")
