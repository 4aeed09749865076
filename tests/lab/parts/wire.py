"""Writes down what passes links of this namespace: the bytes of each TCP direction in a file of its
own, FOLDER/SOURCE,PORT-TARGET,PORT, as an eavesdropper on the way has them.

wire.py FOLDER LINK…
"""

import os
import pathlib
import select
import socket
import struct
import sys

ETH_P_ALL = 3
TCP = 6


def ipv4(packet):
    length = struct.unpack_from("!H", packet, 2)[0]
    return (packet[9], socket.inet_ntop(socket.AF_INET, packet[12:16]),
            socket.inet_ntop(socket.AF_INET, packet[16:20]), packet[(packet[0] & 15) * 4:length])


def ipv6(packet):
    length = struct.unpack_from("!H", packet, 4)[0]
    return (packet[6], socket.inet_ntop(socket.AF_INET6, packet[8:24]),
            socket.inet_ntop(socket.AF_INET6, packet[24:40]), packet[40:40 + length])


READERS = {0x0800: ipv4, 0x86dd: ipv6}


def note(folder, frame):
    reader = READERS.get(struct.unpack_from("!H", frame, 12)[0])
    if reader is None:
        return
    protocol, source, target, segment = reader(frame[14:])
    if protocol != TCP:
        return
    ports = struct.unpack_from("!HH", segment)
    data = segment[(segment[12] >> 4) * 4:]
    if data:
        with open(folder / f"{source},{ports[0]}-{target},{ports[1]}", "ab") as file:
            file.write(data)


def main():
    folder = pathlib.Path(sys.argv[1])
    links = []
    for name in sys.argv[2:]:
        link = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL))
        link.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
        link.bind((name, 0))
        links.append(link)
    os.umask(0o077)
    while True:
        for link in select.select(links, [], [])[0]:
            try:
                note(folder, link.recv(65536))
            except OSError:  # the link is down for the moment of a move
                continue


main()
