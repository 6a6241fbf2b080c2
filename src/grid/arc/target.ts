/**
 * ARC by its REST interface.
 *
 * @module
 */

import type { Seconds } from '../../base/clock.ts';
import { writeAtomically } from '../../host/atomic.ts';
import type { DistantMachine } from '../../host/machine.ts';
import { arcRequest } from '../arc-request.ts';
import { outputMissing, writeAll } from '../output.ts';
import type { JobStatus, MarkedJob, MarkedTarget, StagedJob, TargetFile } from '../target.ts';
import { travellingFiles } from '../travelling.ts';
import { toXrsl } from '../xrsl/convert.ts';
import { printXrsl } from '../xrsl/print.ts';
import { connect } from './connection.ts';
import type { Credentials } from './credentials.ts';
import { type ArcRest, arcRest } from './rest.ts';
import { statusOf } from './status.ts';

export interface ArcOptions {
  /** Such as `https://ce.example.org/arex`. */
  readonly endpoint: URL;
  readonly credentials: Credentials;
  /** For one call. */
  readonly deadline: Seconds;
  /** A machine that reaches the service, where this one does not. */
  readonly by?: DistantMachine | undefined;
}

/** What the service is told of a job. */
export function arcText(job: StagedJob): string {
  return printXrsl(toXrsl(arcRequest(job, travellingFiles(job.sandbox)), { kind: 'rest' }));
}

export function arcTarget({ endpoint, credentials, deadline, by }: ArcOptions): MarkedTarget {
  const name = endpoint.href.replace(/\/$/, '');
  const rest = arcRest(connect(endpoint, credentials, deadline, by), name);
  const known = new Map<string, MarkedJob>();
  return {
    kind: 'arc',
    name,
    load: async () => rest.load(),
    submit: async (job) => {
      const id = await rest.create(arcText(job));
      await upload(rest, id, job);
      return id;
    },
    find: async (mark) =>
      [...(await all(rest, known))].flatMap(([id, job]) => (job.mark === mark ? [id] : [])),
    all: () => all(rest, known),
    resume: (id, job) => uploadMissing(rest, id, job),
    status: async (ids) => status(rest, ids),
    kill: (id) => rest.kill(id),
    list: async (id, directory) => list(rest, id, directory),
    fetch: async (id, file, to) => {
      const isThere = await download(rest, { id, file, to });
      if (!isThere) throw outputMissing(file, name);
    },
    clean: (id) => rest.clean(id),
    close: async () => {
      rest.close();
      await by?.close();
    },
  };
}

const UPLOADS = 4;

async function upload(
  rest: ArcRest,
  id: string,
  { sandbox }: StagedJob,
  arrived: ReadonlySet<string> = new Set(),
): Promise<void> {
  const missing = travellingFiles(sandbox).filter(({ name }) => !arrived.has(name));
  await each(missing, UPLOADS, ({ name }) => rest.upload(id, name, `${sandbox}/${name}`));
}

/** A job starts as soon as it has all, and the service would let files be changed under one that runs. */
async function uploadMissing(rest: ArcRest, id: string, job: StagedJob): Promise<void> {
  if (!WAITS_FOR_FILES.has((await rest.states()).get(id) ?? '')) return;
  const arrived = (await rest.diagnose(id, 'input_status')) ?? '';
  const names = arrived.split('\n').map((line) => line.replace(/^\//, ''));
  await upload(rest, id, job, new Set(names));
}

const WAITS_FOR_FILES: ReadonlySet<string> = new Set(['ACCEPTING', 'ACCEPTED', 'PREPARING']);

const LOOKS = 8;

/**
 * The list has no names: each job's description is looked into, once.
 *
 * @param known What was learnt before: a description does not change.
 */
async function all(
  rest: ArcRest,
  known: Map<string, MarkedJob>,
): Promise<ReadonlyMap<string, MarkedJob>> {
  const ids = await rest.ids();
  const unknown = ids.filter((id) => !known.has(id));
  await each(unknown, LOOKS, async (id) => {
    const description = await rest.diagnose(id, 'description');
    if (description !== undefined) known.set(id, readMarks(description));
  });
  const there = new Set(ids);
  for (const id of known.keys()) if (!there.has(id)) known.delete(id);
  return new Map([...known].filter(([, { mark }]) => mark !== ''));
}

/** Without a mark it is no job of ours. Both languages end a variable's name by a quotation mark or a tag. */
function readMarks(description: string): MarkedJob {
  const value = (name: string): string | undefined =>
    new RegExp(`${name}(?:"\\s*"|</Name>\\s*<Value>)(?<value>[\\w-]+)`).exec(description)?.groups
      ?.value;
  const label = value('APPPOT_LABEL');
  return { mark: value('APPPOT_MARK') ?? '', ...(label !== undefined && { label }) };
}

async function status(
  rest: ArcRest,
  ids: readonly string[],
): Promise<ReadonlyMap<string, JobStatus>> {
  const live = await rest.states();
  const ended = ids.filter((id) => isOver(live.get(id)));
  const info = await rest.info(ended);
  const found = new Map<string, JobStatus>();
  await each(ids, LOOKS, async (id) => {
    found.set(id, await statusOf(rest, id, live.get(id), info.get(id)));
  });
  return found;
}

/** Also of those that are not in the list. */
function isOver(state: string | undefined): boolean {
  return state === undefined || ['FINISHED', 'FAILED', 'KILLED', 'WIPED'].includes(state);
}

async function list(rest: ArcRest, id: string, directory: string): Promise<readonly TargetFile[]> {
  const found = await rest.list(id, directory);
  if (found === undefined) return [];
  const named = (names: readonly string[], isDirectory: boolean): TargetFile[] =>
    names.map((name) => ({
      name: [...directory.split('/'), name].filter(Boolean).join('/'),
      isDirectory,
    }));
  return [...named(found.directories, true), ...named(found.files, false)];
}

interface Wanted {
  readonly id: string;
  readonly file: string;
  readonly to: string;
}

class Absent extends Error {}

async function download(rest: ArcRest, { id, file, to }: Wanted): Promise<boolean> {
  try {
    await writeAtomically(to, async (local) => {
      const isThere = await rest.download(id, file, (body) => writeAll(local, body));
      if (!isThere) throw new Absent();
    });
    return true;
  } catch (error) {
    if (error instanceof Absent) return false;
    throw error;
  }
}

/** Works on so many at once; the first failure counts. */
async function each<T>(
  items: readonly T[],
  width: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const rest = [...items];
  const worker = async (): Promise<void> => {
    for (let item = rest.shift(); item !== undefined; item = rest.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: Math.min(width, items.length) }, worker));
}
