# Programs that people write their mail with.

caller_bsd_mailx ()
{
  text | by terri bsd-mailx -s "An offer $mark" -c ben@adatum.com someone@adatum.com
  envelope ben@adatum.com someone@adatum.com ben@adatum.com
  header Subject "An offer $mark"
  header To someone@adatum.com
  header Cc ben@adatum.com
  body "$(text)"
}

# In Debian's, -r is both From: and MAIL FROM.
caller_bsd_mailx_with_a_sender ()
{
  text | by terri bsd-mailx -r ben@adatum.com -s "An offer $mark" -b ben@adatum.com someone@adatum.com
  envelope ben@adatum.com someone@adatum.com ben@adatum.com
  header From ben@adatum.com
  body "$(text)"
}

caller_s_nail ()
{
  text | by terri s-nail -s "An offer $mark" -b ben@adatum.com someone@adatum.com
  envelope ben@adatum.com someone@adatum.com ben@adatum.com
  header Subject "An offer $mark"
  body "$(text)"
}

caller_s_nail_with_a_sender ()
{
  text | by terri s-nail -r ben@adatum.com -s "An offer $mark" someone@adatum.com
  envelope ben@adatum.com someone@adatum.com
  header From 'ben@adatum.com'
  body "$(text)"
}

caller_mutt ()
{
  printf 'set from="Terri Chudzik <ben@adatum.com>"\n' | file '~terri/.muttrc'
  text | by terri mutt -s "An offer $mark" -b ben@adatum.com -- someone@adatum.com
  envelope ben@adatum.com someone@adatum.com ben@adatum.com
  header From 'Terri Chudzik <ben@adatum.com>'
  header Subject "An offer $mark"
  body "$(text)"
}

# mutt's and neomutt's words for delivery reports and for what need not be encoded
mutt_settings ()
{
  cat <<'END'
set from="Terri Chudzik <ben@adatum.com>"
set use_envelope_from = yes
set envelope_from_address = ben@adatum.com
set use_8bitmime = yes
set dsn_notify = "failure,delay"
set dsn_return = hdrs
END
}

caller_mutt_with_reports ()
{
  record on
  mutt_settings | file '~terri/.muttrc'
  text | by terri mutt -s "An offer $mark" -- someone@adatum.com
  envelope ben@adatum.com someone@adatum.com
  header Content-Transfer-Encoding 8bit
  body "$(text)"
  flow '^MAIL FROM:<ben@adatum.com>.* RET=HDRS'
  flow '^MAIL FROM:<ben@adatum.com>.* BODY=8BITMIME'
  flow '^RCPT TO:<someone@adatum.com> NOTIFY=(FAILURE,DELAY|DELAY,FAILURE)'
}

caller_neomutt ()
{
  printf 'set from="Terri Chudzik <ben@adatum.com>"\n' | file '~terri/.neomuttrc'
  text | by terri neomutt -s "An offer $mark" -b ben@adatum.com -- someone@adatum.com
  envelope ben@adatum.com someone@adatum.com ben@adatum.com
  header From 'Terri Chudzik <ben@adatum.com>'
  header Subject "An offer $mark"
  body "$(text)"
}

caller_neomutt_with_reports ()
{
  record on
  mutt_settings | file '~terri/.neomuttrc'
  text | by terri neomutt -s "An offer $mark" -- someone@adatum.com
  envelope ben@adatum.com someone@adatum.com
  header Content-Transfer-Encoding 8bit
  body "$(text)"
  flow '^MAIL FROM:<ben@adatum.com>.* RET=HDRS'
  flow '^RCPT TO:<someone@adatum.com> NOTIFY=(FAILURE,DELAY|DELAY,FAILURE)'
}

caller_git_send_email ()
{
  by terri git config --global user.name 'Terri Chudzik'
  by terri git config --global user.email ben@adatum.com
  by terri git config --global sendemail.smtpServer /usr/sbin/sendmail
  by terri git init -q .
  text | file '~terri/letter'
  by terri git add letter
  by terri git commit -q -m "A letter $mark"
  by terri git send-email --root --to someone@adatum.com --cc ben@adatum.com --confirm never HEAD
  envelope ben@adatum.com someone@adatum.com ben@adatum.com
  header From 'Terri Chudzik <ben@adatum.com>'
  header Subject "[PATCH] A letter $mark"
  contains '+Grüße aus dem Zug.'
}

# Typed on a terminal; it speaks SMTP with `sendmail -bs`.
caller_alpine ()
{
  file '~terri/.pinerc' <<'END'
personal-name=Terri Chudzik
user-domain=adatum.com
customized-hdrs=From: Terri Chudzik <ben@adatum.com>
inbox-path={}inbox
default-fcc=""
last-version-used=7.99z99
feature-list=quit-without-confirm,use-sender-not-x-sender,allow-changing-from
END
  by terri mkdir mail
  by terri python3 /lab/parts/type-alpine.py someone@adatum.com "An offer $mark" "$mark"$'\n.\nlast line'
  envelope ben@adatum.com someone@adatum.com
  header From 'Terri Chudzik <ben@adatum.com>'
  header Subject "An offer $mark"
  contains "$mark"$'\n.\nlast line'
}

by_hand () { { printf 'To: someone@adatum.com, root\nSubject: %s\n\n' "$mark" && text; } | by root sendmail -t; }

caller_by_hand ()
{
  by root newaliases
  by_hand
  by root mailq
  by root sendmail -bp
  envelope ben@adatum.com someone@adatum.com
  header Subject "$mark"
  body "$(text)"
}

# -odq starts nobody who would look after it
caller_queue_by_hand ()
{
  { printf 'To: someone@adatum.com\nSubject: %s\n\n' "$mark" && text; } | by terri /usr/sbin/sendmail -odq -t
  by terri /usr/sbin/sendmail -q
  flushed_by terri
  envelope ben@adatum.com someone@adatum.com
  body "$(text)"
}
