"""What stands in the middle of a mail conversation: passes on lines, may change or record them.

It ends TLS itself where it is told to, so that it sees what is said inside; it tells the server
behind it the client's address (PROXY protocol).
"""

import asyncio
import ssl

LONGEST_LINE = 1 << 20


class Middle:
    """One conversation. What is done about a line is for those who inherit from this."""

    backend = ("127.0.0.1", 10026)
    says_who = True  # by the PROXY protocol
    ends_tls = True

    def __init__(self, client_in, client_out, inside_tls, context):
        self.client_in, self.client_out = client_in, client_out
        self.inside_tls = inside_tls
        self.context = context

    def command(self, line):
        """What the server gets for that line of the client's."""
        return line

    def reply(self, line):
        """What the client gets for that line of the server's."""
        return self.plain_reply(line) if self.ends_tls else line

    def own_address(self):
        """Where the server behind sees us come from; None: wherever."""
        return None

    def peer(self):
        return self.client_out.get_extra_info("peername")[0].removeprefix("::ffff:")

    async def run(self):
        server_in, server_out = await asyncio.open_connection(
            *self.backend, limit=LONGEST_LINE, local_addr=self.own_address())
        try:
            if self.says_who:
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
            answer = self.own_answer(line)
            if answer:
                self.client_out.write(answer)
                if answer.startswith(b"220"):
                    await self.client_out.start_tls(self.context)
                    self.inside_tls = True
                continue
            server_out.write(self.command(line))
            await server_out.drain()

    def own_answer(self, line):
        """The reply to a command that the server never hears of; 220 begins TLS."""
        if self.ends_tls and not self.inside_tls and line.strip().upper() == b"STARTTLS":
            return b"220 2.0.0 Ready to start TLS\r\n"
        return None

    async def pass_replies(self, server_in):
        while line := await server_in.readline():
            self.client_out.write(self.reply(line))
            await self.client_out.drain()

    def plain_reply(self, line):
        """STARTTLS is offered outside TLS, a login inside it."""
        keyword = line[4:].strip().upper()
        if line.startswith(b"250-"):
            if keyword.startswith((b"AUTH ", b"AUTH=")) and not self.inside_tls:
                return b""
            if keyword == b"STARTTLS":
                return b""
            if keyword == b"PIPELINING" and not self.inside_tls:
                return line + b"250-STARTTLS\r\n"
        return line


def serve(kind, listeners, certificate="/lab/tls/server"):
    """Runs conversations of that kind on each port of {port: TLS from the first byte}."""
    asyncio.run(serve_all({port: (kind, tls) for port, tls in listeners.items()}, certificate))


async def serve_all(listeners, certificate="/lab/tls/server"):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(f"{certificate}.pem", f"{certificate}.key")

    async def converse(client_in, client_out, kind, inside_tls):
        try:
            await kind(client_in, client_out, inside_tls, context).run()
        except (OSError, ValueError) as error:
            print(f"conversation ended: {error}", flush=True)

    servers = [
        await asyncio.start_server(
            lambda i, o, kind=kind, tls=tls: converse(i, o, kind, tls), None, port,
            limit=LONGEST_LINE, ssl=context if tls else None)
        for port, (kind, tls) in listeners.items()]
    await asyncio.gather(*(server.serve_forever() for server in servers))
