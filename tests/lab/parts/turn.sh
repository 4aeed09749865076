# Whose turn it is: there is one lab and one traveller. Used by scenarios and callers.

# be_alone: who comes while another run moves the traveller waits until that is over
be_alone ()
{
  local state=${SENDPATH_LAB:-/var/tmp/sendpath-lab}

  mkdir -p "$state"
  exec {turn}>"$state/turn"
  flock --wait 1200 "$turn" || bail_out 'another run of the lab does not end'
}

# start_the_lab: unless it is up; sets what its folders are called
start_the_lab ()
{
  lab_started=no
  "$here/lab" status | grep -x 'lab: traveller runs' >/dev/null || lab_started=yes
  "$here/lab" up >&2 {turn}>&- || bail_out 'the lab does not start'
  run_dir=$(dirname "$("$here/lab" password)")
  hosts_dir=$run_dir/hosts
  cases_dir=$run_dir/cases
  mkdir -p "$cases_dir"
}

# end_the_lab: if start_the_lab began it
end_the_lab () { [ $lab_started = no ] || "$here/lab" down >&2; }
