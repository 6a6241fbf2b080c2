#!/bin/sh
# Builds what goes into an image: process 1, as a static program for this machine's architecture, and
# apppot-snap as one file; and the program that tries and measures host and guest.
#
# usage: build-guest.sh [DIRECTORY]; default dist/guest
set -eu
cd "$(dirname "$0")/.."
out=${1:-dist/guest}
mkdir -p "$out"
compile() {
  cc -std=gnu11 -D_GNU_SOURCE -static -s -Wall -Wextra -Werror -Wno-unused-result "$@"
}
compile -Os -o "$out/apppot-init" image/guest/init/*.c
compile -O2 -o "$out/apppot-gauge" image/gauge/*.c

# It must run on the oldest Node.js of the suites that images are built of: Debian 12 has 18.
node_modules/.bin/esbuild src/cli/snap-main.ts --bundle --platform=node --target=node18 \
  --format=cjs --minify-syntax --log-level=warning --banner:js='#!/usr/bin/env node' \
  --outfile="$out/apppot-snap"
chmod 755 "$out/apppot-snap"
