import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { chooseTemporary, type StartRequest } from '../../launch/plan.ts';
import { withBareGuest } from '../bare.ts';
import type { Place } from '../place.ts';
import type { Sink } from './sink.ts';

/** The guest that is measured, and where it sees what. */
export interface Subject {
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

/** Makes it ready, of the image or, where there is none, of a directory; removes its files after. */
export async function withSubject<T>(
  place: Place,
  work: (subject: Subject) => Promise<T>,
): Promise<T> {
  const { image } = place.wanted;
  if (image !== undefined) return withImage(place, image, work);
  return withBareGuest(place, (request) => work(bareSubject(request)));
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

/** What to measure here. */
export function nativeWords({ share, disk }: Subject, sink: Sink | undefined): string[] {
  return [
    ...['cpu', 'system', `share=${share}`],
    ...(disk === undefined ? [] : [`disk=${share}`]),
    ...(sink === undefined ? [] : [sink.target('127.0.0.1')]),
  ];
}

/** The same, as the guest has it. */
export function guestWords({ disk }: Subject, sink: Sink | undefined): string[] {
  return [
    ...['cpu', 'system', `share=${JOBDIR}`],
    ...(disk === undefined ? [] : [`disk=${disk}`]),
    ...(sink === undefined ? [] : [sink.target(HOST)]),
  ];
}
