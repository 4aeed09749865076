"""Canaries: secrets and words of a message that are searched for wherever they must not be."""

import base64
import pathlib

ALL_SERVERS = ("proseware", "thephone-company", "adatum", "hotel-relay", "interceptor",
               "evil-relay")


def spellings(secret):
    """As it is, and inside base64 of whatever stands before and after it."""
    found = [secret]
    for before in range(3):
        text = base64.b64encode(b"\0" * before + secret)
        # the first and the last letters also depend on the neighbours
        found.append(text[(before * 8 + 5) // 6:(before + len(secret)) * 8 // 6])
    return found


class Canaries:
    """`secrets`: {whose: (bytes, server that may have it)}."""

    def __init__(self, run_dir, secrets):
        self.run_dir = pathlib.Path(run_dir)
        self.secrets = {whose: (spellings(secret), home)
                        for whose, (secret, home) in secrets.items()}

    def told(self, server):
        """All that the server was told and wrote down of it."""
        logs = sorted((self.run_dir / "hosts" / server / "lab" / "log").glob("*"))
        return b"\n".join(log.read_bytes() for log in logs if log.is_file())

    def leaks(self, message_words, may_read, may_relay):
        """What is where it must not be: nothing, when all is well.

        `message_words`: of the body, the subject and the envelope, in this order; `may_read`: servers
        that may have the message; `may_relay`: servers that may hear for whom it is, no more.
        """
        for server in ALL_SERVERS:
            told = self.told(server)
            for whose, (forms, home) in self.secrets.items():
                if server != home and any(form in told for form in forms):
                    yield f"the password of {whose} is known at {server}"
            words = message_words if server not in may_relay else message_words[:-1]
            if server not in may_read and any(word in told for word in words):
                yield f"{server} has heard of the message"
        for path in (self.run_dir / "wire").glob("*"):
            data = path.read_bytes()
            for whose, (forms, _home) in self.secrets.items():
                if any(form in data for form in forms):
                    yield f"the password of {whose} went in the clear: {path.name}"
            if any(word in data for word in message_words):
                yield f"the message went in the clear: {path.name}"
