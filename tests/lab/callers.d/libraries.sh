# Libraries that hand their mail to sendmail: each by a small program of callers.d/programs, written as
# the library's users write theirs, with the library's own idea of where sendmail is and how it is
# called. They are told FROM TO BCC and a file with the text.

declare -A interpreters=([pl]=perl [php]=php [rb]=ruby [py]=python3 [js]=node [sh]=bash)

offer_to=someone@adatum.com
offer_bcc=ben@adatum.com

# longer than a line of mail may be, too
offer_text ()
{
  text
  printf 'x%.0s' {1..1500}
  printf '\n.with a dot before it\nlast line\n'
}

# offers USER PROGRAM [ARGUMENT…]
offers ()
{
  local program=/opt/offers/$2

  file "$program" <"$here/callers.d/programs/$2"
  offer_text | file /opt/offers/text
  by "$1" "${interpreters[${2##*.}]}" "$program" ben@adatum.com "$offer_to" "$offer_bcc" \
    /opt/offers/text "${@:3}"
  envelope ben@adatum.com "$offer_to" "$offer_bcc"
  header From 'Ben Miller <ben@adatum.com>'
  header To "$offer_to"
  header Subject 'An offer'
}

# offers_whole USER PROGRAM [ARGUMENT…]: the text is what was written
offers_whole ()
{
  offers "$@"
  body "$(offer_text)"
}

# ---- Perl ----------------------------------------------------------------------------------------

caller_email_sender () { offers_whole terri email-sender.pl; }
refusals[email_sender]='*error when closing pipe to sendmail*'

caller_mime_lite () { offers_whole terri mime-lite.pl; }
refusals[mime_lite]='*error closing /usr/sbin/sendmail*'

caller_mime_lite_command () { offers_whole terri mime-lite.pl '/usr/sbin/sendmail -t -oi -oem'; }
refusals[mime_lite_command]='*MIME::Lite: not sent*'

caller_mail_mailer () { offers_whole terri mail-mailer.pl; }
refusals[mail_mailer]='*Mail::Mailer: not sent*'

# ---- PHP; Laravel and Nextcloud use Symfony Mailer, older frameworks SwiftMailer --------------------

caller_php_mail () { offers_whole www php-mail.php; }
refusals[php_mail]='*mail(): not sent*'

caller_phpmailer_sendmail () { offers_whole www phpmailer.php isSendmail; }
refusals[phpmailer_sendmail]='*Could not execute: /usr/sbin/sendmail*'

caller_phpmailer_mail () { offers_whole www phpmailer.php isMail; }
refusals[phpmailer_mail]='*Could not instantiate mail function*'

caller_symfony_smtp () { offers_whole www symfony-mailer.php sendmail://default; }
refusals[symfony_smtp]='*Expected response code "250" but got code "550"*nobody@adatum.com*'

# without -i it would double the dots that lines begin with, which no sendmail takes away on a pipe
caller_symfony_pipe ()
{
  offers_whole www symfony-mailer.php 'sendmail://default?command=/usr/sbin/sendmail+-t+-i'
}
refusals[symfony_pipe]='*exit code 67: *nobody@adatum.com was refused*'

caller_swiftmailer_smtp () { offers_whole www swiftmailer.php '/usr/sbin/sendmail -bs'; }
refusals[swiftmailer_smtp]='*Expected response code 250 but got code "550"*nobody@adatum.com*'

# never looks at the exit status
caller_swiftmailer_pipe () { offers_whole www swiftmailer.php '/usr/sbin/sendmail -t -i'; }

# ---- Ruby: this version of mail never looks at the exit status ---------------------------------------

caller_ruby_mail () { offers_whole terri ruby-mail.rb; }
caller_ruby_mail_t () { offers_whole terri ruby-mail.rb '-i -t'; }
caller_rails () { offers_whole www action-mailer.rb; }
caller_rails_older () { offers_whole www action-mailer.rb '-i -t'; }

# ---- Python and JavaScript ---------------------------------------------------------------------------

caller_python_email () { offers_whole terri python-email.py; }
refusals[python_email]='*CalledProcessError*returned non-zero exit status 67.'

caller_python_mailbox () { offers_whole terri python-mailbox.py; }
refusals[python_mailbox]='*CalledProcessError*returned non-zero exit status 67.'

caller_nodemailer () { offers_whole www nodemailer.js; }
refusals[nodemailer]='Sendmail exited with code 67'

# ---- mail programs of the desktop --------------------------------------------------------------------

# Evolution's own way to sendmail, without Evolution's windows.
caller_camel () { offers_whole terri camel.py; }
refusals[camel]='*sendmail* exited with status 67: mail not sent.'

# Claws Mail makes two dots of a line with one, whatever its mail command is.
caller_claws_mail ()
{
  offers terri claws-mail.sh
  body "$(offer_text | sed 's/^\.$/../')"
}
refusals[claws_mail]='*Error occurred while executing command: /usr/sbin/sendmail -t -i*'

# ---- the third run -----------------------------------------------------------------------------------

failed_messages () { find "$call_dir"/machine/{upper,homes} -path '*/outbox/failed/*.message'; }

# refused NAME: the server knows none of the recipients; the caller says so in its own manner, and the
# message is kept
refused ()
{
  fresh "$1-refused"
  exits='[1-9]*' complains=${refusals[$1]} offer_to=nobody@adatum.com offer_bcc=nobody@adatum.com \
    "caller_$1"
  is "$(outboxes | wc -l)" 0 'messages in the outboxes'
  is "$(failed_messages | wc -l)" 1 'messages that failed'
  lab idle
  is "$(copies)" 0 'copies'
}
