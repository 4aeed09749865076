# The traveller: this machine's files and programs, in a network of its own,
# with the lab's authority among the trusted ones, and a private session bus
# with a real keyring that is unlocked.

traveller_dir=$host_dir/traveller

# in the environment of what `lab in traveller` starts, and of what that leaves behind
guest_mark=SENDPATH_LAB_GUEST=yes

start_traveller ()
{
  local dir

  mkdir -p "$traveller_dir"
  for dir in home home/.config home/.local home/.local/state home/.local/share home/.cache run; do
    make_dir "$traveller_dir/$dir" 0700 >/dev/null
  done
  : >"$traveller_dir/resolv.conf"
  trust_authority
  write_bus_configuration bus
  write_bus_configuration system-bus
  (
    umask 077
    openssl rand -hex 16 | tr -d '\n' >"$traveller_dir/keyring-password"
  )
  start_host traveller traveller
  wait_until 20 keyring_answers ||
    die "the traveller's keyring does not answer, see $traveller_dir/boot.log"
}

# A copy of the machine's authorities with the lab's own: the whole folder is
# put over /etc/ssl/certs, so that GnuTLS, OpenSSL and curl all honour it.
trust_authority ()
{
  local certs=$traveller_dir/certs hash

  cp -a /etc/ssl/certs "$certs"
  cat "$tls_dir/ca.pem" >>"$certs/ca-certificates.crt"
  hash=$(openssl x509 -noout -hash -in "$tls_dir/ca.pem")
  cp "$tls_dir/ca.pem" "$certs/sendpath-lab.pem"
  ln -sf sendpath-lab.pem "$certs/$hash.0"
}

# write_bus_configuration NAME: no service folders: nothing is started on demand, no prompt can appear
write_bus_configuration ()
{
  cat >"$traveller_dir/$1.conf" <<END
<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:path=$traveller_dir/run/$1</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
END
}

keyring_answers ()
{
  lab_in traveller sh -c '
    printf probe | secret-tool store --label=probe lab probe &&
    test "$(secret-tool lookup lab probe)" = probe &&
    secret-tool clear lab probe' 2>/dev/null
}

lab_in ()
{
  local bus=unix:path=$traveller_dir/run/bus host

  if [ "${1:-}" = --no-keyring ]; then
    bus=
    shift
    [ "${1:-}" = traveller ] || die "--no-keyring is for the traveller"
  fi
  [ $# -ge 2 ] || die "in HOST COMMAND…"
  host=$1
  shift
  case $host in
    traveller) in_traveller "$bus" "$@" ;;
    router) in_net router "$@" ;;
    *)
      known_server "$host"
      in_server "$host" "$@" ;;
  esac
}

# in_traveller BUS COMMAND…: in the present folder, with the traveller's own
# home; the rest of the environment is the caller's
in_traveller ()
{
  local pid bus=$1 home=$traveller_dir/home runtime=$traveller_dir/run manager=

  shift
  [ "$(switch network-manager)" = off ] || manager=unix:path=$system_bus
  pid=$(pid_of traveller) || die "the lab is down: run 'lab up'"
  [ -n "$bus" ] || runtime=
  nsenter --target "$pid" --mount --net --pid --uts --ipc -- \
    env -C "$PWD" -u DISPLAY -u WAYLAND_DISPLAY -u SSH_AUTH_SOCK \
    -u XDG_RUNTIME_DIR -u DBUS_SESSION_BUS_ADDRESS \
    "$guest_mark" HOME="$home" \
    XDG_CONFIG_HOME="${LAB_CONFIG_HOME:-$home/.config}" \
    XDG_STATE_HOME="${LAB_STATE_HOME:-$home/.local/state}" \
    XDG_DATA_HOME="$home/.local/share" \
    XDG_CACHE_HOME="$home/.cache" \
    ${runtime:+"XDG_RUNTIME_DIR=$runtime"} ${bus:+"DBUS_SESSION_BUS_ADDRESS=$bus"} \
    ${manager:+"DBUS_SYSTEM_BUS_ADDRESS=$manager"} \
    "$@"
}

# A sendpath that stays with a waiting message is over with the message.
end_guests ()
{
  local pid

  for pid in $(ip netns pids "$(netns_of traveller)"); do
    { grep -qzx "$guest_mark" "/proc/$pid/environ" && grep -q sendpath "/proc/$pid/comm"; } 2>/dev/null ||
      continue
    kill -KILL "$pid" 2>/dev/null || true
  done
}
