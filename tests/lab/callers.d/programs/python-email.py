"""Python: a message of the `email` package given to `sendmail -t -oi`."""

import email.message
import email.policy
import pathlib
import subprocess
import sys

sender, to, bcc, file = sys.argv[1:]
message = email.message.EmailMessage(policy=email.policy.default.clone(cte_type="8bit"))
message["From"] = f"Ben Miller <{sender}>"
message["To"] = to
message["Bcc"] = bcc
message["Subject"] = "An offer"
message.set_content(pathlib.Path(file).read_text(encoding="utf-8"))
subprocess.run(["/usr/sbin/sendmail", "-t", "-oi"], input=message.as_bytes(),
               check=True)
