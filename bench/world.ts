/**
 * The orchestrator in simulated worlds where everything goes wrong: invariants checked after every event.
 *
 * Usage: npx tsx bench/world.ts [--seeds N] [--from SEED] [--jobs PROCESSES]
 *
 * @module
 */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { runSeed } from '../test/kit/world/run.ts';

/** Others than the tests try. */
const FIRST = 1_000_000;
/** So often it tells how far it is. */
const STEP = 1_000;

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '100000' },
    from: { type: 'string', default: String(FIRST) },
    jobs: { type: 'string', default: String(availableParallelism()) },
  },
});
const [seeds, from, jobs] = [Number(values.seeds), Number(values.from), Number(values.jobs)];

async function runHere(): Promise<boolean> {
  const start = Date.now();
  let [broken, machines, kills, events] = [0, 0, 0, 0];
  for (let seed = from; seed < from + seeds; seed += 1) {
    const verdict = await runSeed(seed);
    machines += verdict.machines;
    kills += verdict.kills;
    events += verdict.gates;
    if (verdict.broken.length > 0) broken += 1;
    for (const text of verdict.broken) process.stdout.write(`seed ${seed}: ${text}\n`);
    const done = seed - from + 1;
    if (done % STEP === 0)
      process.stdout.write(`${done} worlds from seed ${from}: ${broken} broken\n`);
  }
  const took = Math.round((Date.now() - start) / 1_000);
  process.stdout.write(
    `${seeds} worlds from seed ${from}: ${broken} broken; ${machines} machines, ${kills} kills, ${events} calls and answers, ${took} s\n`,
  );
  return broken === 0;
}

/** Each process has its part. */
async function runApart(): Promise<boolean> {
  const part = Math.ceil(seeds / jobs);
  const children = Array.from({ length: jobs }, (_, index) => {
    const words = ['--from', String(from + index * part), '--seeds', String(part), '--jobs', '1'];
    const argv = ['--import', 'tsx', import.meta.filename, ...words];
    return spawn(process.execPath, argv, { stdio: ['ignore', 'inherit', 'inherit'] });
  });
  const ends = await Promise.all(children.map((child) => once(child, 'exit')));
  return ends.every(([status]) => status === 0);
}

process.exitCode = (await (jobs > 1 ? runApart() : runHere())) ? 0 : 1;
