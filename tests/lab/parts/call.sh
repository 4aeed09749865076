# The words that the callers' rows are told in. A row is a function caller_NAME
# in callers.d/*.sh: it runs the caller as its users do, and says what must have
# come of it. It is run twice, each time on a fresh machine: with the network,
# and without.

call_dir=
mark=

lab () { "$here/lab" "$@" >/dev/null || wrong "lab $* failed"; }

# what is as it should be already is not done again, for the sake of time
place=
record=

# go PLACE
go ()
{
  [ "$place" = "$1" ] || lab move "$1"
  place=$1
}

# record on|off: servers keep what they are told, for `flow`
record ()
{
  [ "$record" = "$1" ] || lab set record "$1"
  record=$1
}

# ---- what a row does ------------------------------------------------------------------------------

# by USER COMMAND…: as that user logs in, with an empty standard input unless it is redirected. Its
# exit status must be $exits (0), its standard error must match the pattern $complains (nothing);
# both may be set before it: `exits=1 complains='sudo: *' by terri sudo …`. Without a network
# sendmail tells there that the message waits, which counts for nothing. What was printed is in
# $call_dir/out.
by ()
{
  local status=0 user=$1

  shift
  # shellcheck disable=SC2016
  in_machine timeout 60 setpriv --reuid "$user" --regid "$user" --init-groups --reset-env -- \
    env LANG=C.UTF-8 sh -c 'cd && exec "$@"' sh "$@" >>"$call_dir/out" 2>"$call_dir/err" || status=$?
  like "$status" "${exits:-0}" "exit status of $1 ($(tail -n 3 "$call_dir/err"))"
  like "$(grep -v ': the message waits in the outbox: ' "$call_dir/err")" "${complains:-}" \
    "what $1 complains"
}

# file PATH [MODE]: writes standard input there, on the machine; ~USER begins a path at home
file ()
{
  local path=$machine${1/#\~//home/}

  mkdir -p "$(dirname "$path")"
  cat >"$path"
  chmod "${2:-0644}" "$path"
}

# a text that is easily damaged on the way; $mark is of this call alone
text ()
{
  cat <<END
Grüße aus dem Zug.
.
..
From here on it is only text.
  two blanks before

$mark
END
}

# ---- what must come of it -------------------------------------------------------------------------

# Each of these adds to what the delivered message must be:
#   envelope FROM TO…     MAIL FROM, and who gets a copy, each one and nobody else
#   header NAME PATTERN   the field, once; * stands for anything; '' for a field that must not be there
#   contains TEXT         these lines are in its text, one after the other
#   body TEXT             its text is this, and nothing else
#   flow PATTERN          a line that the server was told, as a regular expression; after `record on`
envelope ()
{
  copies_wanted=$((copies_wanted + $# - 1))
  expect envelope "$@"
}

header () { expect header "$@"; }
contains () { expect contains "$@"; }
body () { expect body "$@"; }
flow () { expect flow "$@"; }

expect ()
{
  printf '%s\0' $# "$@" >>"$call_dir/expected"
}

# flushed_by USER: nobody looks after the outbox, so without a network he flushes it when there is one
flushed_by () { flusher=$1; }

# ---- both runs ------------------------------------------------------------------------------------

# fresh NAME: a new machine, no mail anywhere
fresh ()
{
  stop machine
  lab wipe
  record off
  go home
  case_dir=$cases_dir/callers/$1
  call_dir=$case_dir
  mark=mark-$RANDOM$RANDOM
  copies_wanted=0
  flusher=
  rm -rf --one-file-system "$call_dir"
  mkdir -p "$call_dir"
  : >"$call_dir/expected"
  start_machine "$call_dir/machine"
}

online ()
{
  fresh "$1-online"
  "caller_$1"
  arrives
}

offline ()
{
  fresh "$1-offline"
  go nowhere
  "caller_$1"
  waits || return 0
  go home
  [ -z "$flusher" ] || by "$flusher" /usr/sbin/sendmail -q
  arrives
}

# outboxes: the messages that wait, wherever on the machine
outboxes ()
{
  find "$call_dir/machine"/{upper,homes} -path '*/outbox/queue/*.message' -printf '%u %p\n'
}

outboxes_are_empty () { [ -z "$(outboxes)" ]; }
is_in_an_outbox () { ! outboxes_are_empty; }

copies () { find "$hosts_dir"/*/lab/mail -type f -path '*/new/*' | wc -l; }
has_copies () { [ "$(copies)" -ge "$1" ]; }


# The caller may have left it to somebody in the background.
waits ()
{
  wait_until 20 is_in_an_outbox || {
    wrong 'it is in no outbox'
    return 1
  }
  is "$(outboxes | wc -l)" 1 'messages in the outboxes'
  is "$(copies)" 0 'copies that were delivered without a network'
  in_machine setpriv --reuid "$(owner_of_it)" --clear-groups env -i HOME="$(home_of_it)" mailq \
    >"$call_dir/mailq" 2>&1 || wrong "mailq: $(cat "$call_dir/mailq")"
  like "$(cat "$call_dir/mailq")" '*1 Request.*' 'what mailq lists'
}

owner_of_it () { outboxes | cut -d ' ' -f 1 | head -n 1; }

home_of_it ()
{
  local path

  path=$(outboxes | cut -d ' ' -f 2- | head -n 1)
  path=${path%/.local/state/*}
  case $path in
    "$call_dir"/machine/homes/root) echo /root ;;
    "$call_dir"/machine/homes/*) echo "/home/${path##*/}" ;;
    *) echo "${path#"$call_dir"/machine/upper}/" ;;
  esac
}

# By itself, unless the row says flushed_by.
arrives ()
{
  local problems

  wait_until 20 has_copies "$copies_wanted" || wrong "not delivered; in the outbox: $(outboxes)"
  wait_until 5 outboxes_are_empty || wrong "still in the outbox: $(outboxes)"
  lab idle
  problems=$(/usr/bin/python3 "$here/parts/called.py" "$call_dir/expected" "$hosts_dir")
  [ -z "$problems" ] || wrong "$problems"
}
