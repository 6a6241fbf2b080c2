#!/usr/bin/env node
import { realDeps } from '../dist/cli/deps.js';
import { main } from '../dist/cli/main.js';

await main(['start', ...process.argv.slice(2)], realDeps(process, 'apppot-start'));
