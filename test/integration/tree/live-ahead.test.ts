import { lstatSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { buildSync } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { liveTree } from '../../../src/tree/live.ts';
import { type Listed, startAhead } from '../../../src/tree/live-ahead.ts';
import type { Entry } from '../../../src/tree/tree.ts';
import { shell } from '../../kit/shell.ts';

describe('a walk with help', () => {
  let directory: string;
  let root: string;
  let helper: URL;
  let alone: readonly Entry[];

  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'apppot-ahead-'));
    root = join(directory, 'tree');
    makeLargeTree(root);
    helper = buildWorker(join(directory, 'worker.mjs'));
    alone = [...liveTree(root).entries()];
  });
  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  it('lists what it lists alone', () => {
    expect(alone.length).toBeGreaterThan(6_000);
    expect([...liveTree(root, { helper }).entries()]).toEqual(alone);
  });

  it('leaves out the same, and ends when nobody wants the rest', () => {
    const skip = (path: string): boolean => path.endsWith('/file') || path === 'd39';
    const walk = liveTree(root, { helper, skip }).entries()[Symbol.iterator]();
    for (const { path } of liveTree(root, { skip }).entries()) {
      expect(walk.next().value?.path).toBe(path);
      if (path === 'd40/e25') break;
    }
    expect(walk.return?.()).toEqual({ done: true, value: undefined });
  });

  it('goes on alone when there is no such thread', () => {
    const missing = pathToFileURL(join(directory, 'missing.js'));
    expect([...liveTree(root, { helper: missing }).entries()]).toEqual(alone);
  });

  it.runIf(availableParallelism() > 1)('is told of the last directories first', async () => {
    const { dev: device } = lstatSync(root, { bigint: true });
    const ahead = startAhead(helper, { root, device, mounts: new Set() });
    let last: Listed | undefined;
    try {
      while (last === undefined) {
        await setImmediate();
        last = ahead?.take('d40/e50');
      }
    } finally {
      ahead?.stop();
    }
    const expected = new Map(alone.map((entry) => [entry.path, entry]));
    expect(last.names).toEqual(['file', 'link', '\xff']);
    expect(last.entry(0, 'd40/e50/file')).toEqual(expected.get('d40/e50/file'));
    expect(last.entry(1, 'd40/e50/link')).toBeUndefined();
    expect(last.entry(2, 'd40/e50/\xff')).toEqual(expected.get('d40/e50/\xff'));
  });
});

/** More directories than a walk does alone. */
function makeLargeTree(root: string): void {
  for (let i = 10; i <= 40; i += 1) {
    for (let j = 10; j < 75; j += 1) {
      const directory = join(root, `d${i}/e${j}`);
      mkdirSync(directory, { recursive: true });
      writeFileSync(join(directory, 'file'), 'x'.repeat(j));
      symlinkSync('file', join(directory, 'link'));
    }
  }
  shell(
    root,
    `touch $'d40/e50/\\xff'; mkfifo d40/pipe; chmod 4711 d39/e11/file; rm -r d40/e5[1-9] d40/e[67]*`,
  );
}

function buildWorker(outfile: string): URL {
  const entry = new URL('../../../src/tree/live-ahead-worker.ts', import.meta.url).pathname;
  const how = { bundle: true, platform: 'node', format: 'esm' } as const;
  buildSync({ entryPoints: [entry], outfile, ...how });
  return pathToFileURL(outfile);
}
