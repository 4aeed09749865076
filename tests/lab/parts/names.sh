# DNS for everybody: one dnsmasq on the router's addresses, with no other
# source of answers. Unknown names do not exist.

start_names ()
{
  write_names >"$run_dir/dnsmasq.conf"
  # exec throughout: the pid that is remembered must be dnsmasq's own
  (
    exec nsenter --net="/run/netns/$(netns_of router)" -- \
      dnsmasq --keep-in-foreground --conf-file="$run_dir/dnsmasq.conf"
  ) </dev/null >/dev/null 2>"$run_dir/dnsmasq.log" 9>&- &
  remember names $!
  wait_until 10 names_answer || die "dnsmasq does not answer, see $run_dir/dnsmasq.log"
}

names_answer ()
{
  runs names && in_net router /usr/bin/python3 -c '
import socket
question = b"\0\1\1\0\0\1\0\0\0\0\0\0\6adatum\3com\0\0\17\0\1"
ask = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
ask.settimeout(1)
ask.sendto(question, ("192.0.2.1", 53))
ask.recv(512)' 2>/dev/null
}

write_names ()
{
  local home4=${v4_prefix[home]} home6=${v6_prefix[home]}
  local work4=${v4_prefix[work]} work6=${v6_prefix[work]}
  local net4=${v4_prefix[internet]} net6=${v6_prefix[internet]}

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
host-record=smtp.proseware.com,$home4.10,$home6:10
host-record=pop.proseware.com,$home4.10,$home6:10
host-record=mail.thephone-company.com,$work4.25,$work6:25
host-record=mx.adatum.com,$net4.25,$net6:25
mx-host=proseware.com,smtp.proseware.com,10
mx-host=thephone-company.com,mail.thephone-company.com,10
mx-host=adatum.com,mx.adatum.com,10
END
  write_policy
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
publish_policy ()
{
  ! write_names | cmp -s - "$run_dir/dnsmasq.conf" || return 0
  stop names
  start_names
}
