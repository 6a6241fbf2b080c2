import type { Instant, Seconds } from '../../base/clock.ts';
import type { Bytes } from '../../base/units.ts';
import type { HostName, Job, JobState } from '../../model/job.ts';
import { copyOf, keeper, malformed, remembering } from '../listing.ts';
import { countTasks, stateOf } from './letters.ts';
import type { Spread } from './qstat.ts';
import { type Wish, wishOf } from './resources.ts';

export type JobDraft = { -readonly [Key in keyof Job]: Job[Key] };

const NONE: readonly never[] = [];

/** The entry of a job that is being read, leaf by leaf. There are very many of them: hence one that is used again. */
export class JobRow {
  readonly #spread: Spread;
  readonly #keep = keeper();
  readonly #state = remembering(stateOf);
  readonly #wish = remembering((attributes) => {
    const name = nameIn(attributes);
    return remembering((value) => wishOf(name, value));
  });
  #date = '';
  #midnight = 0;
  number = '';
  /** Of an array. */
  tasks: string | undefined;
  #priority = '';
  #name = '';
  #owner = '';
  #letters = '';
  #slots = '';
  #queue: string | undefined;
  #submitted: Instant | undefined;
  #started: Instant | undefined;
  #memory: Bytes | undefined;
  #wallTime: Seconds | undefined;
  #features: readonly string[] | undefined;
  #environment: string | undefined;

  constructor(spread: Spread) {
    this.#spread = spread;
  }

  begin(): void {
    this.number = '';
    this.tasks = undefined;
    this.#priority = this.#name = this.#owner = this.#letters = this.#slots = '';
    this.#queue = this.#submitted = this.#started = undefined;
    this.#memory = this.#wallTime = this.#features = this.#environment = undefined;
  }

  leaf(name: string, attributes: string, text: string): void {
    switch (name) {
      case 'JB_job_number':
        this.number = text;
        break;
      case 'JAT_prio':
        this.#priority = text;
        break;
      case 'JB_name':
        this.#name = text;
        break;
      case 'JB_owner':
        this.#owner = text;
        break;
      case 'state':
        this.#letters = text;
        break;
      case 'slots':
        this.#slots = text;
        break;
      case 'tasks':
        this.tasks = text;
        break;
      case 'JB_submission_time':
        this.#submitted = this.#instant(text);
        break;
      case 'JAT_start_time':
        this.#started = this.#instant(text);
        break;
      case 'hard_request':
        this.#add(this.#wish(attributes)(text));
        break;
      case 'hard_req_queue':
        this.#queue = this.#queue === undefined ? this.#keep(text) : `${this.#queue},${text}`;
        break;
      case 'requested_pe':
        this.#environment = this.#keep(nameIn(attributes));
        break;
    }
  }

  /** Slots of this entry. */
  slots(): number {
    return Number(need(this.#slots, 'slots'));
  }

  /** @param where It runs there, or it waits. */
  draft(
    id: string,
    where: { readonly queue: string; readonly host: HostName } | undefined,
  ): JobDraft {
    const state = this.#state(need(this.#letters, 'state'));
    const slots = this.slots();
    const job: JobDraft = {
      id,
      state,
      tasks: this.tasks === undefined ? 1 : countTasks(this.tasks),
      name: this.#keep(nameOf(need(this.#name, 'JB_name'))),
      user: this.#keep(need(this.#owner, 'JB_owner')),
      slots,
      hostCount: this.#hostCount(slots),
      features: this.#features ?? NONE,
      hosts: where === undefined ? NONE : [where.host],
      priority: Number(need(this.#priority, 'JAT_prio')),
    };
    if (this.#submitted !== undefined) job.submitted = this.#submitted;
    const queue = where?.queue ?? this.#queue;
    if (queue !== undefined) job.queue = queue;
    if (this.#started !== undefined) job.started = this.#started;
    if (this.#memory !== undefined) job.memory = this.#memory;
    if (this.#wallTime !== undefined) job.wallTime = this.#wallTime;
    if (needsReason(state)) job.reason = this.#letters;
    return job;
  }

  /** The largest memory and the longest time count. */
  #add({ memory, wallTime, feature }: Wish): void {
    if (memory !== undefined) this.#memory = Math.max(memory, this.#memory ?? 0);
    if (wallTime !== undefined) this.#wallTime = Math.max(wallTime, this.#wallTime ?? 0);
    if (feature !== undefined) this.#features = [...(this.#features ?? NONE), feature];
  }

  #hostCount(slots: number): number {
    const each = this.#environment === undefined ? undefined : this.#spread(this.#environment);
    return each === undefined ? 1 : Math.max(1, Math.ceil(slots / each));
  }

  /** Of `2026-11-22T08:34:06`, which has no zone: the program is run with UTC. */
  #instant(text: string): Instant {
    if (!text.startsWith(this.#date) || this.#date === '') {
      this.#date = copyOf(text.slice(0, 11));
      this.#midnight = Date.parse(`${this.#date}00:00:00Z`) / 1_000;
    }
    const minutes = pair(text, 11) * 60 + pair(text, 14);
    const instant = this.#midnight + minutes * 60 + pair(text, 17);
    if (text.length !== 19 || Number.isNaN(instant)) throw malformed('qstat', `time "${text}"`);
    return instant;
  }
}

const ZERO = 48;

function pair(text: string, at: number): number {
  return (text.charCodeAt(at) - ZERO) * 10 + text.charCodeAt(at + 1) - ZERO;
}

function needsReason(state: JobState): boolean {
  return state === 'held' || state === 'broken';
}

function need(text: string, name: string): string {
  if (text === '') throw malformed('qstat', `a job without <${name}>`);
  return text;
}

export function nameIn(attributes: string): string {
  const start = attributes.indexOf('name="') + 6;
  return attributes.slice(start, attributes.indexOf('"', start));
}

/** It writes `%lt;` where `&lt;` is meant. */
function nameOf(text: string): string {
  return text.includes('%lt;') ? text.replaceAll('%lt;', '<') : text;
}
