"""What the ladder costs: a refusal, a blocked port, and a network that is known."""

import shutil

from bench_sink import Sink
from figures import Figure
from own_network import NameServer, SilentPort, own_network
from programs import ACCOUNT, PASSWORD, Msmtp, Ours, message_of
from rows_turns import DELAY_S, MSMTP_LOGIN, MSMTP_TLS
from wire_proxy import WireProxy

HOST = "smtp.proseware.com"
ROUND_TRIP_S = 2 * DELAY_S
NO_RELAY = "550 5.7.1 <someone@adatum.com>... Relaying denied"
LOGIN = f"user = {ACCOUNT}\nauth = auto\nsecret-command = echo '{PASSWORD}'\n"
FLOOR_TURNS = 8


def forget(ours):
    """What was learned."""
    shutil.rmtree(ours.place / "state")
    (ours.place / "state").mkdir(mode=0o700)


def refusal_with(bench, row, takes_empty):
    """Round trips from the envelope that is refused to the next connection."""
    place = bench.laid_over.tmpfs / row
    first, second = Sink(refusal=NO_RELAY, takes_empty=takes_empty).start(), Sink().start()
    proxies = [WireProxy(sink.port, DELAY_S) for sink in (first, second)]
    servers = ";".join(f"127.0.0.1:{proxy.port}" for proxy in proxies)
    ours = Ours(bench.build, place)
    ours.configure(f"[account home]\naddress = {ACCOUNT}\nsmtp = {servers}\nsecurity = none\nauth = none\n")
    message = message_of(bench.place, 4096)

    def job():
        forget(ours)
        ours.send(message)
        refused, taken = (proxy.settle() for proxy in proxies)
        envelope = next(when for when, what, data in refused[0].marks if what == "said" and b"MAIL FROM" in data)
        return (taken[0].began - envelope) / ROUND_TRIP_S

    values = bench.rounds(2).run({"turns": job})["turns"]
    for end in (*proxies, first, second):
        end.close()
    return Figure(row, values, floor=1)


def refusal(bench):
    """Until the next step begins."""
    for row, takes_empty in (("refusal", False), ("refusal-354", True)):
        if bench.wants(row):
            yield refusal_with(bench, row, takes_empty)


def blocked(bench):
    """465 is silent, 587 answers; over 587 alone."""
    with own_network():
        sink = Sink("starttls", bench.laid_over.chain, True, port=587).start()
        silent = SilentPort(465)
        ours = Ours(bench.build, bench.laid_over.tmpfs / "blocked")
        message = message_of(bench.place, 4096)

        def send(server):
            forget(ours)
            ours.configure(f"[account home]\naddress = {ACCOUNT}\nsmtp = {server}\n{LOGIN}")
            return ours.send(message)

        times = bench.rounds(5).run({"blocked": lambda: send("127.0.0.1"), "open": lambda: send("127.0.0.1:587")})
        sink.close()
        silent.close()
    yield Figure("blocked", [(a - b) * 1000 for a, b in zip(times["blocked"], times["open"])], "ms", floor=0)


def known(bench):
    """The same network as before, in a new process: turns, and waits for the name server."""
    with own_network():
        sink = Sink("starttls", bench.laid_over.chain, True).start()
        proxy = WireProxy(sink.port, DELAY_S, port=587)
        silent = SilentPort(465)
        names = NameServer(HOST, ROUND_TRIP_S)
        ours, msmtp = (kind(*args) for kind, args in (
            (Ours, (bench.build, bench.laid_over.tmpfs / "known/ours")),
            (Msmtp, (bench.laid_over.tmpfs / "known/msmtp", 587, MSMTP_TLS["starttls"] + MSMTP_LOGIN, HOST))))
        ours.configure(f"[account home]\naddress = {ACCOUNT}\nsmtp = {HOST}\n{LOGIN}")
        message = message_of(bench.place, 4096)
        seen = []

        def turns(client):
            names.asked.clear()
            took_s = client.send(message)
            passages = proxy.settle()
            spoken, asked = sum(passage.turns for passage in passages), names.waits(passages[0].began)
            seen.append(f"{type(client).__name__} {spoken} and {asked}, {took_s:.2f} s")
            return spoken + asked

        times = bench.rounds(2).run({"ours": lambda: turns(ours), "msmtp": lambda: turns(msmtp)})
        for end in (names, proxy, silent, sink):
            end.close()
    yield Figure("known", times["ours"], "turns", floor=FLOOR_TURNS,
                 detail="turns and waits for names: " + ", ".join(seen[-2:]))
