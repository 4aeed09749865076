#!/bin/sh
# autogen.sh: from a git checkout to ./configure, to the demo, or through all tests.
#
#   ./autogen.sh         makes ./configure; installs nothing
#   ./autogen.sh demo    installs what is missing, builds in _build/, runs `sendpath demo`
#   ./autogen.sh check   the same, then every test; ends with a line of totals
#
# This file holds the list of packages (names of Debian 12). It never writes outside the tree, except
# by apt-get.
set -u

build_packages='
  gcc libc6-dev make autoconf automake libtool pkg-config python3 gettext
  gobject-introspection libgirepository1.0-dev
  libglib2.0-dev libjson-glib-dev libgsasl-dev libgnutls28-dev libsecret-1-dev libpsl-dev
  libsoup-3.0-dev libetpan-dev glib-networking ca-certificates'

# What the tests need besides. The lab (root only) is also used by hand: it installs what it needs
# itself, its mail servers into a place of its own.
check_packages='
  clang g++ binutils curl dbus dbus-daemon gi-docgen gnome-keyring libclaws-mail-dev libgtk-3-dev libgtk-4-dev
  libsecret-tools locales msmtp openssl python3-dbusmock python3-gi strace swaks valac xvfb'

cd "$(dirname "$0")" || exit 1
top=$(pwd)
build=$top/_build
jobs=$(nproc 2>/dev/null || echo 1)

say ()
{
  printf 'autogen.sh: %s\n' "$*"
}

die ()
{
  printf 'autogen.sh: %s\n' "$*" >&2
  exit 1
}

# missing PACKAGE...: those that are not installed; nothing on systems without dpkg.
missing ()
{
  command -v dpkg-query >/dev/null || return 0
  for package in "$@"; do
    case $(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null) in
      installed) ;;
      *) printf ' %s' "$package" ;;
    esac
  done
}

# install PACKAGE...: installs what is missing of them.
install ()
{
  if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
    say "no apt-get here: taking for granted what Debian 12 calls" "$@"
    return
  fi
  lacking=$(missing "$@")
  test -n "$lacking" || return 0

  if test "$(id -u)" -eq 0; then
    as_root=
  elif command -v sudo >/dev/null; then
    as_root=sudo
  else
    die "cannot install packages: not root, and there is no sudo; as root run: apt-get install$lacking"
  fi
  say "installing with ${as_root:+$as_root }apt-get:$lacking"
  # shellcheck disable=SC2086  # lists of words
  $as_root apt-get update -q &&
    $as_root apt-get install -q -y --no-install-recommends $lacking ||
    die "apt-get could not install:$lacking"
}

# make_configure: ./configure, if it is not newer than all that it is made from.
make_configure ()
{
  if test -x configure &&
     test -z "$(find configure.ac Makefile.am ./*/Makefile.am -newer configure)"; then
    return 0
  fi
  mkdir -p build-aux/m4
  autoreconf --force --install
}

# build_in DIRECTORY [CONFIGURE-ARGUMENT...]: an up-to-date build there.
build_in ()
{
  directory=$1
  shift
  mkdir -p "$directory" || return 1
  if ! test -f "$directory/config.status"; then
    (cd "$directory" && "$top/configure" --quiet "$@") || return 1
  fi
  make -s --no-print-directory -C "$directory" -j"$jobs"
}

# ---- totals ---------------------------------------------------------------------------------------

passed=0
failed=0
skipped=0

fail ()
{
  say "FAILED: $*"
  failed=$((failed + 1))
}

skip ()
{
  say "SKIPPED: $*"
  skipped=$((skipped + 1))
}

# count_suite DIRECTORY: adds what automake's harness wrote down there, a line a test case.
count_suite ()
{
  results=$(find "$1" -maxdepth 1 -name '*.trs' -exec cat {} +)
  suite_passed=$(printf '%s\n' "$results" | grep -cE '^:test-result: (PASS|XFAIL)')
  suite_failed=$(printf '%s\n' "$results" | grep -cE '^:test-result: (FAIL|XPASS|ERROR)')
  suite_skipped=$(printf '%s\n' "$results" | grep -cE '^:test-result: SKIP')
  passed=$((passed + suite_passed))
  failed=$((failed + suite_failed))
  skipped=$((skipped + suite_skipped))
}

