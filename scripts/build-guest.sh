#!/bin/sh
# Builds what images get from us and what has to be compiled: process 1, and apppot-snap in one file.
set -eu
cd "$(dirname "$0")/.."

out=dist/guest
mkdir -p "$out"

cc -static -Os -s -Wall -Wextra -Werror -o "$out/apppot-init" image/guest/apppot-init.c

# The file must run on the oldest Node.js of a suite that images are built of: Debian 12 has 18.
node_modules/.bin/esbuild src/cli/snap-main.ts \
  --bundle --platform=node --format=cjs --target=node18 --minify-syntax --log-level=warning \
  --banner:js='#!/usr/bin/env node' --outfile="$out/apppot-snap"
chmod 755 "$out/apppot-init" "$out/apppot-snap"
