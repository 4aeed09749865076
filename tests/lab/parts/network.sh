# The networks: one router namespace with a bridge for each place, a namespace
# for each host. Addresses are documentation ranges, or private behind the hotel.

places=(home work hotel internet)
servers=(proseware thephone-company adatum)

declare -A v4_prefix=([home]=192.0.2 [work]=198.51.100 [hotel]=10.77.0 [internet]=203.0.113)
declare -A v6_prefix=([home]=2001:db8:1: [work]=2001:db8:2: [hotel]=2001:db8:77: [internet]=2001:db8:f:)
declare -A search_domain=([home]=proseware.com [work]=thephone-company.com [hotel]=hotel.example.net)
declare -A gateway_mac=([home]=02:00:5e:00:53:01 [work]=02:00:5e:00:53:02
  [hotel]=02:00:5e:00:53:03 [internet]=02:00:5e:00:53:04)
declare -A host_place=([proseware]=home [thephone-company]=work [adatum]=internet)
declare -A host_number=([proseware]=10 [thephone-company]=25 [adatum]=25 [traveller]=50)
declare -A host_link=([proseware]=proseware [thephone-company]=phone [adatum]=adatum
  [traveller]=traveller)
declare -A host_mac=([proseware]=02:00:5e:00:53:10 [thephone-company]=02:00:5e:00:53:20
  [adatum]=02:00:5e:00:53:30 [traveller]=02:00:5e:00:53:50)

hotel_outside=203.0.113.77

netns_of () { printf 'sendpath-%s\n' "$1"; }
in_net () { nsenter --net="/run/netns/$(netns_of "$1")" -- "${@:2}"; }

make_networks ()
{
  local place host

  for host in "${servers[@]}" traveller router; do
    [ ! -e "/run/netns/$(netns_of "$host")" ] ||
      die "namespace $(netns_of "$host") exists and is not ours: is another lab up?"
  done
  : >"$run_dir/networks"
  make_namespace router
  in_net router sysctl -q -w net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
  for place in "${places[@]}"; do
    make_bridge "$place"
  done
  ip -n "$(netns_of router)" addr add "$hotel_outside/24" dev br-internet
  for host in "${servers[@]}" traveller; do
    make_namespace "$host"
    make_link "$host"
  done
  for host in "${servers[@]}"; do
    attach "$host" "${host_place[$host]}"
  done
  hotel_rules none
}

# Only what this lab made. A process that is still in a namespace keeps it alive
# without a name, so it is told; somebody else started it, and ends it.
remove_networks ()
{
  local host net left

  [ -e "$run_dir/networks" ] || return 0
  for host in "${servers[@]}" traveller router; do
    net=$(netns_of "$host")
    [ -e "/run/netns/$net" ] || continue
    left=$(ip netns pids "$net" | tr '\n' ' ')
    [ -z "$left" ] || say "still running in $net, not started by the lab: $left"
    ip netns delete "$net"
  done
  rm -f "$run_dir/networks"
}

make_namespace ()
{
  ip netns add "$(netns_of "$1")"
  # addresses are ours alone: no second of waiting for a duplicate
  in_net "$1" sysctl -q -w net.ipv6.conf.all.accept_dad=0 net.ipv6.conf.default.accept_dad=0 \
    net.ipv6.conf.default.accept_ra=0
  ip -n "$(netns_of "$1")" link set lo up
}

make_bridge ()
{
  local net bridge=br-$1

  net=$(netns_of router)
  ip -n "$net" link add "$bridge" address "${gateway_mac[$1]}" type bridge
  ip -n "$net" addr add "${v4_prefix[$1]}.1/24" dev "$bridge"
  ip -n "$net" addr add "${v6_prefix[$1]}:1/64" dev "$bridge" nodad
  ip -n "$net" link set "$bridge" up
}

make_link ()
{
  ip -n "$(netns_of router)" link add "${host_link[$1]}" type veth \
    peer name eth0 address "${host_mac[$1]}" netns "$(netns_of "$1")"
}

# attach HOST PLACE: plugs the host in there, with addresses and default routes
attach ()
{
  local net number=${host_number[$1]}

  net=$(netns_of "$1")
  ip -n "$net" link set eth0 down
  ip -n "$net" addr flush dev eth0
  ip -n "$(netns_of router)" link set "${host_link[$1]}" master "br-$2" up
  ip -n "$net" link set eth0 up
  ip -n "$net" addr add "${v4_prefix[$2]}.$number/24" dev eth0
  ip -n "$net" addr add "${v6_prefix[$2]}:$number/64" dev eth0 nodad
  ip -n "$net" route replace default via "${v4_prefix[$2]}.1"
  ip -6 -n "$net" route replace default via "${v6_prefix[$2]}:1"
}

lab_move ()
{
  local place=${1:-}

  case $place in
    home | work | hotel) ;;
    *) die "move home, work or hotel" ;;
  esac
  runs traveller || die "the lab is down: run 'lab up'"
  attach traveller "$place"
  # in place: the traveller's /etc/resolv.conf is this very file
  printf 'search %s\nnameserver %s.1\noptions timeout:2 attempts:2\n' \
    "${search_domain[$place]}" "${v4_prefix[$place]}" >"$traveller_dir/resolv.conf"
  printf '%s\n' "$place" >"$run_dir/place"
}

lab_block ()
{
  local how=${1:-}

  [ -e "/run/netns/$(netns_of router)" ] || die "the lab is down: run 'lab up'"
  [ $# -gt 1 ] || set -- "$how" 25 465 587
  case $how in
    none) hotel_rules none ;;
    drop) hotel_rules "drop" "${@:2}" ;;
    reject) hotel_rules "reject with tcp reset" "${@:2}" ;;
    *) die "block drop, reject or none" ;;
  esac
}

# hotel_rules VERDICT PORT…: what the hotel's router forwards, and its address
# translation; without connection tracking in the filter, so that a block also
# meets connections that are open already
hotel_rules ()
{
  local block=

  [ "$1" = none ] || block="iifname br-hotel tcp dport { $(printf '%s, ' "${@:2}") } $1"
  in_net router nft -f - <<END
table inet hotel
delete table inet hotel
table inet hotel {
  chain forward {
    type filter hook forward priority filter;
    $block
  }
  chain outside {
    type nat hook postrouting priority srcnat;
    ip saddr ${v4_prefix[hotel]}.0/24 oifname != br-hotel snat ip to $hotel_outside
  }
}
END
  printf '%s\n' "$*" >"$run_dir/block"
}
