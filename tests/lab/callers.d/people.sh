# Programs that people write their mail with.

caller_bsd_mailx ()
{
  text | by terri mail -s "An offer $mark" someone@adatum.com
  envelope ben@adatum.com someone@adatum.com
  header Subject "An offer $mark"
  header To someone@adatum.com
  body "$(text)"
}
