import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it, vi } from 'vitest';
import { manualPages } from '../../../src/cli/man/pages.ts';
import { type CommandView, viewCommand } from '../../../src/cli/view.ts';
import { commandTree } from '../../kit/command-line.ts';

// Commands load their libraries when they run.
vi.setConfig({ testTimeout: 10_000 });

let program: CommandView;
beforeAll(async () => {
  program = viewCommand(await commandTree());
}, 20_000);

it('the manual pages are listed in package.json, for npm to install', () => {
  const { man } = JSON.parse(
    readFileSync(join(import.meta.dirname, '../../../package.json'), 'utf8'),
  );
  const pages = manualPages(program, '', '2026-11-22').map(({ file }) => `dist/man/${file}`);
  expect(new Set(man)).toEqual(new Set(pages));
});
