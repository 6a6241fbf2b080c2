import { execFileSync } from 'node:child_process';
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, inject, it } from 'vitest';

it('npm puts the manual pages where man finds them', () => {
  const { bin, directory } = inject('installed');
  const archive = readdirSync(join(bin, '../..')).find((name) => name.endsWith('.tgz')) ?? '';
  const prefix = join(directory, 'global');
  const options = ['--silent', '--no-audit', '--no-fund', '--prefer-offline', '--prefix', prefix];
  try {
    execFileSync('npm', ['install', '--global', ...options, join(bin, '../..', archive)]);
    const env = { PATH: process.env.PATH, MANPATH: join(prefix, 'share/man') };
    const where = (page: string): string =>
      execFileSync('man', ['--where', page], { env, encoding: 'utf8' });
    // It tells where its link leads.
    const pages = join(prefix, 'lib/node_modules/apppot/dist/man');
    expect(where('apppot-start')).toBe(`${join(pages, 'apppot-start.1')}\n`);
    expect(where('apppot')).toBe(`${join(pages, 'apppot.1')}\n`);
  } finally {
    rmSync(prefix, { recursive: true, force: true });
  }
});
