"""The portal of a train: whoever connects is told, at once, to sign in on a web page.

portal.py PORT
"""

import socketserver
import sys

PAGE = (b"HTTP/1.1 302 Found\r\nLocation: http://portal.train.example.net/sign-in\r\n"
        b"Content-Length: 0\r\nConnection: close\r\n\r\n")


class Visitor(socketserver.BaseRequestHandler):
    def handle(self):
        self.request.settimeout(5)
        try:
            self.request.sendall(PAGE)
            self.request.recv(65536)
        except OSError:
            pass


class Portal(socketserver.ThreadingTCPServer):
    address_family = socketserver.socket.AF_INET6  # and IPv4
    allow_reuse_address = True
    daemon_threads = True


Portal(("::", int(sys.argv[1])), Visitor).serve_forever()