# suite DIRECTORY [CONFIGURE-ARGUMENT...]: builds there and runs the tests.
suite ()
{
  directory=$1
  say "building and testing in ${directory#"$top/"}"
  build_in "$@" || { fail "the build in ${directory#"$top/"}"; return; }
  rm -f "$directory"/tests/*.trs
  make -s --no-print-directory -C "$directory" -j"$jobs" check
  status=$?
  before=$failed
  count_suite "$directory/tests"
  test $status -eq 0 || test "$failed" -gt "$before" || fail "make check in ${directory#"$top/"}"
}

# compile_with_clang: every source and test compiles there too, warnings being errors. It is also the
# build that the lab installs, as a package would be.
compile_with_clang ()
{
  command -v clang >/dev/null || { skip "clang: not installed"; return; }
  say "compiling with clang in _build/package"
  if build_in "$build/package" --enable-werror --disable-introspection CC=clang \
       --prefix=/usr --sysconfdir=/etc --localstatedir=/var --enable-sendmail-links &&
     make -s --no-print-directory -C "$build/package" -j"$jobs" check TESTS= >/dev/null; then
    passed=$((passed + 1))
  else
    fail "the build with clang"
  fi
}

# lab_runs SCRIPT...: in the lab, real servers in network namespaces; what each says is kept. Each waits
# for its turn there.
lab_runs ()
{
  export SENDPATH="$build/ui-cli/sendpath" SENDMAIL="$build/ui-cli/sendpath-sendmail" BUILD="$build/package"
  for script in "$@"; do
    "tests/lab/$script" >"$build/lab-$script.tap"
    echo $? >"$build/lab-$script.status"
  done
}

# count_lab SCRIPT...: shows and counts the TAP of what has run.
count_lab ()
{
  for script in "$@"; do
    tap=$build/lab-$script.tap
    say "the lab: $script"
    cat "$tap"
    if grep -q '^1\.\.0' "$tap"; then
      skip "the lab: $(sed -n 's/^1\.\.0 *# *//p' "$tap")"
      continue
    fi
    before=$failed
    skipped=$((skipped + $(grep -cE '^ok .*# *SKIP' "$tap")))
    passed=$((passed + $(grep -E '^ok\>' "$tap" | grep -cvE '# *SKIP')))
    failed=$((failed + $(grep -cE '^(not ok\>|Bail out!)' "$tap")))
    test "$(cat "$build/lab-$script.status")" -eq 0 || test "$failed" -gt "$before" ||
      fail "the lab: $script"
  done
}

# ---- what is asked for ----------------------------------------------------------------------------

case $#:${1-} in
  0:)
    # shellcheck disable=SC2086  # lists of words
    lacking=$(missing $build_packages)
    test -z "$lacking" || say "missing here; as root run: apt-get install$lacking"
    for tool in autoreconf libtoolize pkg-config; do
      command -v $tool >/dev/null || die "$tool is missing"
    done
    mkdir -p build-aux/m4 && autoreconf --force --install || die "autoreconf failed"
    say "now: mkdir _build && cd _build && ../configure && make"
    ;;

  1:demo)
    # shellcheck disable=SC2086
    install $build_packages
    { make_configure && build_in "$build"; } || die "the build failed"
    exec "$build/ui-cli/sendpath" demo
    ;;

  1:check)
    # shellcheck disable=SC2086
    install $build_packages $check_packages
    make_configure || die "autoreconf failed"
    # the lab mostly waits, for packages and its servers, and the rest for the processor; the matrix is alone:
    # it takes times
    test "$(id -u)" -ne 0 || tests/lab/lab install &
    suite "$build"
    wait
    lab_runs scenarios headers &
    compile_with_clang
    lab_runs callers claws &
    suite "$build/asan" --enable-sanitizers CFLAGS='-g -O1'
    wait
    lab_runs matrix
    count_lab scenarios headers callers claws matrix
    echo
    echo "$passed passed, $failed failed, $skipped skipped"
    test "$failed" -eq 0 && test "$passed" -gt 0
    ;;

  *)
    die "usage: autogen.sh [demo|check]"
    ;;
esac
