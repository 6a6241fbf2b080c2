/**
 * What `qstat -f -F -r -u '*' -xml` prints: all queue instances with what runs in them, then what waits.
 *
 * @module
 */

import type { Instant } from '../../base/clock.ts';
import type { Bytes } from '../../base/units.ts';
import type { HostName, Job } from '../../model/job.ts';
import { keeper, malformed, texts } from '../listing.ts';
import { type ElementSink, Elements } from './elements.ts';
import { countTasks, stateOf } from './letters.ts';
import { addWish, hostFeature, parseMemory, type Wishes } from './resources.ts';

/** A queue on a host. */
export interface QueueInstance {
  readonly queue: string;
  readonly host: HostName;
  readonly slots: number;
  readonly used: number;
  /** Letters, each of which is a trouble. */
  readonly state: string;
  readonly memory?: Bytes;
  readonly features: readonly string[];
}

export interface QueueListing {
  readonly jobs: readonly Job[];
  readonly instances: readonly QueueInstance[];
}

/** How a parallel environment spreads a job: so many slots on each host, or undefined where it does not say. */
export type Spread = (environment: string) => number | undefined;

/**
 * @param pieces Is read to its end; memory is needed for the result alone.
 * @throws {BatchError} `LISTING_MALFORMED`
 */
export async function parseQstat(
  pieces: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  spread: Spread = () => undefined,
): Promise<QueueListing> {
  const sink = new QueueSink(spread);
  const elements = new Elements('qstat', sink);
  for await (const text of texts(pieces)) elements.push(text);
  elements.end();
  return sink.listing();
}

type Draft = { -readonly [Key in keyof Job]: Job[Key] };

class QueueSink implements ElementSink {
  readonly #spread: Spread;
  readonly #keep = keeper();
  readonly #jobs = new Map<string, Draft>();
  readonly #instances: QueueInstance[] = [];
  /** Of the queue instance, and of the job, that are being read: leaves by their names. */
  readonly #instance = new Map<string, string>();
  readonly #job = new Map<string, string>();
  #where: { readonly queue: string; readonly host: HostName } | undefined;
  #memory: Bytes | undefined;
  #features: string[] = [];
  #wishes: Wishes = { features: [] };
  #environment: string | undefined;
  #isInJob = false;

  constructor(spread: Spread) {
    this.#spread = spread;
  }

  listing(): QueueListing {
    return { jobs: [...this.#jobs.values()], instances: this.#instances };
  }

  open(name: string): void {
    if (name === 'job_list') {
      this.#isInJob = true;
      this.#job.clear();
      this.#wishes = { features: [] };
      this.#environment = undefined;
    } else if (name === 'Queue-List') {
      this.#instance.clear();
      this.#memory = undefined;
      this.#features = [];
    }
  }

  leaf(name: string, attributes: string, text: string): void {
    if (!this.#isInJob) this.#ofInstance(name, attributes, text);
    else if (name === 'hard_request') addWish(this.#wishes, nameIn(attributes), this.#keep(text));
    else if (name === 'requested_pe') this.#environment = this.#keep(nameIn(attributes));
    else this.#job.set(name, text);
  }

  close(name: string): void {
    if (name === 'job_list') {
      this.#isInJob = false;
      this.#addJob();
    } else if (name === 'Queue-List') {
      this.#addInstance();
      this.#where = undefined;
    }
  }

  #ofInstance(name: string, attributes: string, text: string): void {
    if (name === 'name') this.#where = this.#place(text);
    if (name !== 'resource') return void this.#instance.set(name, text);
    const resource = nameIn(attributes);
    if (resource === 'mem_total') this.#memory = parseMemory(text);
    const type = /type="(?<type>\w*)"/.exec(attributes)?.groups?.type ?? '';
    const feature = hostFeature(resource, type, text);
    if (feature !== undefined) this.#features.push(this.#keep(feature));
  }

  #place(instance: string): { readonly queue: string; readonly host: HostName } {
    const at = instance.lastIndexOf('@');
    if (at < 1) throw malformed('qstat', `queue instance "${instance}"`);
    return { queue: this.#keep(instance.slice(0, at)), host: this.#keep(instance.slice(at + 1)) };
  }

  #addInstance(): void {
    const row = this.#instance;
    const where = this.#where ?? this.#place(need(row, 'name'));
    const arch = row.get('arch');
    if (arch !== undefined) this.#features.push(this.#keep(`arch=${arch}`));
    this.#instances.push({
      ...where,
      slots: Number(need(row, 'slots_total')),
      used: Number(need(row, 'slots_used')),
      state: row.get('state') ?? '',
      features: this.#features,
      ...(this.#memory !== undefined && { memory: this.#memory }),
    });
  }

  #addJob(): void {
    const row = this.#job;
    const number = need(row, 'JB_job_number');
    const ranges = row.get('tasks');
    const task = ranges === undefined ? number : `${number}.${ranges}`;
    const where = this.#where;
    // Tasks that wait come as one, unless they differ in their states.
    const id = this.#keep(where === undefined && !this.#jobs.has(number) ? number : task);
    const known = this.#jobs.get(id);
    if (known === undefined) this.#jobs.set(id, this.#draft(id, row, ranges));
    else if (where === undefined) throw malformed('qstat', `job ${id} waits twice`);
    else addHost(known, where.host, Number(need(row, 'slots')));
  }

