import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { sqliteStore } from '../../../src/orchestrator/store/sqlite.ts';
import { tempDirectory } from '../../kit/temp.ts';

const ROOT = join(import.meta.dirname, '../../..');
const controller = 'c';

/** Writes two nodes in each step, for ever, and tells of each step that is done. */
const WRITER = `
import { sqliteStore } from ${JSON.stringify(join(ROOT, 'src/orchestrator/store/sqlite.ts'))};
import { nodeRow } from ${JSON.stringify(join(ROOT, 'test/kit/rows.ts'))};
const store = sqliteStore(process.argv[1], { controller: 'c' });
const epoch = store.claim();
for (let i = 0; ; i += 1) {
  store.step(epoch, (step) => {
    step.putNode(nodeRow('a' + i));
    step.putNode(nodeRow('b' + i));
    step.tell({ at: i, kind: 'start', text: String(i) });
  });
  process.stdout.write(i + '\\n');
}
`;

function startWriter(path: string): ChildProcess {
  const words = ['--import', 'tsx', '--input-type=module', '-e', WRITER, path];
  return spawn(process.execPath, words, { cwd: ROOT, stdio: ['ignore', 'pipe', 'inherit'] });
}

async function lastLine(writer: ChildProcess, enough: number): Promise<number> {
  let text = '';
  for await (const part of writer.stdout ?? []) {
    text += String(part);
    if (text.split('\n').length > enough && !writer.killed) writer.kill('SIGKILL');
  }
  return Number(text.split('\n').at(-2));
}

it('a store whose writer is killed has all that was told, each step wholly, and is free', async () => {
  const path = join(tempDirectory(), 'store.db');
  for (let round = 1; round <= 3; round += 1) {
    const writer = startWriter(round === 1 ? path : `${path}.${round}`);
    const told = await lastLine(writer, 20 * round);
    if (writer.exitCode === null && writer.signalCode === null) await once(writer, 'exit');
    const store = sqliteStore(round === 1 ? path : `${path}.${round}`, { controller });
    expect(store.claim()).toBe(2);
    const ids = store.all().map(({ id }) => id);
    expect(ids.length).toBeGreaterThanOrEqual(2 * (told + 1));
    const halves = ids.filter(
      (id) => !ids.includes((id.startsWith('a') ? 'b' : 'a') + id.slice(1)),
    );
    expect(halves).toEqual([]);
    store.close();
  }
});

it('a second orchestrator is refused while the first lives, and may look all the same', async () => {
  const path = join(tempDirectory(), 'store.db');
  const writer = startWriter(path);
  try {
    await once(writer.stdout ?? writer, 'data');
    const store = sqliteStore(path, { controller });
    expect(() => store.claim()).toThrow(
      expect.objectContaining({ code: 'STORE_HELD', kind: 'conflict' }),
    );
    expect(store.all().length).toBeGreaterThan(0);
    const id = store.request({ at: 1, kind: 'drain', node: 'a', by: 'ada' });
    expect(store.answer(id)).toBeUndefined();
    store.close();
  } finally {
    writer.kill('SIGKILL');
    await once(writer, 'exit');
  }
});
