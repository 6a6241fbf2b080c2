import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Job } from '../../../src/model/job.ts';
import type { Tools } from '../../../src/orchestrator/act/tools.ts';
import { DEFAULT_LIMITS } from '../../../src/orchestrator/limits.ts';
import { makePlan, type PlanInput } from '../../../src/orchestrator/plan/plan.ts';
import { readRecord, recordName, writeRecord } from '../../../src/orchestrator/record.ts';
import { FIRST_PULSE } from '../../../src/orchestrator/rows.ts';
import { memoryStore } from '../../../src/orchestrator/store/memory.ts';
import { jobsShown } from '../../../src/orchestrator/view.ts';
import { hostOf, jobOf, NOW, nodeOf, viewOf } from '../../kit/policy-view.ts';

/** Two kinds of jobs of many are alike but for what is each one's own. */
const anyJobs: fc.Arbitrary<readonly Job[]> = fc
  .array(
    fc.record(
      {
        state: fc.constantFrom('pending', 'running', 'held'),
        tasks: fc.constantFrom(1, 5),
        name: fc.constantFrom('a', 'b"\n'),
        user: fc.constantFrom('ada', 'bob'),
        queue: fc.constantFrom('main.q', 'long.q'),
        memory: fc.constantFrom(2 ** 30),
        wallTime: fc.constantFrom(60, 3_600),
        started: fc.nat(99),
        priority: fc.constantFrom(0.25, 0.5),
        features: fc.constantFrom([], ['gpu']),
        hosts: fc.constantFrom([], ['node001']),
      },
      { requiredKeys: ['state', 'features', 'hosts'] },
    ),
    { maxLength: 30 },
  )
  .map((all) => all.map((one, id) => jobOf(id, one as Partial<Job>)));

describe('writeRecord()', () => {
  it('loses nothing: readRecord() gives back the cycle as it was', () => {
    const law = fc.property(anyJobs, fc.infiniteStream(fc.nat(2)), (jobs, fates) => {
      const pending = jobs.filter(({ state }) => state === 'pending');
      const fate = pending.map((job) => ({ job, is: fates.next().value }));
      const input = inputOf(jobs, {
        unserved: fate.filter(({ is }) => is === 0).map(({ job }) => job.id),
        refused: fate
          .filter(({ is }) => is > 0)
          .map(({ job, is }) => ({ job: job.id, reason: `reason ${is}` })),
      });
      const view = { ...viewOf({ hosts: [hostOf('node001')] }), ...jobsShown(jobs) };
      for (const record of [{ input, view }, { input }]) {
        expect(readRecord(writeRecord(record))).toEqual(record);
      }
    });
    fc.assert(law);
  });

  it('keeps a cycle in which the batch system did not answer', () => {
    const { look, decision: _, ...rest } = inputOf([], { unserved: [], refused: [] });
    const { batch: __, ...silent } = look;
    const record = { input: { ...rest, look: silent } };
    expect(readRecord(writeRecord(record))).toEqual(record);
  });

  it('writes a long queue in little: some twenty bytes for each job that is like others', () => {
    const jobs = Array.from({ length: 10_000 }, (_, id) =>
      jobOf(id, { user: 'ada', priority: 0.5 }),
    );
    const unserved = jobs.map(({ id }) => id);
    const text = writeRecord({ input: inputOf(jobs, { unserved, refused: [] }) });
    expect(text.length).toBeLessThan(40 * jobs.length);
  });
});

describe('recordName()', () => {
  const nameOf = (jobs: number, last: number) => {
    const input = inputOf(Array(jobs).fill(jobOf(1)), { unserved: [], refused: [] });
    const store = memoryStore('c');
    const plan = { ...makePlan(input), actions: [{ do: 'remove-host', host: 'x' }] } as const;
    const tools = { store, epoch: 1 } as unknown as Tools;
    return recordName({ input, plan, seats: [] }, tools, { keep: 20, last });
  };

  it('keeps each cycle of a short queue, and of a long one some', () => {
    const names = [nameOf(20_000, NOW - 1), nameOf(20_001, NOW - 300), nameOf(20_001, NOW - 299)];
    expect(names.map((name) => name.length)).toEqual([64, 64, 0]);
  });
});

function inputOf(
  jobs: readonly Job[],
  who: Pick<NonNullable<PlanInput['decision']>, 'unserved' | 'refused'>,
): PlanInput {
  const listing = { taken: NOW, complete: true, instances: [] };
  return {
    look: {
      ...{ at: NOW, troubles: ['it rains'], listings: new Map([['local', listing]]) },
      batch: { taken: NOW, jobs, hosts: new Map([['node001', hostOf('node001')]]) },
    },
    rows: { nodes: [], health: [], strays: [], pulse: FIRST_PULSE, requests: [] },
    ...{ past: new Set(['old']), left: new Set(['node009']), pools: [], controller: 'c' },
    decision: {
      ...{ policy: 'p@1', candidates: 3, proposals: [], stops: [], ...who },
      kept: [{ node: nodeOf('x').id, reason: 'it is needed' }],
    },
    ...{ policy: 'p@1', limits: DEFAULT_LIMITS, fullCycles: 1, freeSeats: 2 },
  };
}
