#!/bin/sh
# Makes the checkout ready to run: packages, libraries, build. Usage: setup.sh [--yes] [PACKAGE...]
set -eu
cd "$(dirname "$0")/.."

yes=''
if [ "${1:-}" = --yes ]; then
  yes=--yes
  shift
fi

# shellcheck disable=SC2086
scripts/install.sh $yes user-mode-linux slirp4netns slirp bubblewrap mmdebstrap fakeroot fakechroot \
  e2fsprogs gcc libc6-dev ca-certificates "$@"

wanted='20.19'
found=$(node -p 'process.versions.node' 2>/dev/null || echo none)
newest=$(printf '%s\n%s\n' "$wanted" "$found" | sort -V | tail -n 1)
if [ "$found" = none ] || [ "$newest" != "$found" ]; then
  echo "Cannot go on: Node.js $wanted or newer is needed, found $found" >&2
  echo "  Install it from your distribution (Debian 13: apt-get install nodejs npm) or from nodejs.org." >&2
  exit 1
fi

[ node_modules -nt package-lock.json ] || npm ci --silent --no-audit --no-fund
npm run --silent build
