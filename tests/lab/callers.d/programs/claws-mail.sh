#!/bin/bash
# The real Claws Mail on a display that nobody sees: an account with "Use mail command to send", and a
# message in its queue. Exit 1 when it shows its error window.
set -euo pipefail

from=$1 to=$2 bcc=$3 file=$4
config=$HOME/claws
mail=$HOME/Mail
mkdir -p "$config" "$mail"/{inbox,sent,queue,trash,draft}
cat >"$config/accountrc" <<END
[Account: 1]
account_name=ben
is_default=1
name=Ben Miller
address=$from
protocol=6
use_mail_command=1
mail_command=/usr/sbin/sendmail -t -i
END
{
  printf '<?xml version="1.0" encoding="UTF-8"?>\n<folderlist>\n'
  printf '<folder type="mh" name="Mail" path="%s">\n' "$mail"
  for folder in inbox sent:outbox queue trash draft; do
    printf '<folderitem type="%s" name="%s" path="%s"/>\n' \
      "${folder#*:}" "${folder%:*}" "${folder%:*}"
  done
  printf '</folder>\n</folderlist>\n'
} >"$config/folderlist.xml"
cat - "$file" >"$mail/queue/1" <<END
NF:0
PS:10
S:$from
R:<$to>,<$bcc>,
MAID:1
X-Claws-End-Special-Headers: 1
From: Ben Miller <$from>
To: $to
Bcc: $bcc
Subject: An offer
MIME-Version: 1.0
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: 8bit

END

exec 3< <(exec Xvfb -displayfd 1 -screen 0 800x600x8 -nolisten tcp 2>/dev/null)
display=$!
trap 'kill "$display"' EXIT
read -r number <&3
export DISPLAY=:$number
log=$HOME/claws.log
claws-mail --alternate-config-dir "$config" --debug --send >"$log" 2>&1 &
claws=$!
until [ ! -e "$mail/queue/1" ] || grep -q 'Creating alert panel' "$log"; do
  kill -0 "$claws"
  sleep 0.1
done
kill "$claws"
wait "$claws" || true
[ ! -e "$mail/queue/1" ] || {
  grep -m 1 'Error occurred' "$log" >&2
  exit 1
}
