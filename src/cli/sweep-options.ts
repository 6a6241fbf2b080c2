import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { explain } from '../base/errno.ts';
import { arrayTasks, lineTasks, SweepError, type SweepTask } from '../grid/sweep/parameters.ts';
import { parseCount } from './numbers.ts';
import { apart, needs, type Rule } from './snap-rules.ts';

export interface SweepFlags {
  readonly array?: string;
  readonly each?: string;
  readonly resume?: string;
  readonly atOnce?: number;
}

export function addSweepOptions(command: Command): Command {
  return command
    .option('--array <numbers>', 'a sweep: a job for each number of 1 to N, or of FIRST-LAST')
    .option('--each <file>', 'a sweep: a job for each line of the file; "-" is stdin')
    .option('--at-once <number>', 'how many jobs of a sweep may wait and run', parseCount)
    .option('--resume <sweep>', 'hand over what is left of a sweep');
}

const MAKES = ['array', 'each'] as const;

const OF_NEW_JOBS = ['dry-run', 'to', 'via', 'proxy', 'cert', 'key', 'token-file', 'ca-dir'];

export const SWEEP_RULES: readonly Rule[] = [
  apart('array', ['each'], 'which is a sweep of its own'),
  apart('resume', [...MAKES, ...OF_NEW_JOBS], 'for its jobs are made already'),
  needs('at-once', (has) => [...MAKES, 'resume'].some(has), 'a sweep: --array, --each or --resume'),
];

/** @returns undefined when no sweep is asked for. @throws {SweepError} */
export async function sweepTasks({
  array,
  each,
}: SweepFlags): Promise<readonly SweepTask[] | undefined> {
  if (array !== undefined) return arrayTasks(array);
  return each === undefined ? undefined : lineTasks(await readLines(each), each);
}

async function readLines(path: string): Promise<string> {
  return readFile(path === '-' ? '/dev/stdin' : path, 'utf8').catch((cause: unknown) => {
    throw new SweepError(`Cannot read the parameters "${path}": ${explain(cause)}`, {
      kind: 'missing',
      code: 'SWEEP_MALFORMED',
      cause,
    });
  });
}
