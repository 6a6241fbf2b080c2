import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { CASES, start, workDirectory } from '../kit/guest-run.ts';

const work = workDirectory();
const at = (name: string): string => join(work.path, name);

beforeAll(() => {
  for (const name of ['in', 'in/open', 'a b']) {
    mkdirSync(at(name));
    chmodSync(at(name), 0o777);
  }
  writeFileSync(at('in/file'), 'input\n');
});

describe.each(CASES)('$way as $as', ({ way, as }) => {
  it('shows other directories of the host to the guest', async () => {
    const [out, inner] = [at(`a b/${way}-${as}`), `/deep/in/open/${way}-${as}`];
    const binds = ['in:/deep/in:ro', 'a b:/out', 'in/open:/deep/in/open'];
    const words = binds.flatMap((text) => ['--bind', at(text)]);
    const script = 'cat /deep/in/file && cp /deep/in/file "/out/$1" && echo inner >"$2"';
    const rest = '; echo more 2>&- >>/deep/in/file || echo kept';
    const argv = ['sh', '-c', `${script}${rest}`, 'sh', `${way}-${as}`, inner];
    expect(await start(way, [...words, ...argv], { as })).toEqual({
      status: 0,
      stdout: Buffer.from('input\nkept\n'),
      stderr: '',
    });
    expect(readFileSync(out, 'utf8')).toBe('input\n');
    expect(existsSync(at(`in/open/${way}-${as}`))).toBe(true);
  });

  it('gives the job a scratch disk of its own, of the size asked for', async () => {
    const script =
      'cd ~/scratch && touch mine && ls && df -B1M --output=size . | tail -n 1; ' +
      'head -c 32M /dev/zero >big || echo full';
    const found = await start(way, ['--scratch', '16M', 'sh', '-c', script], { as });
    const [directory, mine, size, end] = found.stdout.toString().trim().split('\n');
    expect([directory, mine, end]).toEqual(['lost+found', 'mine', 'full']);
    expect(Number(size)).toBeGreaterThan(10);
    expect(Number(size)).toBeLessThanOrEqual(16);
  });
});
