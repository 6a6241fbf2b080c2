/**
 * What `qstat -f -F -r -u '*' -xml` prints: all queue instances with what runs in them, then what waits.
 *
 * @module
 */

import type { Bytes } from '../../base/units.ts';
import type { HostName, Job, JobId } from '../../model/job.ts';
import { copyOf, keeper, malformed, texts } from '../listing.ts';
import { type ElementSink, Elements } from './elements.ts';
import { type JobDraft, JobRow, nameIn } from './job-row.ts';
import { hostFeature, parseMemory } from './resources.ts';

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

class QueueSink implements ElementSink {
  readonly #keep = keeper();
  readonly #jobs: JobDraft[] = [];
  /** Those of which there may be more entries: what runs, and arrays that wait. */
  readonly #byId = new Map<JobId, JobDraft>();
  readonly #instances: QueueInstance[] = [];
  readonly #row: JobRow;
  readonly #instance = new Map<string, string>();
  #where: { readonly queue: string; readonly host: HostName } | undefined;
  #memory: Bytes | undefined;
  #features: string[] = [];
  #isInJob = false;

  constructor(spread: Spread) {
    this.#row = new JobRow(spread);
  }

  listing(): QueueListing {
    return { jobs: this.#jobs, instances: this.#instances };
  }

  open(name: string): void {
    if (name === 'job_list') {
      this.#isInJob = true;
      this.#row.begin();
    } else if (name === 'Queue-List') {
      this.#instance.clear();
      this.#memory = undefined;
      this.#features = [];
    }
  }

  leaf(name: string, attributes: string, text: string): void {
    if (this.#isInJob) this.#row.leaf(name, attributes, text);
    else if (name === 'resource') this.#resource(attributes, text);
    else if (name === 'name') this.#where = this.#place(text);
    else this.#instance.set(name, text);
  }

  close(name: string): void {
    if (name === 'job_list') {
      this.#isInJob = false;
      if (this.#where === undefined) this.#addWaiting();
      else this.#addRunning(this.#where);
    } else if (name === 'Queue-List') {
      this.#addInstance();
      this.#where = undefined;
    }
  }

  #resource(attributes: string, text: string): void {
    const name = nameIn(attributes);
    if (name === 'mem_total') this.#memory = parseMemory(text);
    const type = /type="(?<type>\w*)"/.exec(attributes)?.groups?.type ?? '';
    const feature = hostFeature(name, type, text);
    if (feature !== undefined) this.#features.push(this.#keep(feature));
  }

  #place(instance: string): { readonly queue: string; readonly host: HostName } {
    const at = instance.lastIndexOf('@');
    if (at < 1) throw malformed('qstat', `queue instance "${instance}"`);
    return { queue: this.#keep(instance.slice(0, at)), host: this.#keep(instance.slice(at + 1)) };
  }

  #addInstance(): void {
    if (this.#where === undefined) throw malformed('qstat', 'a queue instance without <name>');
    const arch = this.#instance.get('arch');
    if (arch !== undefined) this.#features.push(this.#keep(`arch=${arch}`));
    this.#instances.push({
      ...this.#where,
      slots: this.#count('slots_total'),
      used: this.#count('slots_used'),
      state: copyOf(this.#instance.get('state') ?? ''),
      features: this.#features,
      ...(this.#memory !== undefined && { memory: this.#memory }),
    });
  }

  #count(name: string): number {
    const count = Number(this.#instance.get(name) ?? 'missing');
    if (Number.isNaN(count)) throw malformed('qstat', `a queue instance without <${name}>`);
    return count;
  }

  /** Tasks of an array come as one, unless they differ in their states: then the later ones name themselves. */
  #addWaiting(): void {
    const { number, tasks } = this.#row;
    const isMore = tasks !== undefined && this.#byId.has(number);
    const job = this.#row.draft(copyOf(isMore ? `${number}.${tasks}` : number), undefined);
    if (tasks !== undefined) this.#byId.set(job.id, job);
    this.#jobs.push(job);
  }

  /** A parallel job comes once for each of its hosts. */
  #addRunning(where: { readonly queue: string; readonly host: HostName }): void {
    const { number, tasks } = this.#row;
    const id = copyOf(tasks === undefined ? number : `${number}.${tasks}`);
    const known = this.#byId.get(id);
    if (known === undefined) {
      const job = this.#row.draft(id, where);
      this.#byId.set(id, job);
      this.#jobs.push(job);
    } else {
      known.slots += this.#row.slots();
      if (!known.hosts.includes(where.host)) known.hosts = [...known.hosts, where.host];
      known.hostCount = Math.max(known.hostCount, known.hosts.length);
    }
  }
}
