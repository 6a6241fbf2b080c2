import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { NewHost } from '../../../src/batch/batch.ts';
import { cluster } from '../../../src/batch/simulated/cluster.ts';
import { randomJobs } from '../../../src/batch/simulated/random.ts';
import { replay } from '../../../src/batch/simulated/replay.ts';
import { simulated } from '../../../src/batch/simulated/simulated.ts';
import { parseWorkload } from '../../../src/batch/simulated/workload.ts';
import { type BatchLab, batchContract } from '../../kit/batch-contract.ts';
import { tempDirectory } from '../../kit/temp.ts';

const NOW = 1_750_000_000;

function machine(name: string, slots = 2): NewHost {
  return { name, slots, address: '10.8.0.101', memory: 2 ** 30, features: [] };
}

function lab(): BatchLab {
  let time = NOW;
  let count = 0;
  const world = cluster();
  const options = { now: () => time, slots: 0, joinTime: 5, feed: () => undefined };
  const batch = simulated({ kind: 'random', name: 'random jobs', ...options }, world);
  const named = () => {
    count += 1;
    return String(count);
  };
  return {
    batch,
    machine: async () => machine(`node${named()}`),
    boot: async () => undefined,
    submit: async (host) => {
      const id = named();
      world.submit({ id, at: 0, duration: 1e9, slots: 1 }, time, host);
      return id;
    },
    release: async (id) => world.end(id),
    cordonAsAnother: async (host) => world.cordon(host, { ours: false }),
    lose: async (host) => world.lose(host),
    until: async (what, isSo) => {
      for (let tries = 0; !(await isSo()); tries += 1) {
        if (tries > 100) throw new Error(`never: ${what}`);
        time += 1;
      }
    },
  };
}

describe('a simulated batch system', () => {
  const one = lab();
  batchContract(() => one);
});

const CSV = 'JOBID,SUBMITTED_AT,RUN_DURATION\r\n7,1000,60\r\n8,1010,0\r\n9,1005,30\r\n';

describe('parseWorkload()', () => {
  it('reads the CSV of VM-MAD: jobs that ran, in the order they came', () => {
    expect(parseWorkload(CSV, 'log.csv')).toEqual([
      { id: '7', at: 0, duration: 60, slots: 1 },
      { id: '9', at: 5, duration: 30, slots: 1 },
    ]);
  });

  it('reads the Standard Workload Format', () => {
    const swf = `; MaxProcs: 100
    1 500 10 60 4 -1 -1 4 3600 -1 1 12 12 -1 -1 -1 -1 -1
    2 490  0 30 -1 -1 -1 2 -1 -1 1 -1 12 -1 -1 -1 -1 -1
    3 495  0 -1 1 -1 -1 1 -1 -1 0 1 1 -1 -1 -1 -1 -1
`;
    expect(parseWorkload(swf, 'log.swf')).toEqual([
      { id: '2', at: 0, duration: 30, slots: 2 },
      { id: '1', at: 10, duration: 60, slots: 4, wallTime: 3_600, user: 'user12' },
    ]);
  });

  it('tells the line that it cannot read', () => {
    expect(() => parseWorkload('1 2 3\n1 x 3 4\n', 'log')).toThrow(
      'Cannot read the workload "log": line 1: expected times in seconds, found ["2",null]',
    );
    expect(() => parseWorkload('JOBID,WHEN\n', 'log')).toThrow(
      'Cannot read the workload "log": its header lacks one of JOBID, SUBMITTED_AT and RUN_DURATION',
    );
  });
});

describe('replay()', () => {
  it('lets the jobs of a log come and run as long after each other as they did', async () => {
    const path = join(tempDirectory(), 'log.csv.gz');
    writeFileSync(path, gzipSync(CSV));
    let time = NOW;
    const batch = await replay({ path, slots: 1, now: () => time });
    const seen: string[] = [];
    for (const after of [0, 4, 5, 60, 89, 90]) {
      time = NOW + after;
      const { jobs } = await batch.snapshot();
      seen.push(`${after}: ${jobs.map(({ id, state }) => `${id} ${state}`).join(', ')}`);
    }
    expect(seen).toEqual([
      '0: 7 running',
      '4: 7 running',
      '5: 7 running, 9 pending',
      '60: 9 running',
      '89: 9 running',
      '90: ',
    ]);
  });
});

describe('randomJobs()', () => {
  it('gives the same jobs for the same seed, however often it is looked at', async () => {
    const ends = async (looks: readonly number[]) => {
      let time = NOW;
      const batch = randomJobs({ seed: 3, slots: 2, now: () => time });
      await batch.snapshot();
      for (const look of looks) {
        time = NOW + look;
        await batch.snapshot();
      }
      time = NOW + 600;
      return (await batch.snapshot()).jobs;
    };
    const once = await ends([]);
    expect(once.length).toBeGreaterThan(0);
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(600), { maxLength: 8 }), async (looks) => {
        expect(await ends(looks.toSorted((a, b) => a - b))).toEqual(once);
      }),
    );
  });
});
