# NetworkManager, where the switch says that there is one: a mock on a system
# bus that only the traveller has. Without it that bus is not named to anybody.

system_bus=$host_dir/traveller/run/system-bus

# After each move and each switch: a new one, that knows the present place.
tell_network_manager ()
{
  local place wanted

  place=$(cat "$run_dir/place")
  wanted=$(manager_facts "$place")
  if [ "$(cat "$run_dir/manager" 2>/dev/null)" = "$wanted" ] && { [ -z "$wanted" ] || runs manager; }; then
    return
  fi
  stop manager
  printf '%s\n' "$wanted" >"$run_dir/manager"
  [ -n "$wanted" ] || return 0
  (
    # shellcheck disable=SC2086
    DBUS_SYSTEM_BUS_ADDRESS=unix:path=$system_bus \
      exec /usr/bin/python3 "$lab_dir/parts/network-manager.py" $wanted
  ) </dev/null >/dev/null 2>"$run_dir/manager.log" 9>&- &
  remember manager $!
  wait_until 20 manager_answers || die "the mock of NetworkManager does not answer, see $run_dir/manager.log"
}

# manager_facts PLACE: its operands; nothing where there is none
manager_facts ()
{
  local connectivity=full option=

  [ "$(switch network-manager)" = on ] && [ "$1" != nowhere ] || return 0
  ! is_portal || connectivity=portal
  case $1 in
    evil) option=${v4_prefix[evil]}.${host_number[evil-relay]} ;;
    hotel | split) [ "$(switch hotel-offer)" != dhcp ] || option=${v4_prefix[hotel]}.${host_number[hotel-relay]} ;;
  esac
  printf '%s\n' "$1 $connectivity $option"
}

manager_answers ()
{
  dbus-send --bus="unix:path=$system_bus" --print-reply --dest=org.freedesktop.NetworkManager \
    /org/freedesktop/NetworkManager org.freedesktop.DBus.Properties.GetAll \
    string:org.freedesktop.NetworkManager >/dev/null 2>&1
}