  #draft(id: string, row: ReadonlyMap<string, string>, ranges: string | undefined): Draft {
    const letters = need(row, 'state');
    const slots = Number(need(row, 'slots'));
    const state = stateOf(letters);
    const job: Draft = {
      id,
      state,
      tasks: ranges === undefined ? 1 : countTasks(ranges),
      slots,
      hostCount: this.#hostCount(slots),
      features: this.#wishes.features,
      hosts: this.#where === undefined ? [] : [this.#where.host],
      name: this.#keep(nameOf(need(row, 'JB_name'))),
      user: this.#keep(need(row, 'JB_owner')),
      priority: Number(need(row, 'JAT_prio')),
    };
    if (state === 'held' || state === 'broken') job.reason = letters;
    const queue = this.#where?.queue ?? row.get('hard_req_queue');
    if (queue !== undefined) job.queue = this.#keep(queue);
    if (this.#wishes.memory !== undefined) job.memory = this.#wishes.memory;
    if (this.#wishes.wallTime !== undefined) job.wallTime = this.#wishes.wallTime;
    const submitted = row.get('JB_submission_time');
    if (submitted !== undefined) job.submitted = instantOf(submitted);
    const started = row.get('JAT_start_time');
    if (started !== undefined) job.started = instantOf(started);
    return job;
  }

  #hostCount(slots: number): number {
    const each = this.#environment === undefined ? undefined : this.#spread(this.#environment);
    return each === undefined ? 1 : Math.max(1, Math.ceil(slots / each));
  }
}

function addHost(job: Draft, host: HostName, slots: number): void {
  job.slots += slots;
  job.hosts = [...job.hosts, host];
  job.hostCount = Math.max(job.hostCount, job.hosts.length);
}

function need(row: ReadonlyMap<string, string>, name: string): string {
  const text = row.get(name);
  if (text === undefined) throw malformed('qstat', `an entry without <${name}>`);
  return text;
}

function nameIn(attributes: string): string {
  const start = attributes.indexOf('name="') + 6;
  return attributes.slice(start, attributes.indexOf('"', start));
}

/** It writes `%lt;` where `&lt;` is meant. */
function nameOf(text: string): string {
  return text.includes('%lt;') ? text.replaceAll('%lt;', '<') : text;
}

/** Of `2026-11-22T08:34:06`, which has no zone: the program is run with UTC. */
function instantOf(text: string): Instant {
  const at = Date.parse(`${text}Z`) / 1_000;
  if (Number.isNaN(at)) throw malformed('qstat', `time "${text}"`);
  return at;
}
