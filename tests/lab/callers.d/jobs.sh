# Who tells the owner of a job what it printed.

caller_cron ()
{
  printf '@reboot echo "%s"\n' "$mark" | by terri crontab -
  by root cron
  envelope ben@adatum.com someone@adatum.com
  header Subject "Cron <terri@traveller> echo \"$mark\""
  header From 'Cron Daemon <ben@adatum.com>'
  contains "$mark"
}

caller_cron_of_root ()
{
  printf 'MAILTO=someone@adatum.com,ben@adatum.com\n@reboot root echo "%s"\n' "$mark" |
    file /etc/cron.d/lab
  by root cron
  envelope ben@adatum.com someone@adatum.com ben@adatum.com
  contains "$mark"
}

caller_anacron ()
{
  printf '1 0 lab echo "%s"\n' "$mark" | file /etc/anacrontab
  by root anacron -fn
  envelope ben@adatum.com someone@adatum.com
  header From '*<ben@adatum.com>'
  header Subject "Anacron job 'lab' on traveller"
  contains "$mark"
}

# It is not installed beside cron; its scheduler tells bcron-exec what to run, as is done here.
caller_bcron ()
{
  local job

  job="1;terri;echo $mark;MAILTO=terri;"
  printf '%s:%s,' ${#job} "$job" | tr ';' '\0' | complains='bcron-exec: (terri) CMD *' by root /opt/bcron/usr/sbin/bcron-exec
  envelope ben@adatum.com someone@adatum.com
  contains "$mark"
}

# What systemd starts when a job has failed; it asks systemctl, which has a stand-in.
caller_systemd_cron ()
{
  file /usr/local/bin/systemctl 0755 <<END
#!/bin/sh
case "\$*" in
  *property=User*) echo User=terri ;;
  *property=Environment*) echo Environment= ;;
  status*) echo "$mark"; exit 3 ;;
esac
END
  by root /opt/systemd-cron/lib/systemd-cron/mail_on_failure cron-lab-terri-0.service
  envelope ben@adatum.com someone@adatum.com
  header From '*<ben@adatum.com>'
  header Subject '[traveller] job cron-lab-terri-0.service failed'
  contains "$mark"
}

caller_at ()
{
  by root atd
  printf 'echo "%s"\n' "$mark" | complains='*job 1 at *' by terri at now
  envelope ben@adatum.com someone@adatum.com
  header Subject '*Output from your job * 1'
  contains "$mark"
}
