#!/bin/sh
# Builds what is no TypeScript, as static programs for this machine's architecture: process 1 of guests
# and what runs commands on other guests,
# the sandbox and the switch for the host and the gauge for both; and apppot-snap for guests, as one
# file.
#
# usage: build-guest.sh [DIRECTORY]; default dist/guest; what is for the host goes to "native" beside it
set -eu
cd "$(dirname "$0")/.."
out=${1:-dist/guest}
native=$(dirname "$out")/native
mkdir -p "$out" "$native"
compile() { # PROGRAM SOURCE...
  cc -std=gnu11 -D_GNU_SOURCE -static -Os -s -Wall -Wextra -Werror -Wno-unused-result -o "$@"
}
compile "$out/apppot-init" image/guest/init/*.c
compile "$out/apppot-rsh" image/guest/rsh/*.c
compile "$native/apppot-confine" image/host/confine.c
compile "$native/apppot-switch" -O3 image/host/switch/*.c
compile "$native/apppot-gauge" -O2 image/gauge/*.c

# It must run on the oldest Node.js of the suites that images are built of: Debian 12 has 18.
node_modules/.bin/esbuild src/cli/snap-main.ts --bundle --platform=node --target=node18 \
  --format=cjs --minify-syntax --log-level=warning --banner:js='#!/usr/bin/env node' \
  --outfile="$out/apppot-snap"
chmod 755 "$out/apppot-snap"
