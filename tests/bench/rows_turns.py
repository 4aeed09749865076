"""How often the client waits for the other side, counted by the proxy."""

from bench_sink import EXTENSIONS, Sink
from figures import Figure
from programs import ACCOUNT, PASSWORD, Msmtp, Ours, message_of
from wire_proxy import WireProxy

DELAY_S = 0.05
MANY = 5
LOGIN = f"user = {ACCOUNT}\nauth = auto\nsecret-command = echo '{PASSWORD}'\n"
MSMTP_LOGIN = f"auth plain\nuser {ACCOUNT}\npassword \"{PASSWORD}\"\n"
MSMTP_TLS = {"none": "", "starttls": "tls on\ntls_starttls on\n", "tls": "tls on\ntls_starttls off\n"}


def keys_of(security):
    return f"security = {security}\n{LOGIN}" if security != "none" else "security = none\nauth = none\n"


class Path:
    """A sink behind a long way, our user and msmtp's."""

    def __init__(self, bench, name, security="none", **of_sink):
        place = bench.laid_over.tmpfs / name
        self.sink = Sink(security, bench.laid_over.chain, security != "none", **of_sink).start()
        self.proxy = WireProxy(self.sink.port, DELAY_S)
        self.ours = Ours(bench.build, place / "ours", self.proxy.port, keys_of(security))
        self.msmtp = Msmtp(place / "msmtp", self.proxy.port,
                           MSMTP_TLS[security] + (MSMTP_LOGIN if security != "none" else ""))

    def close(self):
        self.proxy.close()
        self.sink.close()


def fill_and_flush(path, message, count):
    """Turns of a session that sends `count` waiting messages."""
    for _ in range(count):
        path.ours.submit(message)
    path.ours.flush()
    return path.proxy.turns()


def turns_of_a_further_message(bench, row, extensions, size_bytes):
    path = Path(bench, row, extensions=extensions)
    message = message_of(bench.place, size_bytes)

    def job():
        return (fill_and_flush(path, message, 1 + MANY) - fill_and_flush(path, message, 1)) / MANY

    values = bench.rounds(1).run({"turns": job})["turns"]
    path.close()
    return Figure(row, values, "turns", floor=1)


def turns_of_a_session(bench, row, security):
    path = Path(bench, row, security)
    message = message_of(bench.place, 4096)

    def turns(client):
        client.send(message)
        return path.proxy.turns()

    times = bench.rounds(2).run({"ours": lambda: turns(path.ours), "msmtp": lambda: turns(path.msmtp)})
    path.close()
    return Figure(row, times["ours"], "turns", floor=6 if security == "tls" else 8,
                  detail=f"msmtp {max(times['msmtp'])}")


def turns(bench):
    """Turns per further message and of whole sessions."""
    plain = [word for word in EXTENSIONS if word != "CHUNKING"]
    for row, extensions, size in (("turns-next", plain, 4096), ("turns-next-bdat", EXTENSIONS, 4096),
                                  ("turns-flight", EXTENSIONS, 60000)):
        if bench.wants(row):
            yield turns_of_a_further_message(bench, row, extensions, size)
    for row, security in (("turns-tls", "tls"), ("turns-starttls", "starttls")):
        if bench.wants(row):
            yield turns_of_a_session(bench, row, security)
