# The road: what is between the traveller and the internet. The hotel's own
# blocks (`lab block`), obstacles that go with the traveller wherever he is
# (`lab obstacle`), the portal of the train, and what the evil twin does. All of
# it is one table of the router. It tells the traveller by his hardware address:
# what comes by the tunnel from work is none of its business.

obstacle_names=(drop-25 reject-25 drop-587 reject-587 drop-465 reject-465 drop-pop intercept-25
  strip-starttls wrong-address no-ipv6 no-ipv4 portal portal-every)

portal_port=8080

reset_road ()
{
  printf 'none\n' >"$run_dir/block"
  : >"$run_dir/obstacles"
  printf 'home\n' >"$run_dir/place"
  write_road
}

# lab_obstacle none | NAME…: exactly these
lab_obstacle ()
{
  local name

  [ -e "/run/netns/$(netns_of router)" ] || die "the lab is down: run 'lab up'"
  [ "${1:-}" != none ] || shift
  for name in "$@"; do
    [[ " ${obstacle_names[*]} " == *" $name "* ]] || die "obstacles are ${obstacle_names[*]}"
  done
  printf '%s\n' "$*" >"$run_dir/obstacles"
  write_road
  publish_names
  tell_network_manager
}

has_obstacle () { [[ " $(cat "$run_dir/obstacles") " == *" $1 "* ]]; }

lab_block ()
{
  local how=${1:-}

  [ -e "/run/netns/$(netns_of router)" ] || die "the lab is down: run 'lab up'"
  [ $# -gt 1 ] || set -- "$how" 25 465 587
  case $how in
    none) printf 'none\n' >"$run_dir/block" ;;
    drop | reject) printf '%s\n' "$*" >"$run_dir/block" ;;
    *) die "block drop, reject or none" ;;
  esac
  write_road
}

# Without connection tracking in the filter, so that a block also meets
# connections that are open already.
write_road ()
{
  in_net router nft -f - <<END
table inet road
delete table inet road
table inet road {
  chain divert {
    type nat hook prerouting priority dstnat;
    $(road_diversions)
  }
  chain forward {
    type filter hook forward priority filter;
    $(road_blocks)
  }
}
END
}

from_traveller="ether saddr ${host_mac[traveller]}"

# divert MATCH PORTS HOST PORT-MAP: to a host that stands in for all others
divert ()
{
  local place=${host_place[$3]} number=${host_number[$3]}

  printf '%s tcp dport { %s } dnat ip to %s.%s:tcp dport map { %s }\n' \
    "$1 meta nfproto ipv4" "$2" "${v4_prefix[$place]}" "$number" "$4"
  printf '%s tcp dport { %s } dnat ip6 to %s:%s:tcp dport map { %s }\n' \
    "$1 meta nfproto ipv6" "$2" "${v6_prefix[$place]}" "$number" "$4"
}

road_diversions ()
{
  if is_portal; then
    if portal_is_every; then
      printf '%s tcp dport != 53 redirect to :%s\n' "$from_traveller" $portal_port
    else
      printf '%s tcp dport 80 redirect to :%s\n' "$from_traveller" $portal_port
    fi
    return
  fi
  ! has_obstacle intercept-25 || divert "$from_traveller" 25 interceptor '25 : 25'
  ! has_obstacle strip-starttls ||
    divert "$from_traveller" '25, 587' interceptor '25 : 11025, 587 : 11587'
  divert 'iifname br-evil' '25, 587' evil-relay '25 : 11025, 587 : 11587'
}

road_blocks ()
{
  local port how rest

  read -r how rest <"$run_dir/block"
  [ "$how" = none ] ||
    printf 'iifname br-hotel tcp dport { %s } %s\n' "${rest// /, }" "$(verdict_of "$how")"
  printf 'iifname br-evil tcp dport 465 drop\n'
  for port in 25 465 587; do
    for how in drop reject; do
      ! has_obstacle "$how-$port" ||
        printf '%s tcp dport %s %s\n' "$from_traveller" "$port" "$(verdict_of "$how")"
    done
  done
  ! has_obstacle drop-pop || printf '%s tcp dport { 110, 995 } drop\n' "$from_traveller"
  ! has_obstacle no-ipv6 || printf '%s meta nfproto ipv6 drop\n' "$from_traveller"
  ! has_obstacle no-ipv4 || printf '%s meta nfproto ipv4 drop\n' "$from_traveller"
  ! is_portal || printf '%s drop\n' "$from_traveller"
}

verdict_of () { if [ "$1" = drop ]; then echo drop; else echo 'reject with tcp reset'; fi; }

# On a train nobody gets further than the portal, until the switch says so.
is_portal ()
{
  has_obstacle portal || has_obstacle portal-every ||
    { [ "$(cat "$run_dir/place")" = train ] && [ "$(switch train-portal)" != open ]; }
}

portal_is_every ()
{
  has_obstacle portal-every ||
    { [ "$(cat "$run_dir/place")" = train ] && [ "$(switch train-portal)" = every ]; }
}

# The page to sign in, for whoever says anything at all.
start_portal ()
{
  (
    exec nsenter --net="/run/netns/$(netns_of router)" -- \
      /usr/bin/python3 "$lab_dir/parts/portal.py" "$portal_port"
  ) </dev/null >/dev/null 2>"$run_dir/portal.log" 9>&- &
  remember portal $!
}

# What goes in and out of the traveller's links, as bytes of each conversation: $run_dir/wire.
start_wire ()
{
  make_dir "$run_dir/wire" 0700 >/dev/null
  (
    exec nsenter --net="/run/netns/$(netns_of router)" -- \
      /usr/bin/python3 "$lab_dir/parts/wire.py" "$run_dir/wire" traveller tunnel
  ) </dev/null >/dev/null 2>"$run_dir/wire.log" 9>&- &
  remember wire $!
}
