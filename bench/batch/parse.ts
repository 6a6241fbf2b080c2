/**
 * Reads one listing, and says as JSON how long that took, how many jobs it found, and how much memory was needed at most.
 *
 * Usage: parse.ts READER FILE
 *
 * @module
 */

import { createReadStream } from 'node:fs';
import { SaxesParser } from 'saxes';
import { Elements } from '../../src/batch/gridengine/elements.ts';
import { parseQstat } from '../../src/batch/gridengine/qstat.ts';
import { parseSqueue } from '../../src/batch/slurm/squeue.ts';

const [reader = '', file = ''] = process.argv.slice(2);

/** A general parser with a handler that only counts: what it would cost before anything is made of it. */
async function saxes(): Promise<number> {
  let jobs = 0;
  const parser = new SaxesParser();
  parser.on('closetag', ({ name }) => {
    if (name === 'job_list') jobs += 1;
  });
  for await (const piece of createReadStream(file, 'utf8')) parser.write(String(piece));
  parser.close();
  return jobs;
}

async function elements(): Promise<number> {
  let jobs = 0;
  const nothing = (): void => undefined;
  const close = (name: string): void => {
    if (name === 'job_list') jobs += 1;
  };
  const parser = new Elements('qstat', { open: nothing, leaf: nothing, close });
  for await (const piece of createReadStream(file, 'utf8')) parser.push(String(piece));
  parser.end();
  return jobs;
}

const READERS: Readonly<Record<string, () => Promise<number>>> = {
  saxes,
  elements,
  squeue: async () => (await parseSqueue(createReadStream(file))).length,
  qstat: async () => (await parseQstat(createReadStream(file))).jobs.length,
};

const before = process.cpuUsage();
const began = process.hrtime.bigint();
const jobs = await READERS[reader]?.();
const seconds = Number(process.hrtime.bigint() - began) / 1e9;
const { user, system } = process.cpuUsage(before);
const cpu = (user + system) / 1e6;
const peak = process.resourceUsage().maxRSS * 1024;
process.stdout.write(`${JSON.stringify({ jobs, seconds, cpu, peak })}\n`);
