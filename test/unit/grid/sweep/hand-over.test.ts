import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { GridError } from '../../../../src/grid/errors.ts';
import { look } from '../../../../src/grid/look.ts';
import type { JobRecord } from '../../../../src/grid/records/record.ts';
import { type JobStore, jobStore } from '../../../../src/grid/records/store.ts';
import { isTaken, submitRecorded } from '../../../../src/grid/submit.ts';
import { type HandOverOptions, handOver } from '../../../../src/grid/sweep/hand-over.ts';
import type { JobStatus, Target } from '../../../../src/grid/target.ts';
import { jobDescription } from '../../../kit/job.ts';
import { temporaryDirectory } from '../../../kit/temporary.ts';

const directory = temporaryDirectory();

type Fate = 'arrives' | 'arrives unheard' | 'gets lost' | 'is refused';

/** A target that has a fate for each submission, and whose jobs are over when they were looked at. */
function fakeTarget(fates: Fate[] = []) {
  const jobs = new Map<string, 'running' | 'finished'>();
  let most = 0;
  const fault = (code: 'TARGET_UNREACHABLE' | 'JOB_REFUSED') =>
    new GridError(`Cannot submit: ${code}`, { kind: 'remote', code });
  const target: Target = {
    kind: 'local',
    name: 'fake',
    load: async () => ({}),
    submit: async ({ mark }) => {
      const fate = fates.shift() ?? 'arrives';
      if (fate.startsWith('arrives')) jobs.set(mark, 'running');
      most = Math.max(most, [...jobs.values()].filter((state) => state === 'running').length);
      if (fate === 'is refused') throw fault('JOB_REFUSED');
      if (fate !== 'arrives') throw fault('TARGET_UNREACHABLE');
      return mark;
    },
    find: async (mark) => (jobs.has(mark) ? [mark] : []),
    resume: async () => undefined,
    status: async (ids) => {
      const found = ids.map((id) => [id, { state: jobs.get(id) ?? 'gone' }] as const);
      for (const id of ids) jobs.set(id, 'finished');
      return new Map<string, JobStatus>(found);
    },
    kill: async () => undefined,
    list: async () => [],
    fetch: async () => undefined,
    clean: async () => undefined,
    close: async () => undefined,
  };
  return { target, jobs, most: () => most };
}

function lab(fates: Fate[] = []) {
  const clock = { now: 1_000 };
  const now = () => clock.now;
  const store = jobStore(join(mkdtempSync(join(directory.path, 'lab-')), 'jobs'), now);
  const fake = fakeTarget(fates);
  return { store, clock, fake, now, givenUp: new Set<string>() };
}

function newSweep(store: JobStore, count: number): Promise<readonly JobRecord[]> {
  return store.createSweep(
    Array.from({ length: count }, (_, index) => ({
      description: jobDescription(),
      targets: [{ kind: 'local' }],
      stage: async () => 'wrapper',
      number: index + 1,
      value: String(index + 1),
    })),
  );
}

/** What one process does; it sleeps 10 s at once. What one of them failed at, all know of. */
function process({ store, clock, fake, now, givenUp }: ReturnType<typeof lab>): HandOverOptions {
  return {
    submit: async (record) => {
      try {
        return await submitRecorded(store, record, { kind: 'local' }, fake.target);
      } catch (error) {
        const { attempts } = await store.again(record);
        if (!isTaken(error)) givenUp.add(attempts[record.attempts.length]?.by ?? '');
        throw error;
      }
    },
    look: (records) =>
      look(store, records, { open: () => fake.target, now, isGivenUp: (by) => givenUp.has(by) }),
    again: (records) => Promise.all(records.map((record) => store.again(record))),
    signal: new AbortController().signal,
    sleep: async () => {
      clock.now += 10;
      await new Promise((resolve) => setImmediate(resolve));
    },
  };
}

const FATE = fc.constantFrom<Fate>('arrives', 'arrives unheard', 'gets lost');

describe('handOver()', { timeout: 60_000 }, () => {
  it('hands over each job once, whatever gets lost and whoever else is at it', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(FATE, { maxLength: 12 }),
        fc.integer({ min: 1, max: 6 }),
        fc.option(fc.integer({ min: 1, max: 3 }), { nil: undefined }),
        async (fates, count, atOnce) => {
          const one = lab(fates);
          const records = await newSweep(one.store, count);
          const wish = { ...(atOnce !== undefined && { atOnce }) };
          const start = () => handOver(records, { ...process(one), ...wish });
          await Promise.all([start(), start()]);
          // As somebody does who sees that not all are there.
          while ((await start()).handedOver < count) one.clock.now += 10_000;
          const after = await one.store.find(records[0]?.sweep?.id ?? '');
          const handles = after.flatMap(({ attempts }) =>
            attempts.flatMap(({ handle }) => handle ?? []),
          );
          expect(handles).toHaveLength(count);
          expect(new Set(handles)).toEqual(new Set(one.fake.jobs.keys()));
          expect(after.every(({ attempts }) => attempts.at(-1)?.handle !== undefined)).toBe(true);
        },
      ),
      { numRuns: 25 },
    );
  });

  it('keeps no more at a target than it may', async () => {
    const one = lab();
    const records = await newSweep(one.store, 9);
    const result = await handOver(records, { ...process(one), atOnce: 2 });
    expect(result).toEqual({ handedOver: 9, all: 9 });
    expect(one.fake.most()).toBe(2);
  });

  it('stops at the first that is refused, and goes on later', async () => {
    const one = lab(['arrives', 'is refused']);
    const records = await newSweep(one.store, 30);
    const first = await handOver(records, { ...process(one), atOnce: 1 });
    expect(first).toMatchObject({ handedOver: 1, all: 30, reason: { code: 'JOB_REFUSED' } });
    const second = await handOver(records, process(one));
    expect(second).toEqual({ handedOver: 30, all: 30 });
    expect(one.fake.jobs.size).toBe(30);
  });

  it('stops when the target does not answer time and again', async () => {
    const one = lab(Array.from({ length: 50 }, () => 'gets lost' as const));
    const records = await newSweep(one.store, 50);
    const result = await handOver(records, process(one));
    expect(result).toMatchObject({
      handedOver: 0,
      all: 50,
      reason: { code: 'TARGET_UNREACHABLE' },
    });
    expect(one.fake.jobs.size).toBe(0);
  });

  it('stops when the user wants it', async () => {
    const one = lab();
    const records = await newSweep(one.store, 40);
    const stop = new AbortController();
    const options = { ...process(one), signal: stop.signal, onStep: () => stop.abort() };
    const result = await handOver(records, options);
    expect(result.handedOver).toBeLessThan(40);
    expect(result).toEqual({ handedOver: one.fake.jobs.size, all: 40 });
  });

  it('hands over again only what is wanted', async () => {
    const one = lab();
    const records = await newSweep(one.store, 5);
    await handOver(records, { ...process(one), atOnce: 5 });
    const isWanted = ({ record }: { readonly record: JobRecord }) => record.sweep?.number === 3;
    await handOver(records, { ...process(one), isWanted });
    const after = await one.store.find(records[0]?.sweep?.id ?? '');
    expect(after.map(({ attempts }) => attempts.length)).toEqual([1, 1, 2, 1, 1]);
  });
});
