import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { GridError } from '../../../src/grid/errors.ts';
import { localTarget } from '../../../src/grid/local/target.ts';
import type { TargetSpec } from '../../../src/grid/records/record.ts';
import { jobStore } from '../../../src/grid/records/store.ts';
import { broker, rankOf, submitToSites } from '../../../src/grid/sites.ts';
import type { SiteLoad, Target } from '../../../src/grid/target.ts';
import { localHost } from '../../../src/host/local.ts';
import { localMachine } from '../../../src/host/local-machine.ts';
import { jobDescription } from '../../kit/job.ts';
import { temporaryDirectory } from '../../kit/temporary.ts';

const directory = temporaryDirectory();

const site = (via: string): TargetSpec => ({ kind: 'slurm', via });
const [A, B, C] = ['a', 'b', 'c'].map(site) as [TargetSpec, TargetSpec, TargetSpec];

const down = new GridError('Cannot reach "x": connection refused', {
  kind: 'remote',
  code: 'TARGET_UNREACHABLE',
});
const refusing = new GridError('Cannot submit to "x": it refuses the job: no such queue', {
  kind: 'conflict',
  code: 'JOB_REFUSED',
});

interface Wish {
  readonly load?: SiteLoad | GridError | 'silent';
  readonly submit?: GridError;
}

/** Targets that only say how busy they are, and take jobs or not. */
function sites(wishes: ReadonlyMap<TargetSpec, Wish>) {
  const lines: string[] = [];
  const taken: TargetSpec[] = [];
  const machine = localMachine(localHost, directory.path);
  const processes = {
    start: () => expect.fail('is not asked for'),
    isAlive: () => expect.fail('is not asked for'),
    signal: () => expect.fail('is not asked for'),
  };
  const plain = localTarget({ machine, processes, grace: 1 });
  const open = (spec: TargetSpec): Target => {
    const { load = {}, submit } = wishes.get(spec) ?? {};
    return {
      ...plain,
      load: async () => {
        if (load === 'silent') return new Promise(() => undefined);
        if (load instanceof GridError) throw load;
        return load;
      },
      submit: async () => {
        taken.push(spec);
        if (submit !== undefined) throw submit;
        return 'handle';
      },
    };
  };
  const options = {
    open,
    slots: 1,
    onPassedOver: (line: string) => lines.push(line),
    patience: 0.2,
  };
  return { options, lines, taken };
}

describe('broker()', () => {
  it('prefers room, then what is not known, then the shortest queue', async () => {
    const { options, lines } = sites(
      new Map<TargetSpec, Wish>([
        [A, { load: { free: 0, waiting: 3 } }],
        [B, { load: {} }],
        [C, { load: { free: 4, waiting: 1 } }],
      ]),
    );
    expect((await broker([A, B, C], options)).order()).toEqual([C, B, A]);
    expect(lines).toEqual([]);
  });

  it('spreads jobs, as those that it gave away fill a site', async () => {
    const { options } = sites(
      new Map<TargetSpec, Wish>([
        [A, { load: { free: 2 } }],
        [B, { load: { free: 1 } }],
      ]),
    );
    const found = await broker([A, B], options);
    const given = Array.from({ length: 5 }, () => {
      const [first = A] = found.order();
      found.took(first);
      return first;
    });
    expect(given).toEqual([A, A, B, B, A]);
  });

  it('passes over a site that is down or silent, with one line for each', async () => {
    const { options, lines } = sites(
      new Map<TargetSpec, Wish>([
        [A, { load: down }],
        [B, { load: 'silent' }],
      ]),
    );
    expect((await broker([A, B, C], options)).order()).toEqual([C]);
    expect(lines).toEqual([
      'passing over slurm via a: cannot reach "x": connection refused',
      'passing over slurm via b: no answer within 0.2 s',
    ]);
    await expect(broker([A, B], options)).rejects.toMatchObject({ code: 'SITES_UNUSABLE' });
  });

  it('does not ask a site that has no rival', async () => {
    const { options } = sites(new Map([[A, { load: down }]]));
    expect((await broker([A], options)).order()).toEqual([A]);
  });
});

it('rankOf() never prefers less room or a longer queue', () => {
  const count = fc.nat({ max: 50 });
  fc.assert(
    fc.property(
      count,
      count,
      count,
      fc.integer({ min: 1, max: 9 }),
      (free, waiting, more, slots) => {
        const one = rankOf({ free: free + more, waiting }, 0, slots);
        const other = rankOf({ free, waiting: waiting + more }, 0, slots);
        expect(one[0] < other[0] || (one[0] === other[0] && one[1] <= other[1])).toBe(true);
      },
    ),
  );
});

describe('submitToSites()', () => {
  async function submit(wishes: ReadonlyMap<TargetSpec, Wish>) {
    const { options, lines, taken } = sites(wishes);
    const store = jobStore(directory.path, () => 0);
    const record = await store.create({
      description: jobDescription(),
      targets: [A, B, C],
      stage: async () => 'wrapper',
    });
    const found = await broker([A, B, C], options);
    const done = submitToSites(store, record, found, options).catch((error: unknown) => error);
    const result = await done;
    const ends = (await store.again(record)).attempts.map(
      ({ handle, end }) => handle ?? end?.state,
    );
    return { result, lines, taken, ends };
  }

  it('goes on to the next site when one refuses', async () => {
    const { lines, taken, ends } = await submit(new Map([[A, { submit: refusing }]]));
    expect(taken).toEqual([A, B]);
    expect(ends).toEqual(['failed', 'handle']);
    expect(lines).toEqual([
      'passing over slurm via a: cannot submit to "x": it refuses the job: no such queue',
    ]);
  });

  it('tries no other site when a job may have arrived', async () => {
    const { result, taken, ends } = await submit(new Map([[A, { submit: down }]]));
    expect([result, taken, ends]).toEqual([down, [A], [undefined]]);
  });

  it('gives what the last one said when all refuse', async () => {
    const all = new Map([A, B, C].map((spec) => [spec, { submit: refusing }]));
    const { result, taken, ends } = await submit(all);
    expect([result, taken, ends]).toEqual([refusing, [A, B, C], ['failed', 'failed', 'failed']]);
  });
});
