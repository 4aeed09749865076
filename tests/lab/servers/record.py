"""Records what a server is told, byte by byte, inside TLS as well: /lab/log/bytes.

record.py [NETWORK…]: for servers that do not know the PROXY protocol; who comes from one of the
networks is handed on as 127.0.0.2 (over IPv6 as 127.0.0.4), all others as 127.0.0.3.
"""

import ipaddress
import sys

import middle

LOG = "/lab/log/bytes"


def note(data):
    with open(LOG, "ab") as log:
        log.write(data)


class Record(middle.Middle):
    def command(self, line):
        note(line)
        return line


class Neighbours(Record):
    says_who = False
    networks = [ipaddress.ip_network(word) for word in sys.argv[1:]]

    def own_address(self):
        peer = ipaddress.ip_address(self.peer())
        if not any(peer in network for network in self.networks):
            return "127.0.0.3", 0
        return "127.0.0.2" if peer.version == 4 else "127.0.0.4", 0


if __name__ == "__main__":
    middle.serve(Neighbours if Neighbours.networks else Record,
                 {10025: False, 10587: False, 10465: True})
