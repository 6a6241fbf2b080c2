import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunTimeEnvironment, renderRte } from '../../../src/grid/rte.ts';

const NAME = 'APPS/BIO/APPPOT-1.0';
const RTE: RunTimeEnvironment = {
  name: NAME,
  image: "/shared/it's a {base}.img",
  base: 'sha256:0123',
  kernel: '/opt/linux',
};

/** arcctl loses the beginning of a name whose letters are in this path: it has none of them. */
const work = `/var/tmp/apppot-rte-${process.pid}`;
beforeAll(() => void mkdirSync(work));
afterAll(() => rmSync(work, { recursive: true, force: true }));

/** What a job sees of the variables after ARC's job script has called the file. */
function variables(text: string, stage: number, shell: string, before = ''): string[] {
  const print =
    'printf "%s\\n" "$APPPOT_IMAGE" "$APPPOT_KERNEL" "$APPPOT_SLIRP" "$APPPOT_CONFINE" "$APPPOT_BASE"';
  const script = `set -eu\n${before}\nf() {\n${text}\n}\nf ${stage}\nexec env sh -c '${print}'`;
  const out = execFileSync(shell, ['-c', script], {
    encoding: 'utf8',
    env: { PATH: '/usr/bin:/bin' },
  });
  return out.split('\n').slice(0, -1);
}

describe('renderRte()', () => {
  it.for(['dash', 'bash'])('exports what it says on the worker: %s', (shell) => {
    expect(variables(renderRte(RTE), 1, shell)).toEqual([
      RTE.image,
      '/opt/linux',
      '',
      'auto',
      'sha256:0123',
    ]);
    expect(variables(renderRte(RTE), 0, shell)).toEqual(['', '', '', '', '']);
  });

  it('refuses names and paths that ARC cannot carry', () => {
    const refused = (changes: Partial<RunTimeEnvironment>) => () =>
      renderRte({ ...RTE, ...changes });
    expect(refused({ name: '../x' })).toThrow('Cannot name a run-time environment "../x"');
    expect(refused({ image: '/a:b' })).toThrow('Cannot set APPPOT_IMAGE to "/a:b"');
    expect(refused({ image: '/a$b' })).toThrow('Cannot set APPPOT_IMAGE to "/a$b"');
    expect(refused({ image: 'base.img' })).toThrow('Cannot set APPPOT_IMAGE to "base.img"');
  });

  it('is enabled, listed and changed by arcctl', () => {
    const path = join(work, 'rte', NAME);
    mkdirSync(dirname(path), { recursive: true });
    mkdirSync(join(work, 'control'));
    writeFileSync(path, renderRte(RTE));
    const configuration = join(work, 'arc.conf');
    writeFileSync(
      configuration,
      `[common]\n[mapping]\nmap_to_user = nobody\n[lrms]\nlrms = fork\n[arex]\ncontroldir = ${work}/control\nruntimedir = ${work}/rte\n`,
    );
    const arcctl = (...words: string[]): string =>
      execFileSync('arcctl', ['-c', configuration, 'rte', ...words], {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'pipe'],
      });
    arcctl('enable', NAME);
    expect(arcctl('list', '--enabled')).toContain(NAME);
    expect(arcctl('params-get', NAME)).toContain(`APPPOT_IMAGE=${RTE.image}`);
    arcctl('params-set', NAME, 'APPPOT_KERNEL', '/other/linux');
    arcctl('params-set', NAME, 'APPPOT_CONFINE', 'none');
    expect(variables(arcctl('cat', NAME), 1, 'dash')).toEqual([
      RTE.image,
      '/other/linux',
      '',
      'none',
      'sha256:0123',
    ]);
  });
});
