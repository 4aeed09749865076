"""Python: each message of an mbox file given to `sendmail -i -f FROM -- RCPT…`, with its `From ` line."""

import email.utils
import mailbox
import os
import pathlib
import subprocess
import sys
import tempfile

sender, to, bcc, file = sys.argv[1:]
with tempfile.TemporaryDirectory() as folder:
    box = mailbox.mbox(os.path.join(folder, "box"))
    message = mailbox.mboxMessage()
    message["From"] = f"Ben Miller <{sender}>"
    message["To"] = to
    message["Bcc"] = bcc
    message["Subject"] = "An offer"
    message.set_payload(pathlib.Path(file).read_text(encoding="utf-8"), "utf-8")
    box.add(message)
    box.flush()
    for key in box.keys():
        everybody = email.utils.getaddresses(box[key].get_all("To") + box[key].get_all("Bcc"))
        subprocess.run(["/usr/sbin/sendmail", "-i", "-f", sender, "--",
                        *(address for _, address in everybody)],
                       input=box.get_bytes(key, from_=True), check=True)
