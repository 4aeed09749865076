/* What people paste: whole lines of logs, conversations and error messages. */
#include "config.h"

#include "sendpath/verdict/pasted-reply.h"

#include <string.h>

#include "sendpath/verdict/explain.h"

/* Names and addresses are examples; the wording is that of the programs. */
static const struct {
  const char *pasted;
  const char *verdict;
  const char *phase; /* NULL: not told, as with the others */
  const char *server, *recipient;
  const char *reason;
} pastes[] = {
  { "Disk quota exceeded", "mailbox-full", NULL, NULL, NULL, NULL },
  { "Sorry, I wasn't able to establish an SMTP connection. (#4.4.1)", "remote-unreachable", NULL,
    NULL, NULL, NULL },
  { "Your server has unexpectedly terminated the connection. Possible causes for this include "
    "server problems, network problems, or a long period of inactivity. Account: 'home', Server: "
    "'smtp.proseware.com', Protocol: SMTP, Port: 25, Secure(SSL): No, Error Number: 0x800CCC0F",
    "connection-lost", NULL, "smtp.proseware.com", NULL, NULL },
  { "The connection to the server has failed. Account: 'home', Server: 'smtp.proseware.com', "
    "Protocol: SMTP, Port: 25, Secure(SSL): No, Socket Error: 10060, Error Number: 0x800CCC0E",
    "unreachable", NULL, "smtp.proseware.com", NULL, NULL },
  { "The host 'smtp.prosware.com' could not be found. Please verify that you have entered the "
    "server name correctly. Account: 'home', Server: 'smtp.prosware.com', Protocol: SMTP, Port: "
    "25, Secure(SSL): No, Socket Error: 11004, Error Number: 0x800CCC0D",
    "host-not-found", NULL, "smtp.prosware.com", NULL, NULL },
  { "Task 'andrew@example.net- Sending' reported error (0x800CCC7F): 'Establishing an encrypted "
    "connection to your outgoing (SMTP) server failed. If this problem continues, contact your "
    "server administrator or Internet service provider (ISP). The server responded: 454 Throttling "
    "failure: Daily message quota exceeded.'",
    "rate-limited", NULL, NULL, NULL, NULL },
  { "The message could not be sent because one of the recipients was rejected by the server. The "
    "rejected e-mail address was 'someone@adatum.com'. Subject 'Test', Account: 'home', Server: "
    "'smtp.proseware.com', Protocol: SMTP, Server Response: '550 5.7.1 Unable to relay for "
    "someone@adatum.com', Port: 25, Secure(SSL): No, Server Error: 550, Error Number: 0x800CCC79",
    "relay-denied", "rcpt", "smtp.proseware.com", "someone@adatum.com", NULL },
  { "Sending reported error (0x800CCC80): 'None of the authentication methods supported by this "
    "client are supported by your server.'",
    "auth-required", NULL, NULL, NULL, NULL },
  { "Task 'home - Sending' reported error (0x8004210B): 'The operation timed out waiting for a "
    "response from the sending (SMTP) server.'",
    "connection-lost", "connect", NULL, NULL, NULL },
  { "Nov 21 12:00:00 mail postfix/smtp[1234]: 4F2A1: to=<someone@adatum.com>, "
    "relay=mx.adatum.com[203.0.113.5]:25, delay=1.2, delays=0.1/0/0.9/0.2, dsn=5.1.1, "
    "status=bounced (host mx.adatum.com[203.0.113.5] said: 550 5.1.1 <someone@adatum.com>: "
    "Recipient address rejected: User unknown in virtual mailbox table (in reply to RCPT TO "
    "command))",
    "recipient-unknown", "rcpt", "mx.adatum.com", "someone@adatum.com", NULL },
  { "Nov 21 12:00:00 mail postfix/smtp[1234]: 4F2A1: to=<someone@adatum.com>, "
    "relay=mx.adatum.com[203.0.113.5]:25, delay=1.2, delays=0.1/0/0.9/0.2, dsn=4.2.0, "
    "status=deferred (host mx.adatum.com[203.0.113.5] said: 450 4.2.0 <someone@adatum.com>: "
    "Recipient address rejected: Greylisted, see http://postgrey.example/help/adatum.com.html (in "
    "reply to RCPT TO command))",
    "greylisted", "rcpt", "mx.adatum.com", "someone@adatum.com", NULL },
  { "postfix/smtp[1234]: 4F2A1: to=<someone@adatum.com>, relay=none, delay=30, delays=0.1/0/30/0, "
    "dsn=4.4.1, status=deferred (connect to mx.adatum.com[203.0.113.5]:25: Connection timed out)",
    "remote-unreachable", NULL, "mx.adatum.com", "someone@adatum.com", NULL },
  { "postfix/smtp[1234]: 4F2A1: to=<someone@adatum.com>, relay=none, delay=30, dsn=4.4.1, "
    "status=deferred (connect to mx.adatum.com[203.0.113.5]:25: Connection refused)",
    "remote-unreachable", NULL, "mx.adatum.com", "someone@adatum.com", NULL },
  { "postfix/smtp[1234]: 4F2A1: to=<someone@adatum.com>, relay=none, delay=30, dsn=4.4.1, "
    "status=deferred (connect to smtp.proseware.com[203.0.113.5]:587: Connection timed out)",
    "unreachable", "connect", "smtp.proseware.com", "someone@adatum.com", NULL },
  { "postfix/smtp[1234]: 4F2A1: to=<someone@adatum.invalid>, relay=none, delay=0.1, dsn=5.4.4, "
    "status=bounced (Host or domain name not found. Name service error for name=adatum.invalid "
    "type=AAAA: Host not found)",
    "remote-unreachable", NULL, "adatum.invalid", "someone@adatum.invalid", NULL },
  { "postfix/smtp[1234]: 4F2A1: to=<someone@adatum.com>, relay=none, delay=0.1, dsn=4.4.3, "
    "status=deferred (Host or domain name not found. Name service error for "
    "name=smtp.proseware.com type=A: Host not found, try again)",
    "host-not-found", "resolve", "smtp.proseware.com", "someone@adatum.com", NULL },
  { "postfix/smtpd[99]: NOQUEUE: reject: RCPT from laptop.example.net[198.51.100.7]: 554 5.7.1 "
    "<someone@adatum.com>: Relay access denied; from=<terri@proseware.com> to=<someone@adatum.com> "
    "proto=ESMTP helo=<laptop>",
    "relay-denied", "rcpt", NULL, "someone@adatum.com", NULL },
  { "postfix/smtp[1]: 4F2: to=<a@adatum.com>, relay=mx.adatum.com[203.0.113.5]:25, delay=3, "
    "dsn=5.7.1, status=bounced (host mx.adatum.com[203.0.113.5] said: 550 5.7.1 Message rejected "
    "as spam by Content Filtering. (in reply to end of DATA command))",
    "content-rejected", "eod", "mx.adatum.com", "a@adatum.com", NULL },
  { "postfix/smtp[1]: 4F2: to=<a@adatum.com>, relay=mx.adatum.com[203.0.113.5]:25, delay=3, "
    "dsn=4.0.0, status=deferred (host mx.adatum.com[203.0.113.5] refused to talk to me: 554 5.7.1 "
    "Service unavailable; Client host [198.51.100.7] blocked using zen.spamhaus.org)",
    "client-blocked", "greeting", "mx.adatum.com", "a@adatum.com", NULL },
  { "postfix/smtp[1]: 4F2: to=<a@adatum.com>, relay=smtp.proseware.com[203.0.113.5]:587, delay=3, "
    "dsn=4.7.8, status=deferred (SASL authentication failed; server "
    "smtp.proseware.com[203.0.113.5] said: 535 5.7.8 Error: authentication failed: )",
    "auth-failed", NULL, "smtp.proseware.com", "a@adatum.com", NULL },
  { "postfix/smtp[1]: 4F2: to=<a@adatum.com>, relay=mx.adatum.com[203.0.113.5]:25, delay=3, "
    "dsn=4.4.2, status=deferred (conversation with mx.adatum.com[203.0.113.5] timed out while "
    "sending end of data -- message may be sent more than once)",
    "uncertain", "eod", "mx.adatum.com", "a@adatum.com", NULL },
  { "postfix/smtp[1]: 4F2: to=<a@adatum.com>, relay=smtp.proseware.com[203.0.113.5]:587, "
    "dsn=4.7.5, status=deferred (Server certificate not trusted)",
    "tls-failed", "tls", "smtp.proseware.com", "a@adatum.com", "certificate-unknown" },
  { "postfix/smtp[1]: 4F2: to=<a@adatum.com>, relay=smtp.proseware.com[203.0.113.5]:587, "
    "dsn=4.7.4, status=deferred (TLS is required, but was not offered by host "
    "smtp.proseware.com[203.0.113.5])",
    "tls-failed", "starttls", "smtp.proseware.com", "a@adatum.com", NULL },
  { "2026-11-21 12:00:00 1abcDE-000001-AB ** someone@adatum.com R=dnslookup T=remote_smtp "
    "H=mx.adatum.com [203.0.113.5]: SMTP error from remote mail server after RCPT "
    "TO:<someone@adatum.com>: 550 5.1.1 User unknown",
    "recipient-unknown", "rcpt", "mx.adatum.com", "someone@adatum.com", NULL },
  { "2026-11-21 12:00:00 1abcDE-000001-AB == someone@adatum.com R=dnslookup T=remote_smtp defer "
    "(110): Connection timed out H=mx.adatum.com [203.0.113.5]",
    "remote-unreachable", NULL, "mx.adatum.com", "someone@adatum.com", NULL },
  { "2026-11-21 12:00:00 1abcDE-000001-AB == someone@adatum.com R=dnslookup T=remote_smtp defer "
    "(-44) H=mx.adatum.com [203.0.113.5]: SMTP error from remote mail server after RCPT "
    "TO:<someone@adatum.com>: 451 Greylisted, please try again later",
    "greylisted", "rcpt", "mx.adatum.com", "someone@adatum.com", NULL },
  { "2026-11-21 12:00:00 1abcDE-000001-AB ** someone@adatum.com: Unrouteable address",
    "recipient-unknown", NULL, NULL, "someone@adatum.com", NULL },
  { "1abcDE ** a@adatum.com R=dnslookup T=remote_smtp H=mx.adatum.com [203.0.113.5]: SMTP error "
    "from remote mail server after end of data: 554 5.7.1 Message contains spam",
    "content-rejected", "eod", "mx.adatum.com", "a@adatum.com", NULL },
  { "1abcDE-000001-AB ** a@adatum.com: retry timeout exceeded", "remote-unreachable", NULL, NULL,
    "a@adatum.com", NULL },
  { "H=(laptop) [198.51.100.7] F=<terri@proseware.com> rejected RCPT <a@adatum.com>: relay not "
    "permitted",
    "relay-denied", "rcpt", NULL, "a@adatum.com", NULL },
  { "sendmail[1234]: sALC0001: to=<someone@adatum.com>, delay=00:00:02, xdelay=00:00:01, "
    "mailer=esmtp, pri=120000, relay=mx.adatum.com. [203.0.113.5], dsn=5.1.1, stat=User unknown",
    "recipient-unknown", NULL, "mx.adatum.com", "someone@adatum.com", NULL },
  { "sendmail[1234]: sALC0001: to=<someone@adatum.com>, delay=00:05:02, mailer=esmtp, "
    "relay=mx.adatum.com. [203.0.113.5], dsn=4.0.0, stat=Deferred: Connection timed out with "
    "mx.adatum.com.",
    "remote-unreachable", NULL, "mx.adatum.com", "someone@adatum.com", NULL },
  { "sendmail[1234]: sALC0001: to=<someone@adatum.com>, delay=00:00:02, mailer=esmtp, "
    "relay=mx.adatum.com. [203.0.113.5], dsn=4.7.1, stat=Deferred: 451 4.7.1 Greylisting in "
    "action, please come back later",
    "greylisted", NULL, "mx.adatum.com", "someone@adatum.com", NULL },
  { "sendmail[1]: sAL: to=<a@adatum.invalid>, mailer=esmtp, dsn=5.1.2, stat=Host unknown (Name "
    "server: adatum.invalid.: host not found)",
    "remote-unreachable", NULL, "adatum.invalid", "a@adatum.invalid", NULL },
  { "sendmail[1]: sAL: ruleset=check_rcpt, arg1=<a@adatum.com>, relay=laptop.example.net "
    "[198.51.100.7], reject=550 5.7.1 <a@adatum.com>... Relaying denied",
    "relay-denied", "rcpt", NULL, "a@adatum.com", NULL },
  { "@4000000045 delivery 3: failure: "
    "203.0.113.5_does_not_like_recipient./Remote_host_said:_550_5.1.1_<x@adatum.com>:_User_unknown/"
    "Giving_up_on_203.0.113.5./",
    "recipient-unknown", "rcpt", NULL, "x@adatum.com", NULL },
  { "delivery 4: deferral: Sorry,_I_wasn't_able_to_establish_an_SMTP_connection._(#4.4.1)/",
    "remote-unreachable", NULL, NULL, NULL, NULL },
  { "delivery 5: failure: Sorry,_no_mailbox_here_by_that_name._(#5.1.1)/", "recipient-unknown",
    NULL, NULL, NULL, NULL },
  { "delivery 6: failure: "
    "203.0.113.5_does_not_like_recipient./"
    "Remote_host_said:_553_sorry,_that_domain_isn't_in_my_list_of_allowed_rcpthosts_(#5.7.1)/"
    "Giving_up_on_203.0.113.5./",
    "relay-denied", "rcpt", NULL, NULL, NULL },
  { "msmtp: cannot connect to smtp.proseware.com, port 587: Connection timed out", "unreachable",
    "connect", "smtp.proseware.com", NULL, NULL },
  { "msmtp: cannot locate host smtp.prosware.com: Name or service not known", "host-not-found",
    "resolve", "smtp.prosware.com", NULL, NULL },
  { "msmtp: TLS certificate verification failed: the certificate hasn't got a known issuer",
    "tls-failed", "tls", NULL, NULL, "certificate-unknown" },
  { "msmtp: the certificate owner does not match hostname smtp.proseware.com", "tls-failed", "tls",
    NULL, NULL, "certificate-name" },
  { "msmtp: the server does not support TLS via the STARTTLS command", "tls-failed", "starttls",
    NULL, NULL, NULL },
  { "msmtp: authentication failed (method PLAIN)\nmsmtp: server message: 535 5.7.8 Error: "
    "authentication failed",
    "auth-failed", "auth", NULL, NULL, NULL },
  { "msmtp: recipient address someone@adatum.com not accepted by the server\nmsmtp: server "
    "message: 554 5.7.1 <someone@adatum.com>: Relay access denied\nmsmtp: could not send mail "
    "(account home from ~/.msmtprc)",
    "relay-denied", "rcpt", NULL, "someone@adatum.com", NULL },
  { "msmtp: envelope from address x@y.com not accepted by the server\nmsmtp: server message: 553 "
    "5.1.8 Domain of sender address x@y.com does not exist",
    "sender-rejected", "mail", NULL, NULL, NULL },
  { "Nov 21 12:00:00 host=smtp.proseware.com tls=off auth=off from=terri@proseware.com "
    "recipients=someone@adatum.com smtpstatus=554 smtpmsg='554 5.7.1 <someone@adatum.com>: Relay "
    "access denied' errormsg='recipient address someone@adatum.com not accepted by the server' "
    "exitcode=EX_DATAERR",
    "relay-denied", "rcpt", "smtp.proseware.com", "someone@adatum.com", NULL },
  { "Nov 21 12:00:00 host=smtp.proseware.com tls=on auth=on user=terri from=terri@proseware.com "
    "recipients=a@adatum.com errormsg='cannot connect to smtp.proseware.com, port 587: Connection "
    "refused' exitcode=EX_TEMPFAIL",
    "unreachable", "connect", "smtp.proseware.com", "a@adatum.com", NULL },
  { "An error occurred while sending mail. The mail server responded:\n5.7.1 <someone@adatum.com>: "
    "Relay access denied.\nPlease check the message recipient \"someone@adatum.com\" and try "
    "again.",
    "relay-denied", "rcpt", NULL, "someone@adatum.com", NULL },
  { "Sending of the message failed.\nThe message could not be sent because connecting to Outgoing "
    "server (SMTP) smtp.proseware.com failed. The server may be unavailable or is refusing SMTP "
    "connections. Please verify that your Outgoing server (SMTP) settings are correct and try "
    "again.",
    "unreachable", "connect", "smtp.proseware.com", NULL, NULL },
  { "Sending of the message failed. The message could not be sent because the connection to "
    "Outgoing server (SMTP) smtp.proseware.com timed out. Try again.",
    "unreachable", "connect", "smtp.proseware.com", NULL, NULL },
  { "Sending of the message failed. The message could not be sent because the connection to "
    "Outgoing server (SMTP) smtp.proseware.com was lost in the middle of the transaction. Try "
    "again.",
    "connection-lost", NULL, "smtp.proseware.com", NULL, NULL },
  { "Sending of the message failed. Unable to authenticate to Outgoing server (SMTP) "
    "smtp.proseware.com. Please check the password and verify the 'Authentication method' in "
    "'Account Settings | Outgoing server (SMTP)'.",
    "auth-failed", NULL, "smtp.proseware.com", NULL, NULL },
  { "Sending of the message failed. An error occurred sending mail: Unable to establish a secure "
    "link with Outgoing server (SMTP) smtp.proseware.com using STARTTLS since it doesn't advertise "
    "that feature. Switch off STARTTLS for that server or contact your service provider.",
    "tls-failed", "starttls", "smtp.proseware.com", NULL, NULL },
  { "The size of the message you are trying to send exceeds the global size limit (10485760 bytes) "
    "of the server. The message was not sent; reduce the message size and try again.",
    "message-too-large", "mail", NULL, NULL, NULL },
  { "An error occurred while sending mail: Outgoing server (SMTP) error. The server responded: "
    "5.7.1 Service unavailable; Client host [203.0.113.7] blocked using zen.spamhaus.org.",
    "client-blocked", NULL, NULL, NULL, NULL },
  { "Sending of the message failed. An error occurred while sending mail: Outgoing server (SMTP) "
    "smtp.prosware.com is unknown. The server may be incorrectly configured. Please verify that "
    "your Outgoing server (SMTP) settings are correct and try again.",
    "host-not-found", "resolve", "smtp.prosware.com", NULL, NULL },
  { "Cannot send message using the server smtp.proseware.com\nThe server “smtp.proseware.com” "
    "refused to allow a connection on port 25.",
    "unreachable", "connect", "smtp.proseware.com", NULL, NULL },
  { "Cannot send message using the server smtp.proseware.com:home. The connection to the server "
    "“smtp.proseware.com” on port 25 timed out.",
    "unreachable", "connect", "smtp.proseware.com", NULL, NULL },
  { "Cannot send message using the server smtp.proseware.com. One of the recipients was rejected "
    "by the server. The server response was: 5.7.1 Relaying denied. Use the pop-up menu below to "
    "select a different outgoing server.",
    "relay-denied", "rcpt", "smtp.proseware.com", NULL, NULL },
  { "The sender address terri@proseware.com was rejected by the server smtp.thephone-company.com. "
    "The server response was: terri@proseware.com sender rejected",
    "sender-rejected", NULL, "smtp.thephone-company.com", NULL, NULL },
  { "The reported error was “RCPT TO <someone@adatum.com> failed: Relay access denied”.",
    "relay-denied", "rcpt", NULL, "someone@adatum.com", NULL },
  { "The reported error was “Could not connect to “smtp.proseware.com:587”: Connection refused”.",
    "unreachable", "connect", "smtp.proseware.com", NULL, NULL },
  { "The reported error was “Error resolving “smtp.prosware.com”: Name or service not known”.",
    "host-not-found", "resolve", "smtp.prosware.com", NULL, NULL },
  { "Failed to connect to an SMTP server in secure mode: STARTTLS not supported", "tls-failed",
    "starttls", NULL, NULL, NULL },
  { "[12:00:00] SMTP< 220 smtp.proseware.com ESMTP\n[12:00:00] ESMTP> EHLO laptop\n[12:00:00] "
    "ESMTP< 250-smtp.proseware.com\n[12:00:00] ESMTP< 250 HELP\n[12:00:00] ESMTP> MAIL "
    "FROM:<terri@proseware.com>\n[12:00:00] SMTP< 250 2.1.0 Ok\n[12:00:00] SMTP> RCPT "
    "TO:<someone@adatum.com>\n[12:00:00] SMTP< 554 5.7.1 <someone@adatum.com>: Relay access "
    "denied\n*** Error occurred while sending the message:\n554 5.7.1 <someone@adatum.com>: Relay "
    "access denied",
    "relay-denied", "rcpt", "smtp.proseware.com", "someone@adatum.com", NULL },
  { "Failed to send some messages: Negative SMTP reply: 550 5.1.1 <x@adatum.com>: Recipient "
    "address rejected: User unknown",
    "recipient-unknown", NULL, NULL, "x@adatum.com", NULL },
  { "com.fsck.k9.mail.AuthenticationFailedException: Negative SMTP reply: 535 5.7.8 Error: "
    "authentication failed",
    "auth-failed", "auth", NULL, NULL, NULL },
  { "Unable to initialize SMTP properly. Check config and use --smtp-debug. VALUES: "
    "server=smtp.proseware.com encryption=tls hello=laptop port=587 at "
    "/usr/lib/git-core/git-send-email line 1684.",
    "unreachable", "connect", "smtp.proseware.com", NULL, NULL },
  { "5.7.1 <someone@adatum.com>: Relay access denied\nfatal: 'send-email' appears to be a git "
    "command",
    "relay-denied", NULL, NULL, "someone@adatum.com", NULL },
  { "Net::SMTP>>> RCPT TO:<someone@adatum.com>\nNet::SMTP=GLOB(0x55d0)<<< 550 5.7.1 "
    "<someone@adatum.com>... Relaying denied",
    "relay-denied", "rcpt", NULL, "someone@adatum.com", NULL },
  { "5.7.8 Username and Password not accepted. For more information, go to\n5.7.8  "
    "https://support.example.com/mail/?p=BadCredentials",
    "auth-failed", NULL, NULL, NULL, NULL },
  { "SMTP session failed: 550 5.7.1 Relaying denied", "relay-denied", NULL, NULL, NULL, NULL },
  { "SMTP session failed: read error: Connection reset by peer", "connection-lost", NULL, NULL,
    NULL, NULL },
  { "SASL authentication failed.", "auth-failed", NULL, NULL, NULL, NULL },
  { "SMTP Error: Could not authenticate.", "auth-failed", "auth", NULL, NULL, NULL },
  { "SMTP Error: Could not connect to SMTP host. Connection refused", "unreachable", "connect",
    NULL, NULL, NULL },
  { "SMTP connect() failed. https://github.com/PHPMailer/PHPMailer/wiki/Troubleshooting",
    "unreachable", "connect", NULL, NULL, NULL },
  { "SMTP Error: The following recipients failed: someone@adatum.com: <someone@adatum.com>: Relay "
    "access denied",
    "relay-denied", "rcpt", NULL, "someone@adatum.com", NULL },
  { "SMTP Error: The following recipients failed: someone@adatum.com: RCPT TO command failed: "
    "5.7.1 Relaying denied",
    "relay-denied", "rcpt", NULL, "someone@adatum.com", NULL },
  { "SMTP Error: data not accepted.SMTP server error: DATA END command failed Detail: Transaction "
    "failed SMTP code: 554 Additional SMTP info: 5.3.0",
    "server-error", "eod", NULL, NULL, NULL },
  { "smtplib.SMTPRecipientsRefused: {'someone@adatum.com': (550, b'5.7.1 <someone@adatum.com>... "
    "Relaying denied')}",
    "relay-denied", "rcpt", NULL, "someone@adatum.com", NULL },
  { "smtplib.SMTPSenderRefused: (553, b'5.7.1 <x@y.com>: Sender address rejected: not owned by "
    "user terri', 'x@y.com')",
    "sender-rejected", "mail", NULL, NULL, NULL },
  { "smtplib.SMTPAuthenticationError: (535, b'5.7.8 Username and Password not accepted. Learn more "
    "at\\n5.7.8 https://support.example.com')",
    "auth-failed", "auth", NULL, NULL, NULL },
  { "smtplib.SMTPDataError: (554, b'5.7.1 Message rejected as spam')", "content-rejected", "eod",
    NULL, NULL, NULL },
  { "smtplib.SMTPServerDisconnected: Connection unexpectedly closed", "connection-lost", NULL, NULL,
    NULL, NULL },
  { "smtplib.SMTPNotSupportedError: STARTTLS extension not supported by server.", "tls-failed",
    "starttls", NULL, NULL, NULL },
  { "socket.gaierror: [Errno -2] Name or service not known", "host-not-found", "resolve", NULL,
    NULL, NULL },
  { "ConnectionRefusedError: [Errno 111] Connection refused", "unreachable", "connect", NULL, NULL,
    NULL },
  { "ssl.SSLError: [SSL: WRONG_VERSION_NUMBER] wrong version number (_ssl.c:1129)", "tls-failed",
    "tls", NULL, NULL, "tls-other-kind" },
  { "ssl.SSLCertVerificationError: [SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: "
    "certificate has expired (_ssl.c:1129)",
    "tls-failed", "tls", NULL, NULL, "certificate-expired" },
  { "(550, b'5.7.1 Relaying denied')", "relay-denied", NULL, NULL, NULL, NULL },
  { "com.sun.mail.smtp.SMTPAddressFailedException: 550 5.7.1 Unable to relay for "
    "someone@adatum.com\n\tat com.sun.mail.smtp.SMTPTransport.rcptTo(SMTPTransport.java:1873)",
    "relay-denied", "rcpt", NULL, NULL, NULL },
  { "javax.mail.AuthenticationFailedException: 535 5.7.3 Authentication unsuccessful",
    "auth-failed", "auth", NULL, NULL, NULL },
  { "javax.mail.MessagingException: Could not connect to SMTP host: smtp.proseware.com, port: "
    "25;\n  nested exception is:\n\tjava.net.ConnectException: Connection refused",
    "unreachable", "connect", "smtp.proseware.com", NULL, NULL },
  { "com.sun.mail.util.MailConnectException: Couldn't connect to host, port: smtp.proseware.com, "
    "587; timeout -1",
    "unreachable", "connect", "smtp.proseware.com", NULL, NULL },
  { "javax.mail.MessagingException: Could not convert socket to TLS;\n  nested exception "
    "is:\n\tjavax.net.ssl.SSLHandshakeException: sun.security.validator.ValidatorException: PKIX "
    "path building failed: unable to find valid certification path to requested target",
    "tls-failed", "tls", NULL, NULL, "certificate-unknown" },
  { "com.sun.mail.util.MailConnectException: java.net.UnknownHostException: smtp.prosware.com",
    "host-not-found", "resolve", "smtp.prosware.com", NULL, NULL },
  { "System.Net.Mail.SmtpFailedRecipientException: Mailbox unavailable. The server response was: "
    "5.7.1 Unable to relay for someone@adatum.com\n   at "
    "System.Net.Mail.SmtpTransport.SendMail(MailAddress sender)",
    "relay-denied", "rcpt", NULL, NULL, NULL },
  { "System.Net.Mail.SmtpException: The SMTP server requires a secure connection or the client was "
    "not authenticated. The server response was: 5.7.0 Must issue a STARTTLS command first",
    "tls-required", NULL, NULL, NULL, NULL },
  { "System.Net.Mail.SmtpException: Failure sending mail. ---> System.Net.Sockets.SocketException: "
    "No connection could be made because the target machine actively refused it 203.0.113.5:25",
    "unreachable", "connect", NULL, NULL, NULL },
  { "System.Net.WebException: The remote name could not be resolved: 'smtp.prosware.com'",
    "host-not-found", "resolve", "smtp.prosware.com", NULL, NULL },
  { "Exceeded storage allocation. The server response was: Mailbox full", "mailbox-full", NULL,
    NULL, NULL, NULL },
  { "curl: (7) Failed to connect to smtp.proseware.com port 25 after 3 ms: Couldn't connect to "
    "server",
    "unreachable", "connect", "smtp.proseware.com", NULL, NULL },
  { "curl: (6) Could not resolve host: smtp.prosware.com", "host-not-found", "resolve",
    "smtp.prosware.com", NULL, NULL },
  { "curl: (55) RCPT failed: 550", "relay-denied", "rcpt", NULL, NULL, NULL },
  { "curl: (67) Login denied", "auth-failed", "auth", NULL, NULL, NULL },
  { "curl: (60) SSL certificate problem: unable to get local issuer certificate", "tls-failed",
    "tls", NULL, NULL, "certificate-unknown" },
  { "> RCPT TO:<someone@adatum.com>\n< 550 5.7.1 <someone@adatum.com>... Relaying denied\n* RCPT "
    "failed: 550",
    "relay-denied", "rcpt", NULL, "someone@adatum.com", NULL },
  { "=== Trying smtp.proseware.com:25...\n=== Connected to smtp.proseware.com.\n<-  220 "
    "smtp.proseware.com ESMTP Postfix\n -> EHLO laptop\n<-  250-smtp.proseware.com\n<-  "
    "250-PIPELINING\n<-  250 8BITMIME\n -> MAIL FROM:<terri@proseware.com>\n<-  250 2.1.0 Ok\n -> "
    "RCPT TO:<someone@adatum.com>\n<** 554 5.7.1 <someone@adatum.com>: Relay access denied\n -> "
    "QUIT\n<-  221 2.0.0 Bye\n=== Connection closed with remote host.",
    "relay-denied", "rcpt", "smtp.proseware.com", "someone@adatum.com", NULL },
  { "<** 550 5.7.1 Relaying denied", "relay-denied", NULL, NULL, NULL, NULL },
  { "*** Error connecting to smtp.proseware.com:25:\n*** \tIO::Socket::INET6: connect: Connection "
    "refused",
    "unreachable", "connect", "smtp.proseware.com", NULL, NULL },
  { "Error: Can't send mail - all recipients were rejected: 550 5.7.1 <someone@adatum.com>: "
    "Relaying denied\n    at SMTPConnection._formatError "
    "(/app/node_modules/nodemailer/lib/smtp-connection/index.js:798:19) {\n  code: 'EENVELOPE',\n  "
    "response: '550 5.7.1 <someone@adatum.com>: Relaying denied',\n  responseCode: 550,\n  "
    "command: 'RCPT TO'",
    "relay-denied", "rcpt", NULL, "someone@adatum.com", NULL },
  { "Error: Invalid login: 535-5.7.8 Username and Password not accepted. Learn more at\n535 5.7.8  "
    "https://support.example.com/mail/?p=BadCredentials",
    "auth-failed", "auth", NULL, NULL, NULL },
  { "Error: getaddrinfo ENOTFOUND smtp.prosware.com", "host-not-found", "resolve",
    "smtp.prosware.com", NULL, NULL },
  { "Error: connect ECONNREFUSED 203.0.113.5:25", "unreachable", "connect", NULL, NULL, NULL },
  { "Error: self signed certificate in certificate chain", "tls-failed", "tls", NULL, NULL,
    "certificate-unknown" },
  { "220 smtp.proseware.com ESMTP\nEHLO laptop\n250-smtp.proseware.com\n250 HELP\nMAIL "
    "FROM:<terri@proseware.com>\n250 ok\nRCPT TO:<someone@adatum.com>\n550 5.7.1 Relaying "
    "denied\nDATA\n503 no valid recipients",
    "relay-denied", "rcpt", "smtp.proseware.com", "someone@adatum.com", NULL },
  { "220 *******************************\nEHLO laptop\n500 unrecognized command", "protocol-error",
    "greeting", NULL, NULL, "firewall-changes-words" },
  { "relaying denied", "relay-denied", NULL, NULL, NULL, NULL },
  { "Connection timed out", "unreachable", "connect", NULL, NULL, NULL },
  { "Connection refused", "unreachable", "connect", NULL, NULL, NULL },
  { "Name or service not known", "host-not-found", "resolve", NULL, NULL, NULL },
  { "host not found", "host-not-found", "resolve", NULL, NULL, NULL },
  { "no connection", "unreachable", "connect", NULL, NULL, NULL },
  { "port 25 closed", "unreachable", "connect", NULL, NULL, NULL },
  { "port 25 blocked", "unreachable", "connect", NULL, NULL, NULL },
  { "The certificate is NOT trusted. The certificate issuer is unknown.", "tls-failed", "tls", NULL,
    NULL, "certificate-unknown" },
  { "error:0A000086:SSL routines::certificate verify failed", "tls-failed", "tls", NULL, NULL,
    "certificate-unknown" },
  { "Unacceptable TLS certificate", "tls-failed", "tls", NULL, NULL, "certificate-unknown" },
  { "The certificate chain uses expired certificate", "tls-failed", "tls", NULL, NULL,
    "certificate-expired" },
  { "gnutls_handshake: An unexpected TLS packet was received.", "tls-failed", "tls", NULL, NULL,
    "tls-other-kind" },
  { "error:0A00010B:SSL routines::wrong version number", "tls-failed", "tls", NULL, NULL,
    "tls-other-kind" },
  { "Connection reset by peer", "connection-lost", NULL, NULL, NULL, NULL },
  { "Broken pipe", "connection-lost", NULL, NULL, NULL, NULL },
  { "421 Cannot connect to SMTP server 203.0.113.5 (203.0.113.5:25), connect error 10060",
    "unreachable", "connect", NULL, NULL, "antivirus" },
  { "No route to host", "unreachable", "connect", NULL, NULL, NULL },
  { "Network is unreachable", "unreachable", "connect", NULL, NULL, NULL },
  { "No space left on device", "server-storage", NULL, NULL, NULL, NULL },
  { "greylisted", "greylisted", NULL, NULL, NULL, NULL },
  { "mailbox full", "mailbox-full", NULL, NULL, NULL, NULL },
  { "user unknown", "recipient-unknown", NULL, NULL, NULL, NULL },
  { "Authentication failed", "auth-failed", NULL, NULL, NULL, NULL },
  { "message too large", "message-too-large", NULL, NULL, NULL, NULL },
  { "host gmail-smtp-in.l.example.com[203.0.113.5] said: 550-5.1.1 The email account that you "
    "tried to reach does not exist. 550-5.1.1 Please try double-checking the recipient's email "
    "address 550 5.1.1 for typos (in reply to RCPT TO command)",
    "recipient-unknown", "rcpt", NULL, NULL, NULL },
  { "postfix/local[77]: 9A1: to=<root@laptop.example.net>, relay=local, delay=0.01, dsn=5.1.1, "
    "status=bounced (unknown user: \"root2\")",
    "recipient-unknown", NULL, NULL, "root@laptop.example.net", NULL },
  { "postfix/virtual[77]: 9A1: to=<a@adatum.com>, relay=virtual, dsn=5.2.2, status=bounced "
    "(maildir delivery failed: error writing message: Disk quota exceeded)",
    "mailbox-full", NULL, NULL, "a@adatum.com", NULL },
  { "postfix/smtp[7]: 9A1: to=<a@adatum.com>, relay=mx.adatum.com[203.0.113.9]:25, dsn=5.3.4, "
    "status=bounced (message size 31457280 exceeds size limit 26214400 of server "
    "mx.adatum.com[203.0.113.9])",
    "message-too-large", NULL, "mx.adatum.com", "a@adatum.com", NULL },
  { "postfix/smtp[7]: 9A1: to=<a@adatum.com>, relay=none, dsn=5.1.0, status=bounced (Domain "
    "adatum.com does not accept mail (nullMX))",
    "remote-unreachable", NULL, NULL, "a@adatum.com", NULL },
  { "postfix/smtp[7]: 9A1: to=<a@adatum.com>, relay=none, dsn=4.4.1, status=deferred (connect to "
    "mx.adatum.com[2001:db8::5]:25: Network is unreachable)",
    "remote-unreachable", NULL, "mx.adatum.com", "a@adatum.com", NULL },
  { "postfix/smtp[7]: 9A1: to=<a@adatum.com>, relay=mx.adatum.com[203.0.113.9]:25, dsn=4.4.2, "
    "status=deferred (lost connection with mx.adatum.com[203.0.113.9] while receiving the initial "
    "server greeting)",
    "remote-unreachable", NULL, "mx.adatum.com", "a@adatum.com", NULL },
  { "postfix/smtp[7]: 9A1: to=<a@adatum.com>, relay=mx.adatum.com[203.0.113.9]:25, dsn=4.7.0, "
    "status=deferred (host mx.adatum.com[203.0.113.9] refused to talk to me: 421 4.7.0 Too many "
    "connections from your IP)",
    "rate-limited", "greeting", "mx.adatum.com", "a@adatum.com", NULL },
  { "postfix/smtp[7]: 9A1: to=<a@adatum.com>, relay=mx.adatum.com[203.0.113.9]:25, dsn=2.0.0, "
    "status=sent (250 2.0.0 Ok: queued as 4F2A1)",
    "accepted", NULL, "mx.adatum.com", "a@adatum.com", NULL },
  { "postfix/smtp[7]: to=<a@adatum.com>, relay=smtp.proseware.com[203.0.113.9]:587, dsn=5.7.0, "
    "status=bounced (host smtp.proseware.com[203.0.113.9] said: 530 5.7.0 Authentication Required. "
    "(in reply to MAIL FROM command))",
    "auth-required", "mail", "smtp.proseware.com", "a@adatum.com", NULL },
  { "to=<a@adatum.com>, relay=smtp.proseware.com[203.0.113.9]:587, dsn=5.7.1, status=bounced (host "
    "smtp.proseware.com[203.0.113.9] said: 553 5.7.1 <root@laptop>: Sender address rejected: not "
    "owned by user terri (in reply to RCPT TO command))",
    "sender-rejected", "rcpt", "smtp.proseware.com", "a@adatum.com", NULL },
  { "status=bounced (host mail.thephone-company.com[192.0.2.8] said: 550 5.7.1 Unable to relay (in "
    "reply to RCPT TO command))",
    "relay-denied", "rcpt", "mail.thephone-company.com", NULL, NULL },
  { "2026-11-21 12:00:00 1a-1 ** a@adatum.com <a@adatum.com> R=smarthost T=remote_smtp_smarthost "
    "H=smtp.proseware.com [203.0.113.5] X=TLS1.3 CV=yes: SMTP error from remote mail server after "
    "RCPT TO:<a@adatum.com>: 550 5.1.1 <a@adatum.com>: Recipient address rejected: User unknown",
    "recipient-unknown", "rcpt", "smtp.proseware.com", "a@adatum.com", NULL },
  { "1a-1 ** a@adatum.com R=smarthost T=remote_smtp_smarthost H=smtp.proseware.com [203.0.113.5]: "
    "SMTP error from remote mail server after pipelined MAIL FROM:<t@proseware.com> SIZE=1500: 550 "
    "relay not permitted",
    "relay-denied", "mail", "smtp.proseware.com", "a@adatum.com", NULL },
  { "1a-1 == a@adatum.com R=dnslookup T=remote_smtp defer (111): Connection refused "
    "H=mx.adatum.com [203.0.113.5]",
    "remote-unreachable", NULL, "mx.adatum.com", "a@adatum.com", NULL },
  { "1a-1 == a@adatum.com R=dnslookup defer (-1): host lookup did not complete",
    "remote-unreachable", NULL, NULL, "a@adatum.com", NULL },
  { "1a-1 == a@adatum.com R=local_user T=mail_spool defer (-22): mailbox is full (MTA-imposed "
    "quota exceeded while writing to /var/mail/a)",
    "mailbox-full", NULL, NULL, "a@adatum.com", NULL },
  { "sendmail[1]: x: to=<a@adatum.com>, mailer=relay, relay=smtp.proseware.com. [203.0.113.5], "
    "dsn=4.0.0, stat=Deferred: smtp.proseware.com.: Service not available",
    "server-busy", NULL, "smtp.proseware.com", "a@adatum.com", NULL },
  { "sendmail[1]: x: to=<a@adatum.com>, mailer=esmtp, relay=mx.adatum.com., dsn=4.0.0, "
    "stat=Deferred: Connection refused by mx.adatum.com.",
    "remote-unreachable", NULL, "mx.adatum.com", "a@adatum.com", NULL },
  { "x: to=<a@adatum.com>, mailer=esmtp, relay=mx.adatum.com. [203.0.113.5], dsn=5.7.1, reply=550 "
    "5.7.1 Service unavailable; client [198.51.100.1] blocked using Spamhaus, stat=Service "
    "unavailable",
    "client-blocked", NULL, "mx.adatum.com", "a@adatum.com", NULL },
  { "AUTH=client, relay=smtp.proseware.com., mech=PLAIN, bits=0: 535 5.7.8 Error: authentication "
    "failed",
    "auth-failed", NULL, "smtp.proseware.com", NULL, NULL },
  { "delivery 12: failure: "
    "Connected_to_203.0.113.5_but_greeting_failed./Remote_host_said:_554_5.7.1_Access_denied/",
    "client-blocked", "greeting", NULL, NULL, NULL },
  { "delivery 12: failure: "
    "203.0.113.5_failed_after_I_sent_the_message./"
    "Remote_host_said:_554_5.7.1_Message_looks_like_spam/",
    "content-rejected", "eod", NULL, NULL, NULL },
  { "delivery 12: failure: "
    "Connected_to_203.0.113.5_but_sender_was_rejected./"
    "Remote_host_said:_553_5.1.8_Domain_of_sender_address_does_not_resolve/",
    "sender-rejected", "mail", NULL, NULL, NULL },
  { "delivery 2: deferral: "
    "203.0.113.5_does_not_like_recipient./"
    "Remote_host_said:_451_4.7.1_Greylisted,_try_again_in_5_minutes/Giving_up_on_203.0.113.5./",
    "greylisted", "rcpt", NULL, NULL, NULL },
  { "delivery 2: deferral: "
    "Connected_to_203.0.113.5_but_connection_died._Possible_duplicate!_(#4.4.2)/",
    "uncertain", "eod", NULL, NULL, NULL },
  { "msmtp: envelope from address terri@proseware.com not accepted by the server\nmsmtp: server "
    "message: 530 5.7.0 Authentication required",
    "auth-required", "mail", NULL, NULL, NULL },
  { "msmtp: network read error: the operation timed out", "connection-lost", NULL, NULL, NULL,
    NULL },
  { "msmtp: the server does not support authentication", "protocol-error", "auth", NULL, NULL,
    NULL },
  { "msmtp: authentication failed: 535 5.7.8 bad", "auth-failed", NULL, NULL, NULL, NULL },
  { "Sending of the message failed. The size of the message you are trying to send exceeds a "
    "temporary size limit of the server. The message was not sent; try to reduce the message size "
    "or wait some time and try again. The server responded: 4.3.1 x.",
    "message-too-large", "mail", NULL, NULL, NULL },
  { "Sending of the message failed. An error occurred while sending mail: Login to server "
    "smtp.proseware.com with username terri failed.",
    "auth-failed", NULL, NULL, NULL, NULL },
  { "An error occurred while sending mail. The mail server responded: 5.7.1 <me@proseware.com>: "
    "Sender address rejected: not owned by user terri. Please verify that your email address is "
    "correct in your account settings and try again.",
    "sender-rejected", NULL, NULL, NULL, NULL },
  { "An error occurred while sending mail. The mail server responded: 5.7.1 Message rejected "
    "because it contains a virus. Please check the message and try again.",
    "content-rejected", NULL, NULL, NULL, NULL },
  { "Sending of the message failed. Peer’s Certificate issuer is not recognized. The configuration "
    "related to smtp.proseware.com must be corrected. SEC_ERROR_UNKNOWN_ISSUER",
    "tls-failed", "tls", NULL, NULL, "certificate-unknown" },
  { "SSL_ERROR_BAD_CERT_DOMAIN", "tls-failed", "tls", NULL, NULL, "certificate-name" },
  { "Die Nachricht konnte nicht gesendet werden, weil einer der Empfänger vom Server nicht "
    "akzeptiert wurde. Die nicht akzeptierte E-Mail-Adresse ist \"a@adatum.com\". Konto: 'home', "
    "Server: 'smtp.proseware.com', Protokoll: SMTP, Serverantwort: '550 5.1.1 User unknown', Port: "
    "25, Secure (SSL): Nein, Serverfehler: 550, Fehlernummer: 0x800CCC79",
    "recipient-unknown", NULL, "smtp.proseware.com", NULL, NULL },
  { "Le message n'a pas pu être envoyé. Serveur : 'smtp.proseware.com', Protocole : SMTP, Réponse "
    "du serveur : '550 5.7.1 relaying denied', Port : 25, Sécurisé (SSL) : Non, Erreur de serveur "
    ": 550, Numéro d'erreur : 0x800CCC79",
    "relay-denied", NULL, NULL, NULL, NULL },
  { "(535, b'5.7.8 Error: authentication failed: UGFzc3dvcmQ6')", "auth-failed", NULL, NULL, NULL,
    NULL },
  { "{'a@adatum.com': (554, b'5.7.1 <a@adatum.com>: Relay access denied'), 'b@adatum.com': (554, "
    "b'5.7.1 <b@adatum.com>: Relay access denied')}",
    "relay-denied", NULL, NULL, "a@adatum.com", NULL },
  { "smtplib.SMTPRecipientsRefused: {'a@adatum.com': (550, '5.7.1 Relaying denied')}",
    "relay-denied", "rcpt", NULL, "a@adatum.com", NULL },
  { "TimeoutError: [Errno 110] Connection timed out", "unreachable", "connect", NULL, NULL, NULL },
  { "TimeoutError: timed out", "unreachable", "connect", NULL, NULL, NULL },
  { "OSError: [Errno 101] Network is unreachable", "unreachable", "connect", NULL, NULL, NULL },
  { "OSError: [Errno 113] No route to host", "unreachable", "connect", NULL, NULL, NULL },
  { "ConnectionResetError: [Errno 104] Connection reset by peer", "connection-lost", NULL, NULL,
    NULL, NULL },
  { "ssl.SSLCertVerificationError: [SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: "
    "Hostname mismatch, certificate is not valid for 'smtp.proseware.com'. (_ssl.c:1000)",
    "tls-failed", "tls", NULL, NULL, "certificate-name" },
  { "org.eclipse.angus.mail.smtp.SMTPSendFailedException: 530 5.7.0 Authentication Required",
    "auth-required", NULL, NULL, NULL, NULL },
  { "com.sun.mail.smtp.SMTPSenderFailedException: 553 5.7.1 <x@y.com>: Sender address rejected: "
    "not logged in",
    "auth-required", "mail", NULL, NULL, NULL },
  { "jakarta.mail.MessagingException: Couldn't connect to host, port: smtp.proseware.com, 25; "
    "timeout 5000;\n  nested exception is:\n\tjava.net.SocketTimeoutException: Connect timed out",
    "unreachable", "connect", "smtp.proseware.com", NULL, NULL },
  { "javax.mail.MessagingException: [EOF]; connection closed", "connection-lost", NULL, NULL, NULL,
    NULL },
  { "System.Net.Mail.SmtpException: Service not available, closing transmission channel. The "
    "server response was: 4.3.2 Service not available",
    "server-busy", NULL, NULL, NULL, NULL },
  { "System.Net.Mail.SmtpException: Insufficient system storage. The server response was: 4.3.1 "
    "Insufficient system resources",
    "server-storage", NULL, NULL, NULL, NULL },
  { "System.Net.Mail.SmtpException: Mailbox unavailable. The server response was: No such user "
    "here",
    "recipient-unknown", NULL, NULL, NULL, NULL },
  { "System.Net.Mail.SmtpException: Transaction failed. The server response was: 5.7.1 Spam "
    "detected",
    "content-rejected", NULL, NULL, NULL, NULL },
  { "MailKit.Security.AuthenticationException: 535: 5.7.8 Username and Password not accepted",
    "auth-failed", NULL, NULL, NULL, NULL },
  { "curl: (67) Access denied: 535", "auth-failed", "auth", NULL, NULL, NULL },
  { "curl: (28) Failed to connect to smtp.proseware.com port 587 after 130000 ms: Connection timed "
    "out",
    "unreachable", "connect", "smtp.proseware.com", NULL, NULL },
  { "curl: (35) OpenSSL/3.0.11: error:0A00010B:SSL routines::wrong version number", "tls-failed",
    "tls", NULL, NULL, "tls-other-kind" },
  { "curl: (55) MAIL failed: 553", "sender-rejected", "mail", NULL, NULL, NULL },
  { "<-  334 UGFzc3dvcmQ6\n -> cGFzcw==\n<** 535 5.7.8 Error: authentication failed: "
    "authentication failure\n*** No authentication type succeeded",
    "auth-failed", "auth", NULL, NULL, NULL },
  { "*** TLS startup failed (connect(): error:0A000086:SSL routines::certificate verify failed)",
    "tls-failed", "tls", NULL, NULL, "certificate-unknown" },
  { "*** Host did not advertise authentication", "protocol-error", "auth", NULL, NULL, NULL },
  { "Error: Message failed: 550 5.1.1 mailbox unavailable\n    at SMTPConnection._formatError",
    "recipient-unknown", "eod", NULL, NULL, NULL },
  { "Error: Mail command failed: 530 5.7.0 Authentication Required\n code: 'EENVELOPE', command: "
    "'MAIL FROM'",
    "auth-required", "mail", NULL, NULL, NULL },
  { "Error: connect ETIMEDOUT 203.0.113.5:587", "unreachable", "connect", NULL, NULL, NULL },
  { "Error: Missing credentials for \"PLAIN\"", "no-credential", "auth", NULL, NULL, NULL },
  { "Swift_TransportException: Expected response code 250/251/252 but got code \"550\", with "
    "message \"550 5.7.1 Relaying denied\"",
    "relay-denied", NULL, NULL, NULL, NULL },
  { "Expected response code \"235\" but got code \"535\", with message \"535 5.7.8 Error: "
    "authentication failed\".",
    "auth-failed", NULL, NULL, NULL, NULL },
  { "Connection could not be established with host \"smtp.proseware.com:587\": "
    "stream_socket_client(): Unable to connect to smtp.proseware.com:587 (Connection timed out)",
    "unreachable", "connect", "smtp.proseware.com", NULL, NULL },
  { "2026-11-21 12:00:00 SERVER -> CLIENT: 220 smtp.proseware.com ESMTP\n2026-11-21 12:00:00 "
    "CLIENT -> SERVER: EHLO laptop\n2026-11-21 12:00:00 SERVER -> CLIENT: 250-smtp.proseware.com\n "
    "                                     250 HELP\n2026-11-21 12:00:00 CLIENT -> SERVER: MAIL "
    "FROM:<t@proseware.com>\n2026-11-21 12:00:00 SERVER -> CLIENT: 250 OK\n2026-11-21 12:00:00 "
    "CLIENT -> SERVER: RCPT TO:<a@adatum.com>\n2026-11-21 12:00:00 SERVER -> CLIENT: 550 relay not "
    "permitted\n2026-11-21 12:00:00 SMTP ERROR: RCPT TO command failed: 550 relay not permitted",
    "relay-denied", "rcpt", "smtp.proseware.com", "a@adatum.com", NULL },
  { "send: 'rcpt TO:<a@adatum.com>\\r\\n'\nreply: b'550 5.7.1 <a@adatum.com>... Relaying "
    "denied\\r\\n'\nreply: retcode (550); Msg: b'5.7.1 <a@adatum.com>... Relaying denied'",
    "relay-denied", "rcpt", NULL, "a@adatum.com", NULL },
  { "[2026-11-21] DEBUG C: MAIL FROM:<t@proseware.com>\n[2026-11-21] DEBUG S: 530 5.7.0 Must issue "
    "a STARTTLS command first",
    "tls-required", "mail", NULL, NULL, NULL },
  { "   ----- Transcript of session follows -----\n... while talking to mx.adatum.com.:\n>>> "
    "DATA\n<<< 550 5.7.1 <a@adatum.com>... Relaying denied\n550 5.1.1 <a@adatum.com>... User "
    "unknown\n<<< 503 5.0.0 Need RCPT (recipient)",
    "relay-denied", "data", "mx.adatum.com", NULL, NULL },
  { "<a@adatum.com>: host mx.adatum.com[203.0.113.5] said: 554 5.7.1 <a@adatum.com>: Relay access "
    "denied (in reply to RCPT TO command)",
    "relay-denied", "rcpt", "mx.adatum.com", "a@adatum.com", NULL },
  { "a@adatum.com\n    host mx.adatum.com [203.0.113.5]\n    SMTP error from remote mail server "
    "after RCPT TO:<a@adatum.com>:\n    550 5.1.1 User unknown",
    "recipient-unknown", "rcpt", "mx.adatum.com", "a@adatum.com", NULL },
  { "<a@adatum.com>:\n203.0.113.5 does not like recipient.\nRemote host said: 550 5.1.1 User "
    "unknown\nGiving up on 203.0.113.5.",
    "recipient-unknown", "rcpt", NULL, NULL, NULL },
  { "SMTP Error (554): Failed to add recipient \"a@adatum.com\" (5.7.1 <a@adatum.com>: Relay "
    "access denied).",
    "relay-denied", NULL, NULL, "a@adatum.com", NULL },
  { "SMTP Error (535): Authentication failed.", "auth-failed", NULL, NULL, NULL, NULL },
  { "SMTP Error (553): Failed to set sender \"x@y.com\" (5.7.1 <x@y.com>: Sender address rejected: "
    "not owned by user terri).",
    "sender-rejected", NULL, NULL, NULL, NULL },
  { "SMTP Error (-1): Connection to server failed.", "unreachable", "connect", NULL, NULL, NULL },
  { "Message could not be sent: Error: 550 Relaying not allowed", "relay-denied", NULL, NULL, NULL,
    NULL },
  { "Could not connect to server smtp.proseware.com: The connection was refused.", "unreachable",
    "connect", NULL, NULL, NULL },
  { "telnet: Unable to connect to remote host: Connection timed out", "unreachable", "connect",
    NULL, NULL, NULL },
  { "nc: connect to smtp.proseware.com port 25 (tcp) failed: Connection refused", "unreachable",
    "connect", "smtp.proseware.com", NULL, NULL },
  { "ssh: Could not resolve hostname smtp.prosware.com: Name or service not known",
    "host-not-found", "resolve", NULL, NULL, NULL },
  { "SMTP server error: Failed to connect to server Additional SMTP info: Connection refused",
    "unreachable", "connect", NULL, NULL, NULL },
  { "The server response was: 5.7.1 Unable to relay for someone@adatum.com", "relay-denied", NULL,
    NULL, NULL, NULL },
  { "Error in the certificate verification. The name in the certificate does not match the "
    "expected.",
    "tls-failed", "tls", NULL, NULL, "certificate-name" },
  { "The TLS connection was non-properly terminated.", "tls-failed", "tls", NULL, NULL, NULL },
  { "error:1408F10B:SSL routines:ssl3_get_record:wrong version number", "tls-failed", "tls", NULL,
    NULL, "tls-other-kind" },
  { "The certificate is NOT trusted. The certificate chain uses expired certificate.", "tls-failed",
    "tls", NULL, NULL, "certificate-expired" },
  { "x509: certificate signed by unknown authority", "tls-failed", "tls", NULL, NULL,
    "certificate-unknown" },
  { "x509: certificate is valid for mail.proseware.com, not smtp.proseware.com", "tls-failed",
    "tls", NULL, NULL, "certificate-name" },
  { "dial tcp: lookup smtp.prosware.com: no such host", "host-not-found", "resolve", NULL, NULL,
    NULL },
  { "dial tcp 203.0.113.5:25: connect: connection refused", "unreachable", "connect", NULL, NULL,
    NULL },
  { "dial tcp 203.0.113.5:25: i/o timeout", "unreachable", "connect", NULL, NULL, NULL },
  { "read: connection reset by peer", "connection-lost", NULL, NULL, NULL, NULL },
  { "421 Cannot connect to SMTP server 203.0.113.5 (203.0.113.5:25), NB: connect error 10061",
    "unreachable", "connect", NULL, NULL, "antivirus" },
  { "451 AVG: Cannot connect to SMTP server smtp.proseware.com, connect error 11001", "unreachable",
    "connect", "smtp.proseware.com", NULL, "antivirus" },
  { "You are not connected to the Internet", "offline", "connect", NULL, NULL, NULL },
};

