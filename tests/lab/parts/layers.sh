# Layers: folders into which a server's packages were really installed, over
# this machine's own files, without touching them. Debian's mail servers
# conflict with each other, so each kind has its own. They outlive `down`.

layer_dir=$lab_state/layers

declare -A layer_packages=(
  [postfix]="postfix dovecot-core dovecot-pop3d"
  [exim]="exim4-base exim4-config exim4-daemon-light"
  [callers]="cron anacron at sudo mdadm logwatch bsd-mailx s-nail mutt neomutt alpine git git-email
    smartmontools unattended-upgrades fail2ban rkhunter libbg2
    libemail-sender-perl libmime-lite-perl libmailtools-perl
    php-cli libphp-phpmailer php-symfony-mailer php-swiftmailer ruby-mail ruby-actionmailer
    nodejs node-nodemailer claws-mail xvfb xdotool python3-gi gir1.2-camel-1.2 evolution-data-server")

# conflict with what is installed there, and are only laid out in it, in /opt/NAME
declare -A layer_unpacked=([callers]="bcron systemd-cron")

server_layers=(postfix exim)

# install_layers NAME…: those that are not there yet
install_layers ()
{
  local layer started=()

  for layer in "$@"; do
    [ "$(cat "$layer_dir/$layer/stamp" 2>/dev/null)" != "$(layer_stamp "$layer")" ] || continue
    say "installing into an overlay:" ${layer_packages[$layer]} "(log: $layer_dir/$layer/log)"
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
  printf '%s\n' "${layer_packages[$1]}" "${layer_unpacked[$1]:-}" "$(cat /etc/debian_version)"
  dpkg-query -W -f '${Package} ${Version}\n' libc6 libssl3 libgnutls30 2>/dev/null || true
}

# In a mount namespace of its own (nothing stays mounted) and a pid namespace
# (nothing stays running); with the machine's own network, for apt-get.
install_layer ()
{
  # shellcheck disable=SC2016
  lab_dir=$lab_dir lab_state=$lab_state unshare --mount --pid --fork --kill-child bash -euc '
    . "$lab_dir/parts/common.sh"
    . "$lab_dir/parts/layers.sh"
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
    [ "${layer##*/}" != callers ] || make_sendmail_package "$root"
    export -f apt_install
    chroot "$root" bash -euc "apt_install \"\$@\"" bash $2
    for package in $3; do
      chroot "$root" bash -euc "cd /tmp; apt-get download -q $package; dpkg-deb -x ${package}_*.deb /opt/$package"
    done
  ' bash "$layer_dir/$1" "${layer_packages[$1]}" "${layer_unpacked[$1]:-}"
}

# make_sendmail_package ROOT: a package without files, which says that a sendmail is there, so that
# those who need one bring none; the files come from our own `make install`
make_sendmail_package ()
{
  local folder=$1/tmp/sendmail

  mkdir -p "$folder/DEBIAN"
  cat >"$folder/DEBIAN/control" <<END
Package: sendpath-lab-sendmail
Version: 1
Architecture: all
Maintainer: sendpath <postmaster@example.org>
Provides: mail-transport-agent
Description: stands for the sendmail that make install brings
END
  dpkg-deb --build "$folder" "$1/tmp/sendmail.deb"
  chroot "$1" dpkg -i /tmp/sendmail.deb
}
