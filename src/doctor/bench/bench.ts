/**
 * How fast guests are on this machine: one program measures it from outside, and from inside a guest.
 *
 * @module
 */

import { cpus, loadavg, release } from 'node:os';
import { basename } from 'node:path';
import type { StartPlan } from '../../launch/launch.ts';
import { planStart } from '../../launch/plan.ts';
import type { Place } from '../place.ts';
import { compare, judge, type Row, type Sample, type Verdict } from './compare.ts';
import { BenchError } from './errors.ts';
import { type Emulator, withEmulators } from './qemu.ts';
import { guestSide, nativeSide } from './sides.ts';
import { openSink } from './sink.ts';
import { timeStarts } from './starts.ts';
import { guestWords, nativeWords, type Subject, withSubject } from './subject.ts';

export interface BenchReport {
  /** ISO 8601, UTC. */
  readonly date: string;
  readonly machine: string;
  readonly guest: string;
  readonly rounds: number;
  readonly rows: readonly Row[];
  readonly verdicts: readonly Verdict[];
  /** Guests under QEMU, where there are any. */
  readonly others: readonly OtherReport[];
}

export interface OtherReport {
  readonly guest: string;
  /** Why there are no figures. */
  readonly fault?: string;
  readonly rows: readonly Row[];
  readonly verdicts: readonly Verdict[];
}

export interface BenchOptions {
  readonly rounds: number;
  /** Compare with QEMU, too. */
  readonly qemu: boolean;
  readonly qemuKernel?: string;
  readonly onRound?: (round: number) => void;
}

/**
 * Measures in turn, so that what else goes on here hits all sides.
 *
 * @throws {LaunchError} @throws {BenchError}
 */
export async function runBench(place: Place, options: BenchOptions): Promise<BenchReport> {
  const compareAll = (emulators: readonly Emulator[]): Promise<BenchReport> =>
    withSubject(place, (subject) => measureAll(place, subject, emulators, options));
  return options.qemu ? withEmulators(place, options.qemuKernel, compareAll) : compareAll([]);
}

async function measureAll(
  place: Place,
  subject: Subject,
  emulators: readonly Emulator[],
  { rounds, onRound }: BenchOptions,
): Promise<BenchReport> {
  const request = { ...subject.request, network: { hostLoopback: true } };
  const plan: StartPlan = { ...(await planStart(request, place)), disk: { kind: 'temporary' } };
  const program = `${place.kit}/native/apppot-gauge`;
  const sink = plan.network.kind === 'none' ? undefined : await openSink(program);
  try {
    const native = nativeSide(place, nativeWords(subject, sink));
    const guest = guestSide(place, plan, subject.program, guestWords(subject, sink));
    const samples = { native: [] as Sample[], guest: [] as Sample[] };
    const others = emulators.map((emulator): Other => ({ emulator, samples: [] }));
    for (let round = 1; round <= rounds; round += 1) {
      onRound?.(round);
      const starts = await timeStarts(place, plan, subject.program);
      samples.native.push(...(await native()), startSample(starts.native));
      samples.guest.push(...(await guest()), startSample(starts.guest));
      for (const other of others) await measureOther(other);
    }
    const judged = (there: readonly Sample[]): Pick<OtherReport, 'rows' | 'verdicts'> => {
      const rows = compare(samples.native, there);
      return { rows, verdicts: judge(rows) };
    };
    return {
      ...(await describe(place, plan)),
      rounds,
      ...judged(samples.guest),
      others: others.map(({ emulator, samples: there, fault }) => ({
        guest: emulator.title,
        ...(fault !== undefined && { fault }),
        ...judged(there),
      })),
    };
  } finally {
    sink?.close();
  }
}

interface Other {
  readonly emulator: Emulator;
  readonly samples: Sample[];
  fault?: string;
}

/** One that fails is left alone from then on: it is not what was asked for. */
async function measureOther(other: Other): Promise<void> {
  if (other.fault !== undefined) return;
  try {
    other.samples.push(...(await other.emulator.measure()));
  } catch (error) {
    if (!(error instanceof BenchError)) throw error;
    other.fault = error.message;
  }
}

function startSample(value: number): Sample {
  return { id: 'start', unit: 's', value };
}

async function describe(
  place: Place,
  { kernel, confinement, network }: StartPlan,
): Promise<Pick<BenchReport, 'date' | 'machine' | 'guest'>> {
  const { stdout } = await place.attempt([kernel, '--version'], 5);
  const processors = cpus();
  const model = processors[0]?.model.trim() ?? process.arch;
  const load = loadavg()[0]?.toFixed(1);
  const { image = 'no image' } = place.wanted;
  return {
    date: new Date().toISOString(),
    machine: `Linux ${release()}, ${processors.length} × ${model}, load ${load}`,
    guest: `User-Mode Linux ${stdout.trim()}, ${basename(image)}, confinement ${confinement.kind}, network ${network.kind}`,
  };
}