static void
test_pastes (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (pastes); i++)
    {
      g_autoptr (PastedReply) pasted = pasted_reply_new (pastes[i].pasted);
      g_autoptr (SendpathExplanation) explanation =
                     sendpath_explain_text (SENDPATH_PHASE_UNKNOWN, pastes[i].pasted, NULL);
      SendpathVerdict verdict = sendpath_explanation_get_verdict (explanation);

      g_test_message ("%s", pastes[i].pasted);
      g_assert_cmpstr (sendpath_verdict_to_string (verdict), ==, pastes[i].verdict);
      if (pastes[i].phase != NULL)
        g_assert_cmpstr (sendpath_phase_to_string (pasted->place.phase), ==, pastes[i].phase);
      g_assert_cmpstr (pasted->place.server, ==, pastes[i].server);
      g_assert_cmpstr (pasted->place.recipient, ==, pastes[i].recipient);
      g_assert_cmpstr (pasted->reason, ==, pastes[i].reason);
    }
}

/* The codes of help pages, with the words that mostly come with them. */
static const struct {
  const char *pasted;
  const char *verdict;
} typical[] = {
  { "421 Service not available, closing transmission channel", "server-busy" },
  { "421 4.7.0 Greylisted, please try again in 300 seconds", "greylisted" },
  { "450 Requested mail action not taken: mailbox unavailable", "mailbox-unavailable" },
  { "451 Requested action aborted: local error in processing", "server-busy" },
  { "451 4.7.1 Rate limit exceeded, try again later", "rate-limited" },
  { "452 Requested action not taken: insufficient system storage", "server-storage" },
  { "452 4.5.3 Too many recipients", "too-many-recipients" },
  { "500 Syntax error, command unrecognized", "protocol-error" },
  { "501 Syntax error in parameters or arguments", "protocol-error" },
  { "502 Command not implemented", "protocol-error" },
  { "503 Bad sequence of commands", "protocol-error" },
  { "504 Command parameter not implemented", "protocol-error" },
  { "534 5.7.9 Application-specific password required", "auth-failed" },
  { "550 Requested action not taken: mailbox unavailable", "recipient-unknown" },
  { "550 user not local", "recipient-unknown" },
  { "550 5.1.0 Address rejected", "recipient-unknown" },
  { "550 #5.1.0 Address rejected.", "recipient-unknown" },
  { "551 User not local; please try <x@adatum.com>", "recipient-unknown" },
  { "552 Requested mail action aborted: exceeded storage allocation", "mailbox-full" },
  { "552 5.2.2 Over quota", "mailbox-full" },
  { "552 5.3.4 Message size exceeds fixed limit", "message-too-large" },
  { "553 Requested action not taken: mailbox name not allowed", "recipient-invalid" },
  { "553 sorry, that domain isn't in my list of allowed rcpthosts (#5.7.1)", "relay-denied" },
  { "553 Sorry, your mail cannot be relayed thru this MTA", "relay-denied" },
  { "554 Transaction failed", "server-error" },
  { "554 5.7.1 Service unavailable; Client host [203.0.113.7] blocked using zen.spamhaus.org",
    "client-blocked" },
  { "554 5.7.1 Client host rejected: cannot find your reverse hostname", "ptr-required" },
  { "502 unimplemented (#5.5.1)", "protocol-error" },
  { "550-5.1.1 The email account that you tried to reach does not exist. Please try\n550-5.1.1 "
    "double-checking the recipient's email address for typos or\n550 5.1.1 unnecessary spaces.",
    "recipient-unknown" },
  { "554 mx.adatum.com ESMTP not accepting messages", "client-blocked" },
  { "500 5.5.1 Unknown command: 'XXXX'", "protocol-error" },
  { "452 4.2.2 The email account that you tried to reach is over quota", "mailbox-full" },
  { "552 5.3.4 message size 31457280 exceeds size limit", "message-too-large" },
  { "550 No Such User Here", "recipient-unknown" },
  { "550 relay not permitted", "relay-denied" },
  { "550 5.7.1 Authentication required", "auth-required" },
  { "550 5.7.1 Please check your mail before sending (POP before SMTP)", "pop-required" },
  { "421 4.7.0 Too many connections", "rate-limited" },
  { "421 4.3.2 System not accepting network messages", "server-busy" },
};

