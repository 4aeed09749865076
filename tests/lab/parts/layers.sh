# Layers: folders into which a server's packages were really installed, over
# this machine's own files, without touching them. Debian's mail servers
# conflict with each other, so each kind has its own. They outlive `down`.

layer_dir=$lab_state/layers

declare -A layer_packages=(
  [postfix]="postfix dovecot-core dovecot-pop3d"
  [exim]="exim4-base exim4-config exim4-daemon-light")

install_layers ()
{
  local layer started=()

  for layer in "${!layer_packages[@]}"; do
    [ "$(cat "$layer_dir/$layer/stamp" 2>/dev/null)" != "$(layer_stamp "$layer")" ] || continue
    say "installing into an overlay: ${layer_packages[$layer]} (log: $layer_dir/$layer/log)"
    rm -rf --one-file-system "${layer_dir:?}/$layer"
    mkdir -p "$layer_dir/$layer"/{upper,work,root}
    install_layer "$layer" </dev/null >"$layer_dir/$layer/log" 2>&1 9>&- &
    started+=("$layer:$!")
  done
  for layer in "${started[@]}"; do
    wait "${layer#*:}" || die "apt-get failed, see $layer_dir/${layer%:*}/log"
    layer_stamp "${layer%:*}" >"$layer_dir/${layer%:*}/stamp"
  done
}

forget_layers () { rm -rf --one-file-system "$layer_dir"; }

# layer_stamp NAME: a layer is good for the packages named here, over the
# libraries that they were installed with
layer_stamp ()
{
  printf '%s\n' "${layer_packages[$1]}" "$(cat /etc/debian_version)"
  dpkg-query -W -f '${Package} ${Version}\n' libc6 libssl3 libgnutls30 2>/dev/null || true
}

# In a mount namespace of its own (nothing stays mounted) and a pid namespace
# (nothing stays running); with the machine's own network, for apt-get.
install_layer ()
{
  # shellcheck disable=SC2016
  lab_dir=$lab_dir lab_state=$lab_state unshare --mount --pid --fork --kill-child bash -euc '
    . "$lab_dir/parts/common.sh"
    layer=$1 root=$1/root
    mount -t overlay overlay -o "lowerdir=/,upperdir=$layer/upper,workdir=$layer/work" "$root"
    mount -t proc proc "$root/proc"
    mount --rbind /dev "$root/dev"
    mount -t tmpfs tmpfs "$root/run"
    mount -t tmpfs tmpfs "$root/tmp"
    mount -t tmpfs tmpfs "$root/var/cache/apt/archives"
    rm -f "$root/etc/resolv.conf"
    cat /etc/resolv.conf >"$root/etc/resolv.conf"
    # nothing is started by an installation, and no manual page index is made
    printf "#!/bin/sh\nexit 101\n" >"$root/usr/sbin/policy-rc.d"
    chmod 0755 "$root/usr/sbin/policy-rc.d"
    rm -f "$root/var/lib/man-db/auto-update"
    echo "postfix postfix/main_mailer_type select No configuration" |
      chroot "$root" debconf-set-selections
    export -f apt_install
    chroot "$root" bash -euc "apt_install \"\$@\"" bash "${@:2}"
  ' bash "$layer_dir/$1" ${layer_packages[$1]}
}
