/**
 * How long it takes to read the listings of large queues, and how much memory: ours, a general parser that makes nothing of
 * what it reads, and the original's way in Python. Each in a process of its own, in turn, in one run.
 *
 * Usage: npx tsx bench/batch.ts [JOBS] [NODES] [ROUNDS]
 *
 * @module
 */

import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeQstat } from './batch/qstat-file.ts';
import { writeSqueue } from './batch/squeue-file.ts';

interface Run {
  readonly jobs: number;
  readonly seconds: number;
  readonly cpu: number;
  readonly peak: number;
}

const [jobs = 100_000, nodes = 1_000, rounds = 5] = process.argv.slice(2).map(Number);
const MIB = 2 ** 20;
const OURS = [process.execPath, '--import', 'tsx', join(import.meta.dirname, 'batch/parse.ts')];
const PYTHON = ['python3', join(import.meta.dirname, 'batch/sax.py')];

function run(argv: readonly string[]): Run {
  const [program = '', ...args] = argv;
  return JSON.parse(execFileSync(program, args, { encoding: 'utf8' })) as Run;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

function report(name: string, runs: readonly Run[], bytes: number): number {
  const seconds = median(runs.map((one) => one.seconds));
  const cpu = median(runs.map((one) => one.cpu));
  const peak = median(runs.map((one) => one.peak)) / MIB;
  process.stdout.write(
    `${name.padEnd(44)} ${seconds.toFixed(2)} s  (${cpu.toFixed(2)} s of processor)  ` +
      `${(bytes / MIB / seconds).toFixed(0).padStart(4)} MiB/s  ${peak.toFixed(0)} MiB at most  ${runs[0]?.jobs} jobs\n`,
  );
  return seconds;
}

/** All contenders in turn, several times. */
function compare(file: string, contenders: ReadonlyMap<string, readonly string[]>): number[] {
  const bytes = statSync(file).size;
  process.stdout.write(`\n${(bytes / MIB).toFixed(0)} MiB\n`);
  const runs = new Map([...contenders.keys()].map((name): [string, Run[]] => [name, []]));
  for (let round = 0; round < rounds; round += 1) {
    for (const [name, argv] of contenders) runs.get(name)?.push(run([...argv, file]));
  }
  return [...runs].map(([name, all]) => report(name, all, bytes));
}

async function measure(directory: string): Promise<void> {
  const times: number[] = [];
  for (const part of [0.25, 0.5, 1]) {
    const file = join(directory, 'qstat.xml');
    await writeQstat(file, jobs * part, nodes);
    process.stdout.write(`\nqstat -xml, ${jobs * part} jobs that wait, ${nodes} queue instances`);
    const [ours = 0, , , python = 0] = compare(
      file,
      new Map([
        ['ours', [...OURS, 'qstat']],
        ['our reader of XML alone', [...OURS, 'elements']],
        ['saxes alone', [...OURS, 'saxes']],
        ["the original's way, xml.sax in Python", PYTHON],
      ]),
    );
    process.stdout.write(`${(python / ours).toFixed(1)} times as fast as the original's way\n`);
    times.push(ours);
  }
  const [, half = 1, whole = 0] = times;
  process.stdout.write(`twice the jobs take ${(whole / half).toFixed(2)} times as long\n`);
  const file = join(directory, 'squeue.json');
  await writeSqueue(file, jobs);
  process.stdout.write(`\nsqueue --json, ${jobs} jobs`);
  compare(file, new Map([['ours', [...OURS, 'squeue']]]));
}

const directory = mkdtempSync(join(tmpdir(), 'apppot-bench-'));
try {
  await measure(directory);
} finally {
  rmSync(directory, { recursive: true, force: true });
}
