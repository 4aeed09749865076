# Switches: small files that the servers' own configuration reads at each
# connection, so that setting one needs no restart.

switch_keys=(home-auth home-pop home-relay home-next-hop home-policy work-relay work-sender work-from work-tls)

declare -A switch_values=(
  [home-auth]="on off" [home-pop]="on off" [home-relay]="on off"
  [home-next-hop]="mx work" [home-policy]="none spf dmarc"
  [work-relay]="on off" [work-sender]="any own" [work-from]="any own" [work-tls]="on off")

# the first value of each is what `up` sets
reset_switches ()
{
  local key

  for key in "${switch_keys[@]}"; do
    printf '%s\n' "${switch_values[$key]%% *}" >"$switch_dir/$key"
  done
  printf 'postfix\n' >"$switch_dir/wording"
}

switch () { cat "$switch_dir/$1"; }

# lab_set KEY VALUE [KEY VALUE]…: all are looked at before the first is set
lab_set ()
{
  local key value pairs=("$@")

  runs proseware || die "the lab is down: run 'lab up'"
  [ $# -gt 0 ] || die "keys are ${switch_keys[*]}"
  while [ $# -gt 0 ]; do
    key=$1 value=${2:-}
    [ -n "$key" ] && [ -n "${switch_values[$key]:-}" ] || die "keys are ${switch_keys[*]}"
    [[ -n $value && " ${switch_values[$key]} " == *" $value "* ]] ||
      die "$key is one of: ${switch_values[$key]}"
    shift 2
  done
  set -- "${pairs[@]}"
  while [ $# -gt 0 ]; do
    printf '%s\n' "$2" >"$switch_dir/$1"
    shift 2
  done
  show_switches
  publish_policy
}

lab_wording ()
{
  case ${1:-} in
    postfix | sendmail | qmail) ;;
    *) die "wording postfix, sendmail or qmail" ;;
  esac
  runs proseware || die "the lab is down: run 'lab up'"
  printf '%s\n' "$1" >"$switch_dir/wording"
  show_switches
}

# Hands the switches to the servers that read them.
show_switches ()
{
  local key

  for key in home-auth home-pop home-relay home-next-hop wording; do
    show proseware "$key"
  done
  for key in work-relay work-sender work-from work-tls; do
    show thephone-company "$key"
  done
  redirect_to_reworder
}

# show SERVER KEY: replaced by a rename, so that nobody reads half of it
show ()
{
  local file=$host_dir/$1/lab/switches/$2

  cp "$switch_dir/$2" "$file.new"
  mv "$file.new" "$file"
}

# With another wording than Postfix's own, proseware's ports lead to
# reword.py, which speaks TLS itself and changes only the refusals.
redirect_to_reworder ()
{
  local rules=

  [ "$(switch wording)" = postfix ] ||
    rules="tcp dport { 25, 465, 587 } redirect to :tcp dport map { 25 : 10025, 465 : 10465, 587 : 10587 }"
  in_net proseware nft -f - <<END
table inet wording
delete table inet wording
table inet wording {
  chain arrivals {
    type nat hook prerouting priority dstnat;
    $rules
  }
}
END
}
