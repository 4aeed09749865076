# The networks: one router namespace with a bridge for each place, a namespace
# for each host. Addresses are documentation ranges, or private behind a hotel,
# a train and the evil twin of the hotel, which copies what can be copied.

places=(home work hotel train evil internet)
servers=(proseware thephone-company adatum hotel-relay interceptor evil-relay)

declare -A v4_prefix=([home]=192.0.2 [work]=198.51.100 [hotel]=10.77.0 [train]=10.78.0
  [evil]=10.79.0 [internet]=203.0.113)
declare -A v6_prefix=([home]=2001:db8:1: [work]=2001:db8:2: [hotel]=2001:db8:77:
  [train]=2001:db8:78: [evil]=2001:db8:79: [internet]=2001:db8:f:)
declare -A search_domain=([home]=proseware.com [work]=thephone-company.com
  [hotel]=hotel.example.net [train]=train.example.net [evil]=hotel.example.net)
declare -A gateway_mac=([home]=02:00:5e:00:53:01 [work]=02:00:5e:00:53:02
  [hotel]=02:00:5e:00:53:03 [train]=02:00:5e:00:53:05 [evil]=02:00:5e:00:53:03
  [internet]=02:00:5e:00:53:04)
# by which address the private ones go out
declare -A outside=([hotel]=203.0.113.77 [train]=203.0.113.78 [evil]=203.0.113.79)
declare -A host_place=([proseware]=home [thephone-company]=work [adatum]=internet
  [hotel-relay]=hotel [interceptor]=internet [evil-relay]=evil)
declare -A host_number=([proseware]=10 [thephone-company]=25 [adatum]=25 [hotel-relay]=25
  [interceptor]=26 [evil-relay]=25 [traveller]=50)
declare -A host_link=([proseware]=proseware [thephone-company]=phone [adatum]=adatum
  [hotel-relay]=hotel-relay [interceptor]=interceptor [evil-relay]=evil-relay
  [traveller]=traveller)
declare -A host_mac=([proseware]=02:00:5e:00:53:10 [thephone-company]=02:00:5e:00:53:20
  [adatum]=02:00:5e:00:53:30 [hotel-relay]=02:00:5e:00:53:40 [interceptor]=02:00:5e:00:53:31
  [evil-relay]=02:00:5e:00:53:60 [traveller]=02:00:5e:00:53:50)

# The traveller's second link: a tunnel from the hotel to the LAN at work.
tunnel_number=60
tunnel_mac=02:00:5e:00:53:51

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
  in_net router sysctl -q -w net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1 \
    net.ipv4.conf.all.send_redirects=0 net.ipv4.conf.default.send_redirects=0
  # on some machines the router's rules would also meet what it does not route; on others there is
  # no such key
  in_net router sysctl -q -e -w net.bridge.bridge-nf-call-iptables=0 \
    net.bridge.bridge-nf-call-ip6tables=0
  for place in "${places[@]}"; do
    make_bridge "$place"
  done
  for place in "${!outside[@]}"; do
    ip -n "$(netns_of router)" addr add "${outside[$place]}/24" dev br-internet
  done
  for host in "${servers[@]}" traveller; do
    make_namespace "$host"
    make_link "$host"
  done
  ip -n "$(netns_of router)" link add tunnel type veth \
    peer name tun0 address "$tunnel_mac" netns "$(netns_of traveller)"
  for host in "${servers[@]}"; do
    attach "$host" "${host_place[$host]}"
  done
  reset_road
  write_outside
}

