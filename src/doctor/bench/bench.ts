/**
 * How fast guests are on this machine: one program measures it from outside, and from inside a guest.
 *
 * @module
 */

import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { cpus, loadavg, release } from 'node:os';
import { basename, dirname, join } from 'node:path';
import type { StartPlan } from '../../launch/launch.ts';
import { chooseTemporary, planStart, type StartRequest } from '../../launch/plan.ts';
import { withBareGuest } from '../bare.ts';
import type { Place } from '../place.ts';
import { compare, judge, type Row, type Sample, type Verdict } from './compare.ts';
import { guestSide, nativeSide } from './sides.ts';
import { openSink, type Sink } from './sink.ts';
import { timeStarts } from './starts.ts';

export interface BenchReport {
  /** ISO 8601, UTC. */
  readonly date: string;
  readonly machine: string;
  readonly guest: string;
  readonly rounds: number;
  readonly rows: readonly Row[];
  readonly verdicts: readonly Verdict[];
}

export interface BenchOptions {
  readonly rounds: number;
  readonly onRound?: (round: number) => void;
}

/** Where the guest sees what. */
interface Subject {
  readonly request: StartRequest;
  /** The gauge. */
  readonly program: string;
  /** Directory of the host that the guest has as its job's. */
  readonly share: string;
  /** A directory of the guest on a disk of its own. */
  readonly disk?: string;
}

const HOME = '/home/user';
const JOBDIR = `${HOME}/job`;
/** The host's loopback, as guests see it. */
const HOST = '10.0.2.2';

/**
 * Measures in turn, so that what else goes on here hits both sides.
 *
 * @throws {LaunchError} @throws {BenchError}
 */
export async function runBench(place: Place, options: BenchOptions): Promise<BenchReport> {
  const { image } = place.wanted;
  const measure = (subject: Subject): Promise<BenchReport> => measureBoth(place, subject, options);
  if (image !== undefined) return withImage(place, image, measure);
  return withBareGuest(place, (request) => measure(bareSubject(request)));
}

/** Without a disk of its own. */
function bareSubject(request: StartRequest): Subject {
  const [program = ''] = request.command;
  return { request, program, share: request.jobdir ?? '' };
}

async function withImage<T>(
  place: Place,
  image: string,
  work: (subject: Subject) => Promise<T>,
): Promise<T> {
  const parent = dirname(chooseTemporary(place, 'bench'));
  const share = await mkdtemp(join(parent, 'apppot-bench-'));
  try {
    await copyFile(join(place.kit, 'native/apppot-gauge'), join(share, 'gauge'));
    const { memory, kernel, confine } = place.wanted;
    const own = { image, memory, confine, ...(kernel !== undefined && { kernel }) };
    const request = { name: `bench.${process.pid}`, ...own, jobdir: share, command: [] };
    return await work({ request, program: `${JOBDIR}/gauge`, share, disk: HOME });
  } finally {
    await rm(share, { recursive: true, force: true });
  }
}

async function measureBoth(
  place: Place,
  subject: Subject,
  { rounds, onRound }: BenchOptions,
): Promise<BenchReport> {
  const request = { ...subject.request, network: { hostLoopback: true } };
  const plan: StartPlan = { ...(await planStart(request, place)), disk: { kind: 'temporary' } };
  const sink =
    plan.network.kind === 'none' ? undefined : await openSink(`${place.kit}/native/apppot-gauge`);
  try {
    const native = nativeSide(place, nativeWords(subject, sink));
    const guest = guestSide(place, plan, subject.program, guestWords(subject, sink));
    const samples = { native: [] as Sample[], guest: [] as Sample[] };
    for (let round = 1; round <= rounds; round += 1) {
      onRound?.(round);
      const starts = await timeStarts(place, plan, subject.program);
      samples.native.push(...(await native()), startSample(starts.native));
      samples.guest.push(...(await guest()), startSample(starts.guest));
    }
    const rows = compare(samples.native, samples.guest);
    return { ...(await describe(place, plan)), rounds, rows, verdicts: judge(rows) };
  } finally {
    sink?.close();
  }
}

function startSample(value: number): Sample {
  return { id: 'start', unit: 's', value };
}

function nativeWords({ share, disk }: Subject, sink: Sink | undefined): string[] {
  return [
    ...['cpu', 'system', `share=${share}`],
    ...(disk === undefined ? [] : [`disk=${share}`]),
    ...(sink === undefined ? [] : [sink.target('127.0.0.1')]),
  ];
}

function guestWords({ disk }: Subject, sink: Sink | undefined): string[] {
  return [
    ...['cpu', 'system', `share=${JOBDIR}`],
    ...(disk === undefined ? [] : [`disk=${disk}`]),
    ...(sink === undefined ? [] : [sink.target(HOST)]),
  ];
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
