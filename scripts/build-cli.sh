#!/bin/sh
# Bundles the commands, one file for each, so that a start need not look up a hundred modules.
set -eu
cd "$(dirname "$0")/.."
rm -rf dist/cli
node_modules/.bin/esbuild \
  src/cli/main.ts src/cli/deps.ts src/cli/man-main.ts src/tree/live-ahead-worker.ts src/orchestrator/reload/policy-worker.ts \
  --bundle --splitting --packages=external --platform=node --format=esm --target=node20.19 --log-level=warning \
  --entry-names=[name] --outdir=dist/cli
# Node.js loads CommonJS faster than modules; commander goes in, too, for it is read at every start.
exec node_modules/.bin/esbuild src/cli/snap-program.ts --bundle --platform=node --format=cjs --target=node20.19 \
  --external:yaml --external:zod --minify-syntax --log-level=warning \
  --define:import.meta.url=moduleUrl --define:import.meta.dirname=__dirname \
  --banner:js="const moduleUrl = require('node:url').pathToFileURL(__filename).href;" \
  --outfile=dist/cli/apppot-snap.cjs
