# The words that the scenarios are told in: what is given, what the traveller
# does, what must have come of it. sendpath is used by its command line alone.

case_dir=
keyring=

lab () { "$here/lab" "$@" >/dev/null || wrong "lab $* failed"; }

# on_the_way COMMAND…: as the traveller, with this case's own configuration and
# outbox; two minutes are more than any command may take
on_the_way ()
{
  LAB_CONFIG_HOME=$case_dir/config LAB_STATE_HOME=$case_dir/state \
    "$here/lab" in $keyring traveller timeout 120 "$@"
}

# ---- given ---------------------------------------------------------------------------------------

# given PLACE [KEY VALUE]…: the traveller is there with a new home folder; no
# mail anywhere; every way out is shut but home's own network, and what is named
given ()
{
  lab block none
  lab obstacle none
  lab wording postfix
  lab set home-auth off home-pop off home-relay on home-next-hop mx \
    home-policy none work-relay off work-sender any work-from any work-tls on \
    hotel-offer none hotel-relay on train-portal web network-manager off record off "${@:2}"
  lab wipe
  lab move "$1"
  keyring=
  case_dir=$(mktemp -d "$cases_dir/XXXXXX")
  mkdir -m 0700 "$case_dir/config" "$case_dir/state"
}

# account [OPTION…]: terri's, as PRODUCT.md has it, with the password in the keyring
account ()
{
  on_the_way "$SENDPATH" account add terri@proseware.com --as home --name "Terri Chudzik" \
    --smtp smtp.proseware.com --pop pop.proseware.com --user terri --no-test --yes "$@" \
    </dev/null >"$case_dir/account.log" 2>&1 ||
    wrong "account add failed, status $?: $(cat "$case_dir/account.log")"
  on_the_way "$SENDPATH" password set home \
    <"$("$here/lab" password)" >"$case_dir/password.log" 2>&1 ||
    wrong "password set failed, status $?: $(cat "$case_dir/password.log")"
}

# work_location [OPTION…]: known by its search domain unless an option says otherwise
work_location ()
{
  [[ " $* " == *" --gateway "* || " $* " == *" --network "* ]] ||
    set -- --domain thephone-company.com "$@"
  on_the_way "$SENDPATH" location add work --smtp mail.thephone-company.com "$@" \
    </dev/null >"$case_dir/location.log" 2>&1 ||
    wrong "location add failed, status $?: $(cat "$case_dir/location.log")"
}

# ---- what the traveller does ---------------------------------------------------------------------

# compose RECIPIENT…: a new message in $case_dir/message, with lines that are
# easily damaged on the way
compose ()
{
  local to

  to=$(printf '%s, ' "$@")
  cat >"$case_dir/message" <<END
From: Terri Chudzik <terri@proseware.com>
To: ${to%, }
Subject: An offer for ${1%@*}
Date: Fri, 20 Nov 2026 09:15:00 +0100
Message-ID: <offer-$(basename "$case_dir")-$RANDOM@proseware.com>
MIME-Version: 1.0
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: 8bit

Grüße aus dem Hotel.
.
..
.with a dot before it
From here on it is only text.
$(printf '  two blanks before, two after%s' '  ')

$(printf 'x%.0s' {1..900})
last line
END
}

# send RECIPIENT…: `sendpath send --json`; its report is in $case_dir/report
send ()
{
  local status=0

  compose "$@"
  on_the_way "$SENDPATH" send -t --json "$case_dir/message" \
    </dev/null >"$case_dir/report" 2>"$case_dir/send.log" || status=$?
  is "$status" 0 "exit status of send ($(tail -n 3 "$case_dir/send.log"))"
}

# mail RECIPIENT…: `sendmail -t -i`
mail ()
{
  local status=0

  compose "$@"
  on_the_way "$SENDMAIL" -t -i \
    <"$case_dir/message" >"$case_dir/mail.log" 2>&1 || status=$?
  is "$status" 0 "exit status of sendmail ($(tail -n 3 "$case_dir/mail.log"))"
}

# asks RECIPIENT STATUS [OPTION…]: `sendpath explain --to --json`; its answer is in $case_dir/report
asks ()
{
  local status=0

  compose "$1"
  on_the_way "$SENDPATH" explain --to "$1" --json "${@:3}" \
    </dev/null >"$case_dir/report" 2>"$case_dir/explain.log" || status=$?
  is "$status" "$2" "exit status of explain --to ($(tail -n 3 "$case_dir/explain.log"))"
}

# came_back: the sender's provider returned the message; its report is taken out of the mailbox
came_back ()
{
  local found

  lab idle
  mapfile -t found < <(find "$hosts_dir/proseware/lab/mail/terri/new" -type f)
  is ${#found[@]} 1 'messages that came back'
  [ ${#found[@]} -eq 0 ] || mv "${found[0]}" "$case_dir/bounce"
}

# bounce STATUS [OPTION…]: `sendpath explain --bounce --json` of what came back; its answer is in
# $case_dir/report
bounce ()
{
  local status=0

  on_the_way "$SENDPATH" explain --bounce "$case_dir/bounce" --json "${@:2}" \
    </dev/null >"$case_dir/report" 2>"$case_dir/bounce.log" || status=$?
  is "$status" "$1" "exit status of explain --bounce ($(tail -n 3 "$case_dir/bounce.log"))"
}

flush ()
{
  on_the_way "$SENDPATH" queue flush </dev/null >"$case_dir/flush.log" 2>&1 || true
}

# ---- what must have come of it -------------------------------------------------------------------

from_report () { /usr/bin/python3 "$here/parts/report.py" "$@"; }

# walked EXPECTED: outcome and steps of the last send, as report.py tells them:
# "sent: account relay-denied > account-pop accepted"
walked () { like "$(from_report walk "$case_dir/report")" "$1" 'the walk'; }

# reported PATH EXPECTED: one value of the report, such as attempts.-1.port
reported () { like "$(from_report value "$case_dir/report" "$1")" "$2" "$1"; }

# settled ADDRESS EXPECTED: state of a recipient, and by which kind of route: "sent account"
settled () { is "$(from_report settled "$case_dir/report" "$1")" "$2" "$1"; }

outbox () { on_the_way "$SENDPATH" queue list --json </dev/null 2>>"$case_dir/queue.log" || true; }
outbox_is_empty () { [ -z "$(outbox)" ]; }

# arrived SERVER/MAILBOX=RULE…: exactly these copies of the message exist, with
# the body as it was written and the addresses as the sender rule wants them;
# the outbox is empty
arrived ()
{
  local problems deadline=$((SECONDS + 20))

  until outbox_is_empty; do
    [ $SECONDS -lt $deadline ] || {
      wrong "still in the outbox: $(outbox)"
      break
    }
    sleep 0.2
  done
  lab idle
  problems=$(from_report arrived "$case_dir/message" "$hosts_dir" "$@")
  [ -z "$problems" ] || wrong "$problems"
}

# waits: the message is in the outbox, and nobody has got anything
waits ()
{
  local problems

  like "$(outbox)" '{*"outcome"*"queued"*}' 'the outbox'
  is "$(outbox | wc -l)" 1 'messages in the outbox'
  lab idle
  problems=$(from_report arrived "$case_dir/message" "$hosts_dir")
  [ -z "$problems" ] || wrong "$problems"
}
