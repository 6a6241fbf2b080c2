#!/bin/sh
# Builds what goes into an image: process 1, as a static program for this machine's architecture.
#
# usage: build-guest.sh [DIRECTORY]; default dist/guest
set -eu
cd "$(dirname "$0")/.."
out=${1:-dist/guest}
mkdir -p "$out"
cc -std=gnu11 -D_GNU_SOURCE -static -Os -s -Wall -Wextra -Werror -Wno-unused-result \
  -o "$out/apppot-init" image/guest/init/*.c
