# TAP: each case is a function named case_…; what it finds wrong is told with
# `wrong`, and the case has failed. Used by selftest and scenarios.

tap_number=0
tap_failed=0
tap_wrong=0

# wrong TEXT…: one thing that is not as expected
wrong ()
{
  tap_wrong=1
  printf '%s\n' "$*" | sed 's/^/# /'
}

# is FOUND EXPECTED WHAT
is () { [ "$1" = "$2" ] || wrong "$3: expected '$2', found '$1'"; }

# like FOUND PATTERN WHAT: a shell pattern
like ()
{
  # shellcheck disable=SC2053
  [[ $1 == $2 ]] || wrong "$3: expected '$2', found '$1'"
}

# run_cases NAME…: with a plan before and a count after
run_cases ()
{
  local name began

  printf '1..%s\n' "$#"
  for name in "$@"; do
    began=$SECONDS
    tap_wrong=0
    "case_$name" || wrong "the case ended early, status $?"
    tap_number=$((tap_number + 1))
    if [ $tap_wrong = 0 ]; then
      printf 'ok %s - %s # %s s\n' "$tap_number" "${name//_/ }" $((SECONDS - began))
    else
      tap_failed=$((tap_failed + 1))
      [ -z "${case_dir:-}" ] || printf '# see %s\n' "$case_dir"
      printf 'not ok %s - %s # %s s\n' "$tap_number" "${name//_/ }" $((SECONDS - began))
    fi
  done
  printf '# %s passed, %s failed\n' $((tap_number - tap_failed)) "$tap_failed"
  [ $tap_failed = 0 ]
}

# skip_all REASON
skip_all ()
{
  printf '1..0 # SKIP %s\n' "$1"
  exit 0
}

bail_out ()
{
  printf 'Bail out! %s\n' "$1"
  exit 1
}

# all_cases: their names, in the order of the file
all_cases () { sed -n 's/^case_\([a-z0-9_]*\) ().*/\1/p' "$0"; }
