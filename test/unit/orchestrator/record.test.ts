import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Job } from '../../../src/model/job.ts';
import { DEFAULT_LIMITS } from '../../../src/orchestrator/limits.ts';
import type { PlanInput } from '../../../src/orchestrator/plan/plan.ts';
import { readRecord, writeRecord } from '../../../src/orchestrator/record.ts';
import { FIRST_PULSE } from '../../../src/orchestrator/rows.ts';
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
