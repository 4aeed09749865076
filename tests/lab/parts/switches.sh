# Switches: small files that the servers' own configuration reads at each
# connection, so that setting one needs no restart.

switch_keys=(home-auth home-pop home-relay home-next-hop home-policy work-relay work-sender work-from
  work-tls hotel-offer hotel-relay train-portal evil-manner network-manager record)

declare -A switch_values=(
  [home-auth]="on off" [home-pop]="on off" [home-relay]="on v4 off"
  [home-next-hop]="mx work" [home-policy]="none spf dmarc"
  [work-relay]="on v4 off" [work-sender]="any own" [work-from]="any own" [work-tls]="on off"
  [hotel-offer]="none srv dhcp" [hotel-relay]="on auth off" [train-portal]="web every open"
  [evil-manner]="strip denied greeting" [network-manager]="off on" [record]="off on")

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
  publish_names
  write_road
  tell_network_manager
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
  local key server

  for key in home-auth home-pop home-relay home-next-hop wording; do
    show proseware "$key"
  done
  for key in work-relay work-sender work-from work-tls; do
    show thephone-company "$key"
  done
  show hotel-relay hotel-relay
  show evil-relay evil-manner
  for server in "${!middle_of[@]}"; do
    lead_to_the_middle "$server"
  done
}

# show SERVER KEY: replaced by a rename, so that nobody reads half of it
show ()
{
  local file=$host_dir/$1/lab/switches/$2

  cp "$switch_dir/$2" "$file.new"
  mv "$file.new" "$file"
}

# A program that speaks TLS itself stands before these servers: it changes the
# words of proseware's refusals, or records every byte inside TLS, or both.
declare -A middle_of=([proseware]=reword.py [thephone-company]=record.py [adatum]=record.py
  [hotel-relay]=record.py [interceptor]=record.py)

# lead_to_the_middle SERVER: the ports that it has, and no others
lead_to_the_middle ()
{
  local rules= port

  if [ "$(switch record)" = on ] || { [ "$1" = proseware ] && [ "$(switch wording)" != postfix ]; }; then
    for port in 25 465 587; do
      [[ " ${server_ports[$1]} " != *" $port "* ]] ||
        rules+="tcp dport $port redirect to :$((10000 + port))"$'\n'
    done
  fi
  in_net "$1" nft -f - <<END
table inet middle
delete table inet middle
table inet middle {
  chain arrivals {
    type nat hook prerouting priority dstnat;
    $rules
  }
}
END
}
