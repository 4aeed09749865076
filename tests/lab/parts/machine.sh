# The machine of the callers: this machine's files, over them the callers'
# packages, over these sendpath as `make install` leaves it, and users who have
# nothing yet. It stands in the traveller's network, without a keyring or a
# bus; each use has a fresh one.

machine_files=$layer_dir/callers/root
machine_sendpath=$run_dir/machine/sendpath

machine_users=(terri www)

# install_sendpath BUILD: one configured with --prefix=/usr --sysconfdir=/etc --enable-sendmail-links
install_sendpath ()
{
  local destination=$machine_sendpath

  rm -rf --one-file-system "$run_dir/machine"
  mkdir -p "$destination/etc"
  make -s --no-print-directory -C "$1" install DESTDIR="$destination" >"$run_dir/machine/install.log" 2>&1 ||
    die "make install failed, see $run_dir/machine/install.log"
  for name in usr/sbin/sendmail usr/bin/mailq usr/bin/newaliases usr/bin/sendpath; do
    [ -L "$destination/$name" ] || [ -x "$destination/$name" ] ||
      die "$1 installs no /$name: configure it with --prefix=/usr --sysconfdir=/etc --enable-sendmail-links"
  done
  write_machine_configuration "$destination/etc"
}

# One account for everybody here, ben's at adatum, who logs in there; it can be read by everybody.
write_machine_configuration ()
{
  cat >"$1/sendpath.conf" <<END
[account adatum]
address = ben@adatum.com
smtp = mx.adatum.com
user = ben
secret-command = cat /etc/sendpath-password

[policy]
local = someone@adatum.com
END
  cp "$run_dir/password-ben" "$1/sendpath-password"
  chmod 0644 "$1/sendpath.conf" "$1/sendpath-password"
}

# An overlay with the packages, seen in no other mount namespace than this one's and its children's.
start_machine_files ()
{
  stop machine-files
  # shellcheck disable=SC2016
  (
    cd /
    exec setsid unshare --mount bash -euc '
      mount -t overlay overlay -o "lowerdir=/,upperdir=$1/upper,workdir=$1/work" "$1/root"
      : >"$1/mounted"
      while :; do sleep infinity & wait; done' bash "$layer_dir/callers"
  ) </dev/null >"$run_dir/machine/files.log" 2>&1 {turn}>&- &
  remember machine-files $!
  disown
  wait_until 10 test -e "$layer_dir/callers/mounted" ||
    die "the callers' files cannot be mounted, see $run_dir/machine/files.log"
  rm -f "$layer_dir/callers/mounted"
}

# Its users, from the start: in the files that are laid over the packages'.
add_machine_users ()
{
  local file user

  for file in passwd group shadow gshadow; do
    nsenter --target "$(pid_of machine-files)" --mount -- \
      cp -a "$machine_files/etc/$file" "$machine_sendpath/etc/$file"
  done
  for user in "${machine_users[@]}"; do
    useradd --prefix "$machine_sendpath" --user-group --no-create-home --home-dir "/home/$user" --shell /bin/bash \
      --comment "${user^} Chudzik" "$user"
  done
}

# start_machine DIR: a fresh one, whose own files stay in DIR
start_machine ()
{
  local user

  stop machine
  mkdir -p "$1"/{upper,work,root,homes/root}
  chmod 0700 "$1/homes/root"
  for user in "${machine_users[@]}"; do
    mkdir -m 0700 "$1/homes/$user"
    chown "$(id_of "$user")" "$1/homes/$user"
  done
  printf '%s\n' "$machine_sendpath:$machine_files" >"$1/lower"
  (
    cd /
    exec setsid nsenter --target "$(pid_of machine-files)" --mount \
      --net="/run/netns/$(netns_of traveller)" -- \
      unshare --mount --pid --uts --ipc --fork --kill-child \
      bash "$lab_dir/parts/boot.sh" machine "$pid_dir/machine" "$1" traveller
  ) </dev/null >"$1/boot.log" 2>&1 {turn}>&- &
  disown
  wait_until 10 test -e "$1/upper/lab/up" || die "the callers' machine does not start, see $1/boot.log"
  machine=/proc/$(pid_of machine)/root
}

# id_of USER: user and group, as chown takes them
id_of () { sed -n "s/^$1:[^:]*:\([0-9]*:[0-9]*\):.*/\1/p" "$machine_sendpath/etc/passwd"; }

# in_machine COMMAND…: as root, with the environment of the caller
in_machine ()
{
  nsenter --target "$(pid_of machine)" --mount --net --pid --uts --ipc --root --wd -- "$@"
}

end_machine ()
{
  stop machine
  stop machine-files
}
