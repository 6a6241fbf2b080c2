#!/bin/sh
# Builds what goes into an image: process 1, as a static program for this machine's architecture.
set -eu
cd "$(dirname "$0")/.."
mkdir -p dist/guest
cc -std=gnu11 -D_GNU_SOURCE -static -Os -s -Wall -Wextra -Werror -Wno-unused-result \
  -o dist/guest/apppot-init image/guest/init/*.c
