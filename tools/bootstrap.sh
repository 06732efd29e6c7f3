#!/bin/sh
# Make .venv from the locked list, or bring it up to the lock; costs milliseconds when there is nothing to do.
#
#   tools/bootstrap.sh run   what the running site needs (requirements.lock)
#   tools/bootstrap.sh dev   that, and what tests and checks need (requirements-dev.lock)
#
# CLUTCH_PYTHON names another Python than the first suitable one of the PATH.
set -eu

root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd -P)
cd "$root"
venv=$root/.venv
wanted=${1:-run}

say() { printf '%s\n' "$*" >&2; }
fail() { say "$*"; exit 2; }

case $wanted in
  run | dev) ;;
  *) fail "usage: tools/bootstrap.sh run|dev" ;;
esac

lock_of() {
  if [ "$1" = dev ]; then echo requirements-dev.lock; else echo requirements.lock; fi
}

# The stamp is the checkout's own path, then the lock as it was when everything had been installed. It is written last.
is_current() {
  [ -x "$venv/bin/python" ] && [ -f "$venv/stamp-$1" ] && [ -f "$venv/stamp-root" ] &&
    [ "$(cat "$venv/stamp-root")" = "$root" ] && cmp -s "$(lock_of "$1")" "$venv/stamp-$1"
}

link_launcher() {
  if [ -f bin/clutch ] && [ ! -e "$venv/bin/clutch" ]; then ln -sf ../../bin/clutch "$venv/bin/clutch"; fi
}

# The development list holds the runtime list, so an environment that has it is never cut back to the smaller one.
if [ "$wanted" = run ] && [ -f "$venv/stamp-dev" ]; then wanted=dev; fi
if is_current "$wanted"; then
  link_launcher
  exit 0
fi

# Two commands at once: the second waits for the first, then finds nothing left to do.
exec 9<"$root/pyproject.toml"
if command -v flock >/dev/null; then flock 9; fi
if is_current "$wanted"; then exit 0; fi

suits() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }

find_python() {
  for candidate in ${CLUTCH_PYTHON:+"$CLUTCH_PYTHON"} python3 python3.14 python3.13 python3.12 python3.11; do
    if suits "$candidate"; then command -v "$candidate"; return; fi
  done
  fail "Clutch needs Python 3.11 or newer, and none is on the PATH: install it (Debian: apt-get install python3) and try again."
}

python=$(find_python)
if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
  package="python3-venv"
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    say "Python's venv module is missing: installing $package"
    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$package" >/dev/null
    "$python" -c 'import ensurepip, venv' 2>/dev/null || fail "Python's venv module is still missing for $python."
  else
    fail "Python's venv module is missing: install it as root (Debian: apt-get install $package) and try again."
  fi
fi

if [ -d "$venv" ] && { [ ! -x "$venv/bin/python" ] || [ "$(cat "$venv/stamp-root" 2>/dev/null)" != "$root" ]; }; then
  rm -rf "$venv"
fi
if [ ! -d "$venv" ]; then "$python" -m venv "$venv"; fi
rm -f "$venv"/stamp-*
printf '%s\n' "$root" >"$venv/stamp-root"

lock=$(lock_of "$wanted")
say "Installing the locked packages ($lock) into .venv"
"$venv/bin/python" tools/prune_environment.py "$lock"
"$venv/bin/python" -m pip install --quiet --quiet --disable-pip-version-check --no-input \
  --no-deps --only-binary :all: --require-hashes -r "$lock"
"$venv/bin/python" -c '
import pathlib, sys, sysconfig
pathlib.Path(sysconfig.get_path("purelib"), "clutch.pth").write_text(sys.argv[1] + "\n", encoding="utf-8")
' "$root/src"
link_launcher
cp "$lock" "$venv/stamp-$wanted"
