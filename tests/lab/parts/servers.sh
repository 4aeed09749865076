# The servers: each boots in mount, pid, host name and IPC namespaces of its
# own, inside its network namespace, over a copy of the layer that holds its
# packages (an overlay may not have two folders of one file system below it).
# What a server sees at /lab is $run_dir/hosts/NAME/lab.

host_dir=$run_dir/hosts

# the evil one needs no more than this machine has
declare -A server_layer=([proseware]=postfix [thephone-company]=exim [adatum]=postfix
  [hotel-relay]=exim [interceptor]=postfix [evil-relay]=)
declare -A server_name=([proseware]=smtp.proseware.com
  [thephone-company]=mail.thephone-company.com [adatum]=mx.adatum.com
  [hotel-relay]=mail.hotel.example.net [interceptor]=proxy.example.net
  [evil-relay]=relay.evil.example.org)
declare -A server_ports=([proseware]="25 465 587 110 995" [thephone-company]="25 587"
  [adatum]="25 465 587" [hotel-relay]="25 465 587" [interceptor]="25 465 587 11025 11587"
  [evil-relay]="25 465 587 11025 11587")

start_servers ()
{
  local server

  for server in "${servers[@]}"; do
    prepare_server "$server"
  done
  show_switches
  for server in "${servers[@]}"; do
    start_host "$server" server
  done
}

# What the server finds at /lab: its configuration, certificate, mail and log.
prepare_server ()
{
  local dir=$host_dir/$1

  mkdir -p "$dir"/{work,root,lab/etc,lab/tls,lab/mail,lab/log,lab/pop,lab/switches}
  if [ -n "${server_layer[$1]}" ]; then
    cp -a "$layer_dir/${server_layer[$1]}/upper" "$dir/upper"
  else
    mkdir "$dir/upper"
  fi
  cp "$lab_dir/servers/$1"/* "$lab_dir/servers/middle.py" "$lab_dir/servers/record.py" "$dir/lab/etc/"
  cp "$tls_dir/$1.pem" "$dir/lab/tls/server.pem"
  cp "$tls_dir/$1.key" "$dir/lab/tls/server.key"
  printf 'search %s\nnameserver %s.1\n' "$(search_of "$1")" "${v4_prefix[${host_place[$1]}]}" \
    >"$dir/lab/resolv.conf"
  case $1 in
    proseware) make_login "$dir" terri "$run_dir/password" ;;
    adatum) make_login "$dir" ben "$run_dir/password-ben" ;;
  esac
}

# make_login DIR USER FILE: a password that is nowhere else
make_login ()
{
  (
    umask 077
    openssl rand -hex 16 >"$3"
  )
  printf '%s:{PLAIN}%s\n' "$2" "$(cat "$3")" >"$1/lab/users"
}

search_of () { printf '%s\n' "${server_name[$1]#*.}"; }

# start_host NAME KIND: runs parts/boot.sh KIND as the first process of the host
start_host ()
{
  (
    cd /
    exec setsid nsenter --net="/run/netns/$(netns_of "$1")" -- \
      unshare --mount --pid --uts --ipc --fork --kill-child \
      bash "$lab_dir/parts/boot.sh" "$2" "$pid_dir/$1" "$host_dir/$1" \
      "${server_name[$1]:-$1}"
  ) </dev/null >"$host_dir/$1/boot.log" 2>&1 9>&- &
  wait_until 10 runs "$1" || die "$1 does not start, see $host_dir/$1/boot.log"
}

wait_for_servers ()
{
  local server port

  for server in "${servers[@]}"; do
    for port in ${server_ports[$server]}; do
      { wait_until 60 port_answers_or_is_gone "$server" "$port" && runs "$server"; } ||
        die "$server does not answer on port $port, see $host_dir/$server/boot.log and 'lab log $server'"
    done
  done
}

port_answers_or_is_gone () { port_answers "$@" || is_gone "$1"; }

# port_answers SERVER PORT: over both address families
port_answers ()
{
  local address place=${host_place[$1]} number=${host_number[$1]}

  for address in "${v4_prefix[$place]}.$number" "${v6_prefix[$place]}:$number"; do
    in_net router bash -c 'exec 3<>"/dev/tcp/$0/$1"' "$address" "$2" 2>/dev/null || return 1
  done
}

# in_server SERVER COMMAND…
in_server ()
{
  local pid

  pid=$(pid_of "$1") || die "$1 is down: run 'lab up'"
  nsenter --target "$pid" --mount --net --pid --uts --ipc --root --wd -- "${@:2}"
}

known_server ()
{
  [ -n "${1:-}" ] && [ -n "${server_name[$1]:-}" ] || die "servers are ${servers[*]}"
}

lab_log ()
{
  known_server "${1:-}"
  tail -n +1 -- "$host_dir/$1"/lab/log/*
}

lab_password ()
{
  case ${1:-terri} in
    terri) printf '%s\n' "$run_dir/password" ;;
    ben) printf '%s\n' "$run_dir/password-ben" ;;
    *) die "password [terri|ben]" ;;
  esac
}
