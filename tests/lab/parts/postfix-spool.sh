# Postfix's own `sendmail -t`, without its daemons: postfix-spool.sh UPPER FOLDER, in a mount and a pid
# namespace of its own. Each file in FOLDER/cases is handed in; what postdrop made of it comes to lie
# in FOLDER/maildrop, and the sender in it names the file. UPPER is the layer, and stays as it is.

set -euo pipefail

upper=$1 folder=$2
top=$folder/top

# in memory: postdrop syncs every message
mkdir "$top"
mount -t tmpfs -o mode=0755 tmpfs "$top"
mkdir "$top/work" "$top/root"
cp -a "$upper" "$top/upper"
mount -t overlay overlay -o "lowerdir=/,upperdir=$top/upper,workdir=$top/work" "$top/root"
mount --rbind /dev "$top/root/dev"
mount -t tmpfs -o mode=1777 tmpfs "$top/root/tmp"
mount -t proc proc "$top/root/proc"
mkdir "$top/root/lab"
mount --bind "$folder" "$top/root/lab"
cd "$top/root"
# shellcheck disable=SC2016
chroot . /bin/bash -euc '
  # a header over 100 KiB would be refused
  printf "%s = %s\n" compatibility_level 3.6 inet_interfaces 127.0.0.1 inet_protocols ipv4 \
    myhostname smtp.proseware.com header_size_limit 1000000 >/etc/postfix/main.cf
  # a file that was changed just now is waited for
  touch -d "1 hour ago" /etc/postfix/main.cf
  mkfifo /var/spool/postfix/public/pickup
  chgrp postdrop /var/spool/postfix/public/pickup
  exec 3<>/var/spool/postfix/public/pickup
  cd /lab/cases
  printf "%s\0" * | xargs -0 -n 50 -P "$(nproc)" bash -c "
    for name; do sendmail -f \"\$name@case.example\" -t <\"\$name\" 2>/dev/null || true; done" sendmail
  cp /var/spool/postfix/maildrop/* /lab/maildrop/'