static void
test_typical (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (typical); i++)
    {
      g_autoptr (SendpathExplanation) explanation =
                     sendpath_explain_text (SENDPATH_PHASE_UNKNOWN, typical[i].pasted, NULL);
      SendpathVerdict verdict = sendpath_explanation_get_verdict (explanation);

      g_test_message ("%s", typical[i].pasted);
      g_assert_cmpstr (sendpath_verdict_to_string (verdict), ==, typical[i].verdict);
    }
}

/* A server's own words, without what a program put around them. */
static const struct {
  const char *pasted;
  guint code;
  const char *words;
} words[] = {
  { "smtplib.SMTPDataError: (554, b'5.7.1 one\\n5.7.1 two')", 554, "5.7.1 one\n5.7.1 two" },
  { "host mx.adatum.com[203.0.113.5] said: 550-5.1.1 one. 550 5.1.1 two (in reply to RCPT TO "
    "command)",
    550, "5.1.1 one.\n5.1.1 two" },
  { "status=deferred (host mx.adatum.com[203.0.113.5] refused to talk to me: 554 no (really))", 554,
    "no (really)" },
  { "msmtp: server message: 554 no\nmsmtp: could not send mail (account home)", 554, "no" },
  { "The mail server responded: no. Please check the message recipient \"a@adatum.com\" and try "
    "again.",
    0, "no." },
  { "SMTP Error (554): no", 554, "no" },
  { "Server Error: 550, Error Number: 0x800CCC79", 550, "Error Number: 0x800CCC79" },
  { "250 2.0.0 Ok, then 451 later", 250, "2.0.0 Ok, then 451 later" },
  { "port 465 timeout 300", 0, "port 465 timeout 300" },
  { "5.1.1", 550, "5.1.1" },
  { "(#4.4.1)", 450, "4.4.1)" },
  { "(550)", 550, "" },
};

