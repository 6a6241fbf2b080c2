#!/bin/sh
# Bundles the commands, one file for each, so that a start need not look up a hundred modules.
set -eu
cd "$(dirname "$0")/.."
rm -rf dist/cli
exec node_modules/.bin/esbuild \
  src/cli/main.ts src/cli/deps.ts src/cli/man-main.ts src/tree/live-ahead-worker.ts src/orchestrator/reload/policy-worker.ts \
  --bundle --splitting --packages=external --platform=node --format=esm --target=node20.19 --log-level=warning \
  --entry-names=[name] --outdir=dist/cli
