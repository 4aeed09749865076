"""One mail conversation with a lab server, told in one line.

probe.py smtp HOST PORT [starttls|tls] [login MECHANISM] from ADDR to ADDR [header ADDR]
probe.py offers HOST PORT [starttls|tls]        the EHLO keywords
probe.py pop HOST PORT stls|tls                 log in and quit

HOST may be an address of the server. The password is read from the file that
LAB_PASSWORD names; certificates are checked as any program would do it.
Prints the deciding reply, or the kind of failure: refused, timeout.
"""

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


def log_in(smtp, mechanism):
    smtp.user, smtp.password = "terri", password()
    mechanisms = {"plain": smtp.auth_plain, "login": smtp.auth_login}
    code, text = smtp.auth(mechanism, mechanisms[mechanism])
    if code != 235:
        raise smtplib.SMTPAuthenticationError(code, text)


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


def family(version):
    """Names are looked up for this address family alone."""
    everything = socket.getaddrinfo
    wanted = socket.AF_INET6 if version == "6" else socket.AF_INET

    def only(host, port, _family=0, *rest, **more):
        return everything(host, port, wanted, *rest, **more)
    socket.getaddrinfo = only


def main():
    commands = {"smtp": smtp_command, "offers": offers_command, "pop": pop_command}
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
