import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** One whole command to be timed. */
export interface Contender {
  readonly name: string;
  readonly argv: readonly string[];
  /** Puts things back as they were before the command; not timed. */
  readonly prepare?: () => void;
}

/** Medians of one contender. */
export interface Measured {
  readonly name: string;
  /** Seconds from start to end. */
  readonly seconds: number;
  /** Of processor time, of the user and the system. */
  readonly busy: number;
  /** Most memory that one of its processes held: MB. */
  readonly memory: number;
}

export interface Runs {
  readonly rounds: number;
  /** Whether the page cache is dropped before each run: root may. */
  readonly cold: boolean;
  /** A directory for notes. */
  readonly directory: string;
}

/** Runs all contenders in turn, so that what disturbs the machine disturbs them alike. */
export function measure(contenders: readonly Contender[], runs: Runs): readonly Measured[] {
  const results = contenders.map((): Measured[] => []);
  for (let round = runs.cold ? 1 : 0; round <= runs.rounds; round += 1) {
    for (const [index, contender] of contenders.entries()) {
      const result = once(contender, runs);
      if (round > 0) results[index]?.push(result);
    }
  }
  return contenders.map(({ name }, index) => medians(name, results[index] ?? []));
}

function once({ name, argv, prepare }: Contender, { cold, directory }: Runs): Measured {
  prepare?.();
  if (cold) dropCaches();
  const notes = join(directory, 'time');
  const before = process.hrtime.bigint();
  const { status, stderr } = spawnSync('/usr/bin/time', ['-f', '%U %S %M', '-o', notes, ...argv], {
    stdio: ['ignore', 'ignore', 'pipe'],
    encoding: 'utf8',
  });
  const seconds = Number(process.hrtime.bigint() - before) / 1e9;
  if (status !== 0) throw new Error(`${argv.join(' ')}: ${status} ${stderr}`);
  const [user = 0, system = 0, kilobytes = 0] = readFileSync(notes, 'utf8').split(' ').map(Number);
  rmSync(notes);
  return { name, seconds, busy: user + system, memory: kilobytes / 1_000 };
}

function dropCaches(): void {
  spawnSync('sync');
  writeFileSync('/proc/sys/vm/drop_caches', '3');
}

function medians(name: string, results: readonly Measured[]): Measured {
  const of = (key: 'seconds' | 'busy' | 'memory'): number =>
    median(results.map((result) => result[key]));
  return { name, seconds: of('seconds'), busy: of('busy'), memory: of('memory') };
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
