"""Words proseware's relay refusals as sendmail or qmail do.

Postfix always puts an enhanced code before its text, and older servers did
not. This stands before Postfix on the three submission ports, ends TLS itself,
tells Postfix the client's address (PROXY protocol), and passes every line on
as it is, but for: the relay refusal, STARTTLS, AUTH outside TLS, and the
enhanced codes that are no longer promised.
"""

import asyncio
import re
import ssl

BACKEND = ("127.0.0.1", 10026)
LISTENERS = {10025: False, 10587: False, 10465: True}  # port: TLS from the first byte
LONGEST_LINE = 1 << 20

REFUSAL = re.compile(rb"554 5\.7\.1 <(.*)>: Relay access denied\r\n")
WORDINGS = {
    "sendmail": b"550 <%s>... Relaying denied\r\n",
    "qmail": b"553 sorry, that domain isn't in my list of allowed rcpthosts (#5.7.1)\r\n",
}


def refusal(recipient):
    with open("/lab/switches/wording", encoding="ascii") as file:
        wording = WORDINGS[file.read().strip()]
    return wording % recipient if b"%s" in wording else wording


class Dialogue:
    def __init__(self, client_in, client_out, inside_tls, context):
        self.client_in, self.client_out = client_in, client_out
        self.inside_tls = inside_tls
        self.context = context

    async def run(self):
        server_in, server_out = await asyncio.open_connection(*BACKEND, limit=LONGEST_LINE)
        try:
            server_out.write(self.proxy_line())
            both = [asyncio.ensure_future(self.pass_commands(server_out)),
                    asyncio.ensure_future(self.pass_replies(server_in))]
            await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
            for one in both:
                one.cancel()
            await asyncio.gather(*both, return_exceptions=True)
        finally:
            server_out.close()
            self.client_out.close()

    def proxy_line(self):
        peer = self.client_out.get_extra_info("peername")
        own = self.client_out.get_extra_info("sockname")
        source, target = (name[0].removeprefix("::ffff:") for name in (peer, own))
        family = "TCP6" if ":" in source else "TCP4"
        return f"PROXY {family} {source} {target} {peer[1]} {own[1]}\r\n".encode("ascii")

    async def pass_commands(self, server_out):
        while line := await self.client_in.readline():
            if not self.inside_tls and line.strip().upper() == b"STARTTLS":
                self.client_out.write(b"220 2.0.0 Ready to start TLS\r\n")
                await self.client_out.start_tls(self.context)
                self.inside_tls = True
                continue
            server_out.write(line)
            await server_out.drain()

    async def pass_replies(self, server_in):
        while line := await server_in.readline():
            self.client_out.write(self.reply(line))
            await self.client_out.drain()

    def reply(self, line):
        if match := REFUSAL.fullmatch(line):
            return refusal(match[1])
        keyword = line[4:].strip().upper()
        if line.startswith(b"250-"):
            if keyword == b"ENHANCEDSTATUSCODES":
                return b""
            if keyword.startswith((b"AUTH ", b"AUTH=")) and not self.inside_tls:
                return b""
            if keyword == b"PIPELINING" and not self.inside_tls:
                return line + b"250-STARTTLS\r\n"
        return line


async def main():
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain("/lab/tls/server.pem", "/lab/tls/server.key")

    async def serve(client_in, client_out, inside_tls):
        try:
            await Dialogue(client_in, client_out, inside_tls, context).run()
        except (OSError, ValueError) as error:
            print(f"dialogue ended: {error}", flush=True)

    servers = [
        await asyncio.start_server(
            lambda i, o, tls=tls: serve(i, o, tls), None, port, limit=LONGEST_LINE,
            ssl=context if tls else None)
        for port, tls in LISTENERS.items()]
    await asyncio.gather(*(server.serve_forever() for server in servers))


asyncio.run(main())