static void
test_words (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    {
      g_autoptr (PastedReply) pasted = pasted_reply_new (words[i].pasted);

      g_test_message ("%s", words[i].pasted);
      g_assert_cmpuint (sendpath_reply_get_code (pasted->reply), ==, words[i].code);
      g_assert_cmpstr (sendpath_reply_get_text (pasted->reply), ==, words[i].words);
    }
}

/* Cut anywhere, and with every byte there is: it reads on, and says something or nothing. */
static void
test_anything (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (pastes); i++)
    for (gsize n = 0; n < strlen (pastes[i].pasted); n++)
      {
        g_autofree char *cut = g_strndup (pastes[i].pasted, n);
        g_autofree char *odd = g_strdup (pastes[i].pasted);
        g_autoptr (PastedReply) one = pasted_reply_new (cut);
        g_autoptr (PastedReply) other = NULL;

        odd[n] = (char) (n * 7 % 255 + 1);
        other = pasted_reply_new (odd);
        g_assert_true (one == NULL || one->reply != NULL);
        g_assert_true (other == NULL || other->reply != NULL);
      }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/pasted-reply/logs-and-error-messages", test_pastes);
  g_test_add_func ("/pasted-reply/codes-that-people-meet", test_typical);
  g_test_add_func ("/pasted-reply/servers-words-alone", test_words);
  g_test_add_func ("/pasted-reply/anything-is-read", test_anything);
  return g_test_run ();
}
