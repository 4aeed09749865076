# Who tells root that something is wrong.

caller_sudo_of_a_stranger ()
{
  echo terri:door | by root chpasswd
  echo door | exits=1 complains='*terri is not in the sudoers file.*' by terri sudo -S -p '' true
  envelope ben@adatum.com someone@adatum.com
  header Subject '*** SECURITY information for traveller* ***'
  contains 'terri : user NOT in sudoers'
}

caller_sudo_with_a_wrong_password ()
{
  echo 'Defaults mail_badpass, passwd_tries=1' | file /etc/sudoers.d/lab 0440
  echo 'terri ALL=(ALL) ALL' | file /etc/sudoers.d/terri 0440
  echo terri:door | by root chpasswd
  echo window | exits=1 complains='*1 incorrect password attempt*' by terri sudo -S -p '' true
  envelope ben@adatum.com someone@adatum.com
  contains 'terri : 1 incorrect password attempt'
}

# --test tells of an array without looking whether it is there
caller_mdadm ()
{
  exits='*' complains='*' by root mdadm --monitor --test --oneshot --mail root /dev/md99
  envelope ben@adatum.com someone@adatum.com
  header Subject 'TestMessage event on /dev/md99:traveller'
  contains 'A TestMessage event had been detected on md device /dev/md99'
}

caller_logwatch ()
{
  printf '%s traveller sshd[7]: Accepted publickey for %s from 192.0.2.7 port 7 ssh2\n' \
    "$(LC_ALL=C date '+%b %e 00:00:01')" "$mark" | file /var/log/auth.log
  by root logwatch --output mail --mailto root --service sshd --range all
  envelope ben@adatum.com someone@adatum.com
  header Subject 'Logwatch for traveller*'
  contains "$mark"
}

# smartd runs it when a disk is failing, and with -M test when it starts; by mailx
caller_smartd ()
{
  by root env SMARTD_ADDRESS='root ben@adatum.com' SMARTD_FAILTYPE=EmailTest \
    SMARTD_MESSAGE="TEST EMAIL from smartd for $mark" SMARTD_DEVICE=/dev/sda \
    SMARTD_DEVICEINFO=disk SMARTD_PREVCNT=0 /usr/share/smartmontools/smartd_warning.sh
  envelope ben@adatum.com someone@adatum.com ben@adatum.com
  contains "TEST EMAIL from smartd for $mark"
}

caller_unattended_upgrades ()
{
  printf 'Unattended-Upgrade::%s;\n' 'Mail "root"' 'MailReport "always"' | file /etc/apt/apt.conf.d/99lab
  by root find /var/lib/apt/lists -type f -delete
  by root unattended-upgrade
  envelope ben@adatum.com someone@adatum.com
  header Subject 'unattended-upgrades result for traveller*'
}

# The ban alone: starting and stopping would be told too.
caller_fail2ban ()
{
  file /etc/fail2ban/jail.local <<'END'
[sshd]
enabled = false
[door]
enabled = true
backend = polling
filter = sshd
logpath = /var/log/door.log
action = sendmail[name=door, dest=ben@adatum.com, sender=ben@adatum.com, actionstart=, actionstop=]
END
  file /var/log/door.log </dev/null
  complains='*' by root fail2ban-client start
  by root fail2ban-client set door banip 192.0.2.77
  envelope ben@adatum.com ben@adatum.com
  header Subject '[Fail2Ban] door: banned 192.0.2.77 from traveller*'
  header From 'Fail2Ban <ben@adatum.com>'
  contains 'The IP 192.0.2.77 has just been banned'
}

caller_rkhunter ()
{
  printf 'CRON_DAILY_RUN="yes"\nREPORT_EMAIL="root"\nNICE=0\n' | file /etc/default/rkhunter
  by root sed -i -e 's/^ENABLE_TESTS=.*/ENABLE_TESTS=group_changes/' -e '/^DISABLE_TESTS=/d' /etc/rkhunter.conf
  by root /etc/cron.daily/rkhunter
  envelope ben@adatum.com someone@adatum.com
  header Subject '[rkhunter] traveller* - Daily report'
  contains 'Warning'
}

# Its command line, not the program: that is a web application with some two hundred packages.
caller_request_tracker ()
{
  { printf 'From: ben@adatum.com\nTo: someone@adatum.com\nSubject: [example.org #1] %s\n\n' "$mark" && text; } |
    by www /usr/sbin/sendmail -oi -t -f ben@adatum.com
  envelope ben@adatum.com someone@adatum.com
  header Subject "[example.org #1] $mark"
  body "$(text)"
}
