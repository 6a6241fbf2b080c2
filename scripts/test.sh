#!/bin/sh
# Installs what the tests need and runs them all; more words go to vitest.
set -eu
cd "$(dirname "$0")/.."
PATH=$PWD/.node/bin:$PATH

scripts/setup.sh --yes shellcheck dash procps attr acl libarchive-tools zstd util-linux mount
npm run --silent check
exec npx vitest run "$@"
