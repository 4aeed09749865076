# DNS for everybody: one dnsmasq on the router's addresses, with no other
# source of answers, and one of the evil twin's own. Unknown names do not exist.

start_names ()
{
  write_names >"$run_dir/names.conf"
  run_names names
  wait_until 10 names_answer || die "dnsmasq does not answer, see $run_dir/names.log"
}

start_evil_names ()
{
  write_evil_names >"$run_dir/evil-names.conf"
  run_names evil-names
}

# run_names NAME; exec throughout: the pid that is remembered must be dnsmasq's own
run_names ()
{
  (
    exec nsenter --net="/run/netns/$(netns_of router)" -- \
      dnsmasq --keep-in-foreground --conf-file="$run_dir/$1.conf"
  ) </dev/null >/dev/null 2>"$run_dir/$1.log" 9>&- &
  remember "$1" $!
}

names_answer ()
{
  runs names && in_net router /usr/bin/python3 -c '
import socket
question = b"\0\1\1\0\0\1\0\0\0\0\0\0\6adatum\3com\0\0\17\0\1"
ask = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
ask.settimeout(0.1)
ask.sendto(question, ("192.0.2.1", 53))
ask.recv(512)' 2>/dev/null
}

write_common_names ()
{
  cat <<END
no-resolv
no-hosts
no-daemon
bind-interfaces
user=root
log-facility=-
pid-file=
cache-size=0
address=/#/
END
}

# host_record NAME HOST: where the host really is
host_record ()
{
  local place=${host_place[$2]} number=${host_number[$2]}

  printf 'host-record=%s,%s.%s,%s:%s\n' "$1" \
    "${v4_prefix[$place]}" "$number" "${v6_prefix[$place]}" "$number"
}

write_names ()
{
  local home=proseware

  ! has_obstacle wrong-address || home=interceptor
  write_common_names
  echo except-interface=br-evil
  host_record smtp.proseware.com $home
  host_record pop.proseware.com $home
  host_record mail.thephone-company.com thephone-company
  host_record mx.adatum.com adatum
  host_record mail.hotel.example.net hotel-relay
  host_record proxy.example.net interceptor
  cat <<END
mx-host=proseware.com,smtp.proseware.com,10
mx-host=thephone-company.com,mail.thephone-company.com,10
mx-host=adatum.com,mx.adatum.com,10
END
  write_policy
  write_offer
}

# The relay that the hotel offers to those who ask for its search domain (RFC 6186, RFC 8314).
write_offer ()
{
  [ "$(switch hotel-offer)" = srv ] || return 0
  cat <<END
srv-host=_submissions._tcp.hotel.example.net,mail.hotel.example.net,465,0,0
srv-host=_submission._tcp.hotel.example.net,mail.hotel.example.net,587,0,0
END
}

# The twin says what the hotel says, with addresses of its own; and offers a relay
# of its own name besides, whose certificate everybody trusts.
write_evil_names ()
{
  write_common_names
  printf 'interface=br-evil\nexcept-interface=lo\n'
  host_record smtp.proseware.com proseware
  host_record pop.proseware.com proseware
  host_record mail.hotel.example.net evil-relay
  host_record relay.evil.example.org evil-relay
  cat <<END
srv-host=_submissions._tcp.hotel.example.net,mail.hotel.example.net,465,0,0
srv-host=_submissions._tcp.hotel.example.net,relay.evil.example.org,465,1,0
srv-host=_submission._tcp.hotel.example.net,mail.hotel.example.net,587,0,0
END
}

# What proseware.com publishes about mail in its name.
write_policy ()
{
  case $(switch home-policy) in
    spf) echo 'txt-record=proseware.com,"v=spf1 mx -all"' ;;
    dmarc) echo 'txt-record=_dmarc.proseware.com,"v=DMARC1; p=reject"' ;;
  esac
}

# dnsmasq reads its records once
publish_names ()
{
  ! write_names | cmp -s - "$run_dir/names.conf" || return 0
  stop names
  start_names
}
