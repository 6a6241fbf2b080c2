import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type Reloading, reloading } from '../../../src/orchestrator/reload/reloading.ts';
import type { ThreadOptions } from '../../../src/orchestrator/reload/thread.ts';
import { openVersion } from '../../../src/orchestrator/reload/version.ts';
import { watchFiles } from '../../../src/orchestrator/reload/watch.ts';
import type { PolicyView } from '../../../src/policy/view.ts';
import { policyThreads, program, YAML } from '../../kit/policy-threads.ts';
import { jobsOf, NOW, nodeOf, viewOf } from '../../kit/policy-view.ts';
import { tempDirectory } from '../../kit/temp.ts';

const THREADS = policyThreads();
const view = viewOf({ pending: jobsOf(5), nodes: [nodeOf('a')] });

function write(path: string, text: string): string {
  writeFileSync(path, text);
  return path;
}

async function opened(path: string, options: ThreadOptions = THREADS) {
  const version = await openVersion(path, options);
  onTestFinished(() => version.close());
  return version;
}

async function reloadingFrom(
  path: string,
  recorded: readonly PolicyView[] = [view],
  options: ThreadOptions = THREADS,
): Promise<{ decider: Reloading; told: string[] }> {
  const told: string[] = [];
  const decider = await reloading({
    open: () => openVersion(path, options),
    recorded: () => recorded,
    tell: (text) => told.push(text.replaceAll(/#[0-9a-f]{8}/g, '#…').replaceAll(path, 'FILE')),
  });
  onTestFinished(() => decider.close());
  return { decider, told };
}

const MINE = `class Mine extends BasePolicy {
  override isNewVmNeeded(context) { return context.unserved.length > LIMIT; }
}`;
const mine = (limit: number) => program('Mine', MINE.replace('LIMIT', String(limit)));

describe("a version of an orchestrator's file", () => {
  it('is a program in a thread of its own, which imports others, and our policies', async () => {
    const directory = tempDirectory();
    mkdirSync(join(directory, 'lib'));
    const other = write(
      join(directory, 'lib/mine.ts'),
      `import { BasePolicy } from 'apppot';\nexport ${MINE.replace('LIMIT', '2')}`,
    );
    const path = write(
      join(directory, 'burst.ts'),
      program('Mine, idleFor({ time: 60 })', "import { Mine } from './lib/mine.ts';"),
    );
    const version = await opened(path);
    const { proposals, stops, policy } = await version.decide(view);
    expect({ proposals, stops, policy }).toEqual({
      policy: 'Mine+idle@0+1',
      proposals: [{ pool: 'uml', count: 1, forJobs: [], reason: 'Mine says yes' }, PROPOSAL],
      stops: [{ node: 'a', how: 'stop', reason: 'idle for 1000 s' }],
    });
    expect(version.files.toSorted()).toEqual([path, other]);
    expect(version.settings.pools[0]?.name).toBe('uml');
  });

  it('tells every mistake of a program, and what it throws', async () => {
    const directory = tempDirectory();
    const wrong = write(
      join(directory, 'wrong.ts'),
      program('binPack()').replace("'1G'", "'x'").replace('maxNodes', 'maxnodes'),
    );
    await expect(openVersion(wrong, THREADS)).rejects.toThrow(
      [
        `Cannot use "${wrong}": 3 mistakes`,
        '  pools[0].memory: expected a size such as 512M or 2G, found "x"',
        '  pools[0].maxNodes: missing: expected a whole number from 0 on',
        '  pools[0].maxnodes: unknown setting; did you mean "maxNodes"?',
      ].join('\n'),
    );
    const broken = write(join(directory, 'broken.ts'), 'throw new Error("no luck");');
    await expect(openVersion(broken, THREADS)).rejects.toThrow(`Cannot use "${broken}": no luck`);
    const endless = write(join(directory, 'exit.ts'), 'process.exit(3);');
    await expect(openVersion(endless, THREADS)).rejects.toThrow(
      `Cannot use "${endless}": its thread ended`,
    );
  });

  it('is ended when it takes too long, and started again for the next cycle', async () => {
    const hangs = `const hangs = definePolicy({ name: 'hangs', plan: ({ now }) => {
      while (now === ${NOW}) {} return []; } });`;
    const path = write(join(tempDirectory(), 'burst.ts'), program('hangs', hangs));
    const version = await opened(path, { ...THREADS, budgetMs: 50 });
    await expect(version.decide(view)).rejects.toMatchObject({ code: 'POLICY_SLOW' });
    const { policy } = await opened(path).then((other) => other.decide({ ...view, now: NOW + 1 }));
    expect(policy).toBe('hangs@0');
    write(path, program('binPack()'));
    await expect(version.decide({ ...view, now: NOW + 1 })).rejects.toThrow(
      'it was ended, and its files have changed',
    );
  });
});

const PROPOSAL = { pool: 'uml', count: 1, forJobs: [], reason: 'Mine says yes' };

describe('reloading()', () => {
  it('tries a new version on what was seen, tells the difference, and lets it take over at the edge', async () => {
    const path = write(join(tempDirectory(), 'burst.ts'), mine(0));
    const { decider, told } = await reloadingFrom(path);
    expect((await decider.decide(view)).proposals).toHaveLength(3);
    write(path, mine(2));
    await decider.reload();
    expect((await decider.decide(view)).proposals).toHaveLength(3);
    expect(decider.edge()).toBe(false);
    expect((await decider.decide(view)).proposals).toHaveLength(2);
    expect(told).toEqual([
      `Mine@0#… decides otherwise on the last 1 cycles:\n  ${new Date(NOW * 1_000).toISOString()} start uml: 3 -> 2`,
      'Mine@0#… takes over from Mine@0#…',
    ]);
    await decider.reload();
    expect(told).toHaveLength(2);
  });

  it('keeps the version that works when the new one is wrong', async () => {
    const path = write(join(tempDirectory(), 'burst.yaml'), YAML);
    const { decider, told } = await reloadingFrom(path);
    const { id } = decider;
    write(path, YAML.replace('bin-pack', 'bin-pak'));
    await decider.reload();
    expect([decider.edge(), decider.id]).toEqual([false, id]);
    expect(told).toEqual([
      'the new version is not taken: Cannot use "FILE": 1 mistake\n' +
        '  line 6: policies[0].bin-pak: unknown setting; did you mean "bin-pack"?',
    ]);
  });

  it('says when other settings changed, too', async () => {
    const path = write(join(tempDirectory(), 'burst.yaml'), YAML);
    const { decider } = await reloadingFrom(path);
    write(path, YAML.replace('max-nodes: 9', 'max-nodes: 3'));
    await decider.reload();
    expect([decider.edge(), decider.settings.pools[0]?.maxNodes]).toEqual([true, 3]);
  });

  it('goes back to the version before after three faults', async () => {
    const path = write(join(tempDirectory(), 'burst.ts'), mine(0));
    const { decider, told } = await reloadingFrom(path, []);
    const { id } = decider;
    const throwing = "definePolicy({ name: 'bad', plan: () => { throw new Error('oh'); } })";
    write(path, program(throwing));
    await decider.reload();
    decider.edge();
    expect(decider.id).not.toBe(id);
    for (let i = 0; i < 3; i += 1) {
      await expect(decider.decide(view)).rejects.toThrow('Cannot decide by policy "bad": oh');
    }
    expect(decider.id).toBe(id);
    expect((await decider.decide(view)).proposals).toHaveLength(3);
    expect(told.at(-1)).toBe('bad@0#… failed 3 times: back to Mine@0#…');
  });

  it('does not take a version that fails on what was seen', async () => {
    const path = write(join(tempDirectory(), 'burst.ts'), mine(0));
    const { decider, told } = await reloadingFrom(path);
    write(path, program("definePolicy({ name: 'bad', plan: () => [{ pool: 'x', count: 1 }] })"));
    await decider.reload();
    expect(decider.edge()).toBe(false);
    expect(told).toEqual([
      'the new version is not taken: Cannot decide by policy "bad": it proposed nodes of "x", which is no pool',
    ]);
  });
});

describe('watchFiles()', () => {
  it('notices that a file is written, and that it is replaced', async () => {
    const path = write(join(tempDirectory(), 'burst.yaml'), YAML);
    let changes = 0;
    const seen = new Set<() => void>();
    const change = () =>
      new Promise<void>((resolve) => {
        seen.add(resolve);
      });
    const watch = await watchFiles([path], () => {
      changes += 1;
      for (const resolve of seen) resolve();
    });
    onTestFinished(() => watch.close());
    const first = change();
    write(path, `${YAML}# 1\n`);
    await first;
    expect(changes).toBeGreaterThan(0);
  });
});
