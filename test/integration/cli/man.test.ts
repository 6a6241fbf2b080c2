import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { manualPages, type Page } from '../../../src/cli/man/pages.ts';
import { viewCommand } from '../../../src/cli/view.ts';
import { commandTree, leavesOf } from '../../kit/command-line.ts';

const ROOT = join(import.meta.dirname, '../../..');
const directory = mkdtempSync(join(tmpdir(), 'apppot-test-'));
afterAll(() => rmSync(directory, { recursive: true }));

let pages: readonly Page[];
beforeAll(async () => {
  const statuses = readFileSync(join(ROOT, 'docs/exit-status.md'), 'utf8');
  pages = manualPages(viewCommand(await commandTree()), statuses, '2026-11-22');
  for (const { file, text } of pages) writeFileSync(join(directory, file), text);
});

function run(...argv: string[]): { stdout: string; stderr: string } {
  const [program = '', ...args] = argv;
  const { stdout, stderr, error } = spawnSync(program, args, { cwd: directory, encoding: 'utf8' });
  if (error) throw error;
  return { stdout, stderr };
}

/** Bold is a letter, a step back, and the letter again. */
function withoutBold(text: string): string {
  const parts = text.split('\b');
  return parts.map((part, i) => (i < parts.length - 1 ? part.slice(0, -1) : part)).join('');
}

describe('manual pages', () => {
  it('have nothing that mandoc or groff warns of', () => {
    for (const { file } of pages) {
      const found = [
        run('mandoc', '-Tlint', '-Wwarning', file).stdout,
        run('groff', '-man', '-ww', '-z', '-Tutf8', file).stderr,
      ];
      expect([file, ...found]).toEqual([file, '', '']);
    }
  });

  it('show every command with its options, and what it exits with', async () => {
    for (const [path, command] of leavesOf(await commandTree())) {
      const [top = ''] = path.split(' ');
      const shown = withoutBold(run('mandoc', '-Tascii', `apppot-${top}.1`).stdout);
      const usage = `apppot ${path}`.replace(/^apppot (?=start|snap)/, 'apppot-');
      expect(shown).toContain(usage);
      for (const { long, hidden } of command.options) {
        if (!hidden) expect(shown).toMatch(new RegExp(`^ +(-\\w, )?${long}\\b`, 'm'));
      }
      expect(shown).toMatch(/^EXIT STATUS\n +0/m);
    }
  });

  it('keep what looks like requests and escapes', () => {
    const view = {
      path: 'x',
      description: "'tis \\fBa\\fR\n.so /etc/passwd",
      usage: '[options]',
      ...{ arguments: [], options: [], commands: [], runsCommand: false },
    };
    const [page] = manualPages(view, '', '2026-11-22');
    writeFileSync(join(directory, 'odd.1'), page?.text ?? '');
    expect(run('mandoc', '-Tascii', 'odd.1').stdout).toContain("'tis \\fBa\\fR .so /etc/passwd");
  });
});
