#!/bin/sh
# Installs what is missing from the distribution. Usage: install.sh [--yes] PACKAGE...
# Asks first, unless --yes is given, or it runs as root without a terminal.
set -eu

ask=yes
if [ "${1:-}" = --yes ]; then
  ask=no
  shift
elif [ "$(id -u)" = 0 ] && [ ! -t 0 ]; then
  ask=no
fi

missing=''
for package; do
  state=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || :)
  [ "$state" = installed ] || missing="$missing $package"
done
[ -n "$missing" ] || exit 0

echo "To be installed from the distribution:$missing" >&2
if [ "$ask" = yes ]; then
  printf 'Go on? [Y/n] ' >&2
  read -r answer
  case $answer in
  '' | [Yy]*) ;;
  *) exit 1 ;;
  esac
fi

as_root=''
[ "$(id -u)" = 0 ] || as_root=sudo
log=$(mktemp)
trap 'rm -f "$log"' EXIT
# shellcheck disable=SC2086
if ! { $as_root apt-get update && $as_root env DEBIAN_FRONTEND=noninteractive \
  apt-get install -y --no-install-recommends $missing; } >"$log" 2>&1; then
  tail -n 20 "$log" >&2
  echo "Cannot install:$missing" >&2
  exit 1
fi
