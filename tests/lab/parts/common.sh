# What every part of the lab uses: words, folders, and processes known by pid
# and start time. Never ends a process that the lab did not start.

run_dir=$lab_state/run
pid_dir=$run_dir/pids
switch_dir=$run_dir/switches

machine_packages=(iproute2 nftables util-linux procps dnsmasq-base openssl ca-certificates python3
  dbus-bin dbus-daemon gnome-keyring libsecret-tools python3-dbusmock python3-gi msmtp)

say () { printf 'lab: %s\n' "$*"; }

die ()
{
  printf 'lab: %s\n' "$*" >&2
  exit 1
}

need_root ()
{
  [ "$(id -u)" = 0 ] || die "needs root for network namespaces and overlay mounts"
}

# make_dir PATH MODE: makes it and prints its path
make_dir ()
{
  mkdir -p "$1"
  chmod "$2" "$1"
  printf '%s\n' "$1"
}

# Everything of one `up`; what an earlier one left goes first.
make_run_dir ()
{
  rm -rf --one-file-system "$run_dir"
  make_dir "$run_dir" 0755 >/dev/null
  make_dir "$pid_dir" 0755 >/dev/null
  make_dir "$switch_dir" 0755 >/dev/null
}

# wait_until SECONDS COMMAND…: asks again until it succeeds
wait_until ()
{
  local deadline=$((SECONDS + $1))

  shift
  until "$@"; do
    [ $SECONDS -lt $deadline ] || return 1
    sleep 0.05
  done
}

# start_time PID: the kernel's start time, which tells a reused pid
start_time ()
{
  local stat

  read -r stat 2>/dev/null <"/proc/$1/stat" || return 1
  # the command name may hold blanks: count from its closing bracket
  set -- ${stat##*) }
  # ended, and only not collected yet
  [ "$1" != Z ] || return 1
  printf '%s\n' "${20}"
}

# remember NAME PID
remember () { printf '%s %s\n' "$2" "$(start_time "$2")" >"$pid_dir/$1"; }

# pid_of NAME: the pid, when that very process still runs
pid_of ()
{
  local pid started

  read -r pid started 2>/dev/null <"$pid_dir/$1" || return 1
  [ "$(start_time "$pid")" = "$started" ] || return 1
  printf '%s\n' "$pid"
}

runs () { pid_of "$1" >/dev/null; }
is_gone () { ! runs "$1"; }

# stop NAME: for a host this is the first process of its pid namespace, and the
# kernel ends all others with it
stop ()
{
  local pid

  pid=$(pid_of "$1") || return 0
  kill -KILL "$pid"
  wait_until 10 is_gone "$1" || die "$1 (process $pid) does not end"
}

install_on_machine ()
{
  local package missing=()

  for package in "${machine_packages[@]}"; do
    dpkg-query -W -f '${db:Status-Status}\n' "$package" 2>/dev/null | grep -qx installed ||
      missing+=("$package")
  done
  [ ${#missing[@]} -gt 0 ] || return 0
  say "installing on this machine: ${missing[*]}"
  apt_install "${missing[@]}" || die "apt-get could not install ${missing[*]}"
}

# apt_install PACKAGE…: with the lists at hand, else with fresh ones
apt_install ()
{
  local install=(apt-get install -q -y --no-install-recommends -o Dpkg::Use-Pty=0
    -o Dpkg::Options::=--force-unsafe-io "$@")

  export DEBIAN_FRONTEND=noninteractive
  "${install[@]}" </dev/null >&2 && return
  apt-get update -q >&2 && "${install[@]}" </dev/null >&2
}
