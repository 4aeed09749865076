# The first process of a host: boot.sh KIND PID-FILE DIR NAME. Tells who it
# is, arranges the file system, starts what belongs to the host, and then
# only waits (and so collects every process that is left to it). When it is
# killed, the kernel ends all others in its pid namespace.

set -euo pipefail

# Everything that a server writes stays in DIR/upper and DIR/lab.
enter_server ()
{
  local dir=$1 root=$1/root

  mount -t overlay overlay -o "lowerdir=/,upperdir=$dir/upper,workdir=$dir/work" "$root"
  mkdir -p "$root/lab"
  mount --bind "$dir/lab" "$root/lab"
  mount --rbind /dev "$root/dev"
  mount -t sysfs sysfs "$root/sys"
  mount -t tmpfs -o mode=0755 tmpfs "$root/run"
  mount -t tmpfs -o mode=1777 tmpfs "$root/tmp"
  rm -f "$root/etc/resolv.conf"
  cp "$dir/lab/resolv.conf" "$root/etc/resolv.conf"
  printf '127.0.0.1 localhost\n::1 localhost\n' >"$root/etc/hosts"
  mount -t proc proc "$root/proc"
  cd "$root"
  # the switches are ordinary files that everybody may read
  umask 022
  exec chroot . /bin/bash -euc '
    cd /
    /bin/bash -eu /lab/etc/start
    while :; do sleep infinity & wait; done'
}

# The traveller uses the machine's own files, but for what names it: resolver,
# trusted authorities, and no system bus.
enter_traveller ()
{
  local dir=$1

  mount --bind "$dir/resolv.conf" "$(readlink -f /etc/resolv.conf)"
  mount --bind "$dir/certs" /etc/ssl/certs
  mount -t sysfs sysfs /sys
  [ ! -d /run/dbus ] || mount -t tmpfs tmpfs /run/dbus
  mount -t proc proc /proc
  export HOME=$dir/home XDG_CONFIG_HOME=$dir/home/.config XDG_STATE_HOME=$dir/home/.local/state \
    XDG_DATA_HOME=$dir/home/.local/share XDG_CACHE_HOME=$dir/home/.cache XDG_RUNTIME_DIR=$dir/run
  export DBUS_SESSION_BUS_ADDRESS=unix:path=$dir/run/bus
  dbus-daemon --config-file="$dir/bus.conf" --nofork &
  dbus-daemon --config-file="$dir/system-bus.conf" --nofork &
  until [ -S "$dir/run/bus" ] && [ -S "$dir/run/system-bus" ]; do sleep 0.05; done
  gnome-keyring-daemon --foreground --unlock --components=secrets <"$dir/keyring-password" \
    >/dev/null &
  while :; do sleep infinity & wait; done
}

# The machine that callers run on, see machine.sh; with the traveller's resolver and authorities.
enter_machine ()
{
  local dir=$1 root=$1/root parts traveller

  parts=$(dirname "$(readlink -f "$0")")
  traveller=$(dirname "$(dirname "$pid_file")")/hosts/traveller
  mount -t overlay overlay -o "lowerdir=$(cat "$dir/lower"),upperdir=$dir/upper,workdir=$dir/work" "$root"
  mkdir -p "$root/lab/parts"
  mount --bind "$parts" "$root/lab/parts"
  mount --bind "$dir/homes" "$root/home"
  mount --bind "$dir/homes/root" "$root/root"
  mount --rbind /dev "$root/dev"
  mount -t sysfs sysfs "$root/sys"
  mount -t tmpfs -o mode=0755 tmpfs "$root/run"
  mount -t tmpfs -o mode=1777 tmpfs "$root/tmp"
  rm -f "$root/etc/resolv.conf"
  : >"$root/etc/resolv.conf"
  mount --bind "$traveller/resolv.conf" "$root/etc/resolv.conf"
  mount --bind "$traveller/certs" "$root/etc/ssl/certs"
  printf '127.0.0.1 localhost\n::1 localhost\n127.0.1.1 traveller.proseware.com traveller\n' >"$root/etc/hosts"
  printf 'traveller\n' >"$root/etc/hostname"
  mount -t proc proc "$root/proc"
  cd "$root"
  umask 022
  exec chroot . /bin/bash -euc '
    cd /
    : >/lab/up
    while :; do sleep infinity & wait; done'
}

kind=$1 pid_file=$2 dir=$3 name=$4

# still the machine's /proc here: the pid and start time as seen from outside
read -r stat </proc/self/stat
set -- ${stat##*) }
printf '%s %s\n' "${stat%% *}" "${20}" >"$pid_file.new"
mv "$pid_file.new" "$pid_file"

hostname "$name"
"enter_$kind" "$dir"
