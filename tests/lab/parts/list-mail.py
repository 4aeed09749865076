"""Lists message files: number, mailbox, From, To, subject, Message-ID."""

import email
import email.policy
import sys

for number, path in enumerate(sys.argv[1:], 1):
    with open(path, "rb") as file:
        message = email.message_from_binary_file(file, policy=email.policy.compat32)
    mailbox = path.split("/")[-3]
    print(f"{number}  {mailbox}  from {message['From']}  to {message['To']}  "
          f"{message['Subject']}  {message['Message-ID']}")
