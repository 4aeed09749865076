"""One mail conversation with a lab server, told in one line.

probe.py smtp HOST PORT [starttls|tls] [login MECHANISM] from ADDR to ADDR [header ADDR]
    (mechanisms: plain, login, scram-sha-1, scram-sha-256, and wrong: plain with another password)
probe.py offers HOST PORT [starttls|tls]        the EHLO keywords
probe.py pop HOST PORT stls|tls                 log in and quit
probe.py says HOST PORT                         the first line that is said without being asked
probe.py srv SERVICE                            the best server of the search domain, or none

HOST may be an address of the server. The password is read from the file that
LAB_PASSWORD names; certificates are checked as any program would do it.
Prints the deciding reply, or the kind of failure: refused, timeout.
"""

import base64
import hashlib
import hmac
import os
import poplib
import smtplib
import socket
import ssl
import sys

TIMEOUT_S = 2
CONTEXT = ssl.create_default_context()


def password():
    with open(os.environ["LAB_PASSWORD"], encoding="ascii") as file:
        return file.read().strip()


def connect_smtp(host, port, security):
    if security == "tls":
        smtp = smtplib.SMTP_SSL(host, port, timeout=TIMEOUT_S, context=CONTEXT)
    else:
        smtp = smtplib.SMTP(host, port, timeout=TIMEOUT_S)
    smtp.ehlo("[127.0.0.1]")
    if security == "starttls":
        smtp.starttls(context=CONTEXT)
        smtp.ehlo("[127.0.0.1]")
    return smtp


def told(reply):
    code, text = reply
    return f"{code} {text.decode('ascii', 'replace')}"


def send(smtp, sender, recipient, author):
    for reply in (smtp.mail(sender), smtp.rcpt(recipient)):
        if reply[0] != 250:
            return told(reply)
    body = f"From: {author}\r\nTo: {recipient}\r\nSubject: probe\r\n\r\nprobe\r\n"
    return told(smtp.data(body.encode("ascii")))


class Scram:
    """RFC 5802 without channel binding: called with each challenge, returns the answer."""

    def __init__(self, hash_name, user, secret):
        self.hash_name, self.secret = hash_name, secret.encode("ascii")
        self.nonce = os.urandom(12).hex()
        self.first = f"n={user},r={self.nonce}"

    def __call__(self, challenge=None):
        if not challenge:
            return "n,," + self.first
        if challenge.startswith(b"v="):
            return ""
        asked = challenge.decode("ascii")
        values = dict(part.split("=", 1) for part in asked.split(","))
        final = f"c=biws,r={values['r']}"
        salted = hashlib.pbkdf2_hmac(self.hash_name, self.secret, base64.b64decode(values["s"]),
                                     int(values["i"]))
        client = hmac.digest(salted, b"Client Key", self.hash_name)
        stored = hashlib.new(self.hash_name, client).digest()
        told_all = ",".join((self.first, asked, final)).encode("ascii")
        signature = hmac.digest(stored, told_all, self.hash_name)
        proof = bytes(one ^ other for one, other in zip(client, signature))
        return f"{final},p={base64.b64encode(proof).decode('ascii')}"


def log_in(smtp, mechanism):
    smtp.user, smtp.password = "terri", password()
    if mechanism == "wrong":
        mechanism, smtp.password = "plain", "not it"
    answers = {"plain": smtp.auth_plain, "login": smtp.auth_login,
               "scram-sha-1": Scram("sha1", smtp.user, smtp.password),
               "scram-sha-256": Scram("sha256", smtp.user, smtp.password)}
    smtp.auth(mechanism, answers[mechanism])


def options(words):
    return dict(zip(words[0::2], words[1::2]))


def smtp_command(host, port, *words):
    security = words[0] if words[0] in ("starttls", "tls") else None
    given = options(words[1:] if security else words)
    smtp = connect_smtp(host, int(port), security)
    if "login" in given:
        log_in(smtp, given["login"])
    answer = send(smtp, given["from"], given["to"], given.get("header", given["from"]))
    smtp.close()
    return answer


def offers_command(host, port, security=None):
    smtp = connect_smtp(host, int(port), security)
    smtp.close()
    return " ".join(f"{name} {smtp.esmtp_features[name]}".strip()
                    for name in sorted(smtp.esmtp_features))


def pop_command(host, port, security):
    if security == "tls":
        pop = poplib.POP3_SSL(host, int(port), timeout=TIMEOUT_S, context=CONTEXT)
    else:
        pop = poplib.POP3(host, int(port), timeout=TIMEOUT_S)
        pop.stls(CONTEXT)
    pop.user("terri")
    answer = pop.pass_(password()).decode("ascii")
    pop.quit()
    return answer


def says_command(host, port):
    with socket.create_connection((host, int(port)), TIMEOUT_S) as link:
        return link.makefile("rb").readline().decode("ascii", "replace").strip()


def resolver():
    """Name server and search domain of this network."""
    with open("/etc/resolv.conf", encoding="ascii") as file:
        words = [line.split() for line in file]
    return tuple(next(line[1] for line in words if line[0] == key)
                 for key in ("nameserver", "search"))


def name_at(answer, place):
    labels = []
    while length := answer[place]:
        if length >= 192:
            place = (length & 63) << 8 | answer[place + 1]
            continue
        labels.append(answer[place + 1:place + 1 + length].decode("ascii"))
        place += 1 + length
    return ".".join(labels)


def srv_command(service):
    server, domain = resolver()
    name = b"".join(bytes([len(label)]) + label.encode("ascii")
                    for label in f"{service}.{domain}.".split("."))
    question = name + b"\0\x21\0\1"
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as ask:
        ask.settimeout(TIMEOUT_S)
        ask.sendto(b"\0\1\1\0\0\1\0\0\0\0\0\0" + question, (server, 53))
        answer = ask.recv(4096)
    place, found = 12 + len(question), []
    for _ in range(int.from_bytes(answer[6:8], "big")):
        # the name is a pointer of two bytes; type, class, time to live, length
        length = int.from_bytes(answer[place + 10:place + 12], "big")
        priority, _weight, port = (int.from_bytes(answer[i:i + 2], "big")
                                   for i in range(place + 12, place + 18, 2))
        found.append((priority, name_at(answer, place + 18), port))
        place += 12 + length
    return " ".join(map(str, min(found)[1:])) if found else "none"


def family(version):
    """Names are looked up for this address family alone."""
    everything = socket.getaddrinfo
    wanted = socket.AF_INET6 if version == "6" else socket.AF_INET

    def only(host, port, _family=0, *rest, **more):
        return everything(host, port, wanted, *rest, **more)
    socket.getaddrinfo = only


def main():
    commands = {"smtp": smtp_command, "offers": offers_command, "pop": pop_command,
                "says": says_command, "srv": srv_command}
    family(os.environ.get("LAB_FAMILY", "4"))
    try:
        print(commands[sys.argv[1]](*sys.argv[2:]))
    except (TimeoutError, socket.timeout):
        print("timeout")
    except ConnectionRefusedError:
        print("refused")
    except (smtplib.SMTPException, poplib.error_proto, ssl.SSLError) as error:
        print(f"{type(error).__name__}: {error}")


main()
