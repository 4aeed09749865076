# What was delivered, and whether anything is still under way.

lab_mail ()
{
  local messages=()

  known_server "${1:-}"
  mapfile -t messages < <(delivered "$1")
  if [ -z "${2:-}" ]; then
    [ ${#messages[@]} -eq 0 ] || /usr/bin/python3 "$lab_dir/parts/list-mail.py" "${messages[@]}"
  elif [[ $2 =~ ^[1-9][0-9]*$ && $2 -le ${#messages[@]} ]]; then
    cat "${messages[$2 - 1]}"
  else
    die "$1 has ${#messages[@]} messages"
  fi
}

# delivered SERVER: the message files, oldest first
delivered ()
{
  find "$host_dir/$1/lab/mail" -type f \( -path '*/new/*' -o -path '*/cur/*' \) -printf '%T@ %p\n' |
    sort -n | cut -d ' ' -f 2-
}

# Postfix and Exim keep a file for each message until it has been delivered.
under_way ()
{
  find "$host_dir"/*/upper/var/spool/postfix/{maildrop,incoming,active,deferred} \
    "$host_dir"/*/upper/var/spool/exim4/input -type f 2>/dev/null || true
}

nothing_under_way () { [ -z "$(under_way)" ]; }

lab_idle ()
{
  wait_until "${1:-30}" nothing_under_way || die "still under way: $(under_way | tr '\n' ' ')"
}

lab_wipe ()
{
  local log

  end_guests
  # only who holds mail is bothered
  under_way >"$run_dir/under-way"
  [ ! -s "$run_dir/under-way" ] || forget_what_is_under_way
  find "$host_dir"/*/lab/mail -type f \( -path '*/new/*' -o -path '*/cur/*' \) -delete
  find "$host_dir"/*/lab/pop "$run_dir/wire" -type f -delete
  for log in "$host_dir"/*/lab/log/*; do
    : >"$log"
  done
}

forget_what_is_under_way ()
{
  local server

  for server in "${servers[@]}"; do
    in_server "$server" /bin/bash -c '
      if [ -d /etc/postfix ]; then
        postsuper -d ALL 2>/dev/null
      elif [ -d /etc/exim4 ]; then
        find /var/spool/exim4/input -name "*-D" -printf "%f\n" | sed s/-D$// |
          xargs -r exim4 -Mrm >/dev/null
      fi'
  done
}