# What leaves the private networks does so with one address of the internet's.
write_outside ()
{
  local place

  {
    printf 'table inet outside {\n  chain leave {\n    type nat hook postrouting priority srcnat;\n'
    for place in "${!outside[@]}"; do
      printf '    ip saddr %s.0/24 oifname != br-%s snat ip to %s\n' \
        "${v4_prefix[$place]}" "$place" "${outside[$place]}"
    done
    printf '  }\n}\n'
  } | in_net router nft -f -
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
    net.ipv6.conf.default.accept_ra=0 net.ipv6.conf.all.accept_redirects=0 \
    net.ipv6.conf.default.accept_redirects=0
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
  local net number=${host_number[$1]} server

  net=$(netns_of "$1")
  ip -n "$net" link set eth0 down
  ip -n "$net" addr flush dev eth0
  ip -n "$(netns_of router)" link set "${host_link[$1]}" master "br-$2" up
  ip -n "$net" link set eth0 up
  ip -n "$net" addr add "${v4_prefix[$2]}.$number/24" dev eth0
  ip -n "$net" addr add "${v6_prefix[$2]}:$number/64" dev eth0 nodad
  ip -n "$net" route replace default via "${v4_prefix[$2]}.1"
  ip -6 -n "$net" route replace default via "${v6_prefix[$2]}:1"
  [ "$1" = traveller ] || meet_behind_the_router "$1" "$2" traveller
  for server in proseware thephone-company; do
    [ "$1$2" != "traveller${host_place[$server]}" ] || meet_behind_the_router traveller "$2" "$server"
  done
}

# meet_behind_the_router HOST PLACE OTHER: neighbours as a provider has them, who reach each other
# by the router alone, so that what is in the way there is in their way too. The hotel's relay is in
# the very room; so is the twin's, but it answers by the router, which made others' connections its.
meet_behind_the_router ()
{
  local net number=${host_number[$3]}

  [ "$1" != hotel-relay ] || return 0
  net=$(netns_of "$1")
  ip -n "$net" route replace "${v4_prefix[$2]}.$number" via "${v4_prefix[$2]}.1"
  ip -6 -n "$net" route replace "${v6_prefix[$2]}:$number" via "${v6_prefix[$2]}:1"
}

lab_move ()
{
  local place=${1:-} air

  case $place in
    home | work | hotel | train | evil) air=$place ;;
    vpn | split) air=hotel ;;
    nowhere) air= ;;
    *) die "move home, work, hotel, train, evil, vpn, split or nowhere" ;;
  esac
  runs traveller || die "the lab is down: run 'lab up'"
  if [ -n "$air" ]; then
    # the name server is known before anybody hears that there is a network
    [ "$(cat "$run_dir/place")" != nowhere ] || write_resolver "$place" "$air"
    attach traveller "$air"
  else
    ip -n "$(netns_of traveller)" link set eth0 down
  fi
  printf '%s\n' "$place" >"$run_dir/place"
  move_tunnel "$place"
  write_resolver "$place" "$air"
  write_road
  tell_network_manager
}

# move_tunnel PLACE: a full tunnel has the default route, a split one only the way to work
move_tunnel ()
{
  local net

  net=$(netns_of traveller)
  ip -n "$net" link set tun0 down
  ip -n "$net" addr flush dev tun0
  [ "$1" = vpn ] || [ "$1" = split ] || return 0
  ip -n "$(netns_of router)" link set tunnel master br-work up
  ip -n "$net" link set tun0 up
  ip -n "$net" addr add "${v4_prefix[work]}.$tunnel_number/24" dev tun0
  ip -n "$net" addr add "${v6_prefix[work]}:$tunnel_number/64" dev tun0 nodad
  [ "$1" = vpn ] || return 0
  ip -n "$net" route replace default via "${v4_prefix[work]}.1" dev tun0
  ip -6 -n "$net" route replace default via "${v6_prefix[work]}:1" dev tun0
}

# write_resolver PLACE AIR: in place, since the traveller's /etc/resolv.conf is this very file
write_resolver ()
{
  local search server

  if [ -z "$2" ]; then
    : >"$traveller_dir/resolv.conf"
    return
  fi
  search=${search_domain[$2]} server=${v4_prefix[$2]}.1
  case $1 in
    vpn) search=${search_domain[work]} server=${v4_prefix[work]}.1 ;;
    split) search="${search_domain[hotel]} ${search_domain[work]}" ;;
  esac
  printf 'search %s\nnameserver %s\noptions timeout:2 attempts:2\n' "$search" "$server" \
    >"$traveller_dir/resolv.conf"
}
