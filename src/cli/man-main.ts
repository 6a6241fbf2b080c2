/**
 * Writes the manual pages into a directory: `node dist/cli/man-main.js DIRECTORY`.
 *
 * @module
 */

import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { loadAll } from './commands.ts';
import { realDeps } from './deps.ts';
import { manualPages } from './man/pages.ts';
import { PACKAGE_ROOT } from './package.ts';
import { viewCommand } from './view.ts';

const [directory = 'dist/man'] = process.argv.slice(2);
const { SOURCE_DATE_EPOCH: epoch } = process.env;
const date = new Date(epoch ? Number(epoch) * 1_000 : Date.now()).toISOString().slice(0, 10);
const program = viewCommand(await loadAll(realDeps(process, 'apppot')));
const statuses = await readFile(join(PACKAGE_ROOT, 'docs/exit-status.md'), 'utf8');
await mkdir(directory, { recursive: true });
for (const { file, text } of manualPages(program, statuses, date)) {
  await writeFile(join(directory, file), text);
}
