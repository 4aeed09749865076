"""Evolution's Camel: `-i -f FROM -- RCPT…`; it takes Bcc out of the header by itself."""

import pathlib
import sys
import tempfile

import gi

gi.require_version("Camel", "1.2")
from gi.repository import Camel, GLib  # noqa: E402


def addresses(text):
    book = Camel.InternetAddress.new()
    book.decode(text)
    return book


sender, to, bcc, file = sys.argv[1:]
message = Camel.MimeMessage.new()
message.set_from(addresses(f"Ben Miller <{sender}>"))
message.set_recipients("To", addresses(to))
message.set_recipients("Bcc", addresses(bcc))
message.set_subject("An offer")
text = pathlib.Path(file).read_bytes()
message.set_content(text, "text/plain; charset=utf-8")
message.set_encoding(Camel.TransferEncoding.ENCODING_8BIT)
everybody = addresses(f"{to}, {bcc}")

with tempfile.TemporaryDirectory() as folder:
    Camel.init(folder, False)
    Camel.Provider.init()
    session = Camel.Session(user_data_dir=folder, user_cache_dir=folder)
    session.set_online(True)
    service = session.add_service("out", "sendmail", Camel.ProviderType.TRANSPORT)
    try:
        service.connect_sync(None)
        service.send_to_sync(message, addresses(sender), everybody, None)
    except GLib.Error as error:
        sys.exit(f"Camel: {error.message}")
