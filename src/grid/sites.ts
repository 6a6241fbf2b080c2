/**
 * Several sites for one job: the one where it can start first, and the next one where that does not take it.
 *
 * @module
 */

import type { Seconds } from '../base/clock.ts';
import { AppPotError } from '../base/errors.ts';
import { GridError, isUncertain } from './errors.ts';
import type { JobRecord, TargetSpec } from './records/record.ts';
import type { JobStore } from './records/store.ts';
import { targetName } from './spec.ts';
import { submitRecorded } from './submit.ts';
import type { SiteLoad, Target } from './target.ts';

/** Says which site comes next, and remembers what was given to it. */
export interface Broker {
  /** The best one first. */
  order(): readonly TargetSpec[];
  /** A job went there. */
  took(spec: TargetSpec): void;
  /** It takes nothing any more. */
  drop(spec: TargetSpec): void;
}

export interface BrokerOptions {
  /** Gives the same target for the same words. */
  readonly open: (spec: TargetSpec) => Target;
  /** Cores that a job needs. */
  readonly slots: number;
  /** Is told, in one line, of each site that is not used. */
  readonly onPassedOver: (line: string) => void;
  /** Longest wait for a site to say how busy it is. */
  readonly patience: Seconds;
}

/**
 * Asks all sites at once how busy they are. A single one is not asked: there is no choice.
 *
 * @throws {GridError} `SITES_UNUSABLE` when none answers.
 */
export async function broker(
  specs: readonly TargetSpec[],
  options: BrokerOptions,
): Promise<Broker> {
  const [only, second] = specs;
  if (only !== undefined && second === undefined) return among([{ spec: only, load: {} }], 1);
  const asked = await Promise.all(specs.map((spec) => ask(spec, options)));
  const sites = asked.filter((site) => site !== undefined);
  if (sites.length === 0) throw unusable(specs.length);
  return among(sites, options.slots);
}

interface Site {
  readonly spec: TargetSpec;
  readonly load: SiteLoad;
}

async function ask(spec: TargetSpec, options: BrokerOptions): Promise<Site | undefined> {
  const { open, patience, onPassedOver } = options;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const silent = new GridError(`no answer within ${patience} s`, {
      kind: 'remote',
      code: 'TARGET_UNREACHABLE',
    });
    timer = setTimeout(() => reject(silent), patience * 1_000);
  });
  try {
    return {
      spec,
      load: await Promise.race([Promise.resolve(spec).then(open).then(loadOf), late]),
    };
  } catch (error) {
    if (!(error instanceof AppPotError)) throw error;
    onPassedOver(passedOver(spec, error));
    return undefined;
  } finally {
    clearTimeout(timer);
  }
}

function loadOf(target: Target): Promise<SiteLoad> {
  return target.load();
}

/** Jobs that were given away count as waiting until somebody asks again. */
function among(sites: readonly Site[], slots: number): Broker {
  const given = new Map<TargetSpec, number>();
  const dropped = new Set<TargetSpec>();
  const rank = ({ spec, load }: Site): readonly [number, number] =>
    rankOf(load, given.get(spec) ?? 0, slots);
  return {
    order: () =>
      sites
        .filter(({ spec }) => !dropped.has(spec))
        .toSorted((one, other) => compare(rank(one), rank(other)))
        .map(({ spec }) => spec),
    took: (spec) => void given.set(spec, (given.get(spec) ?? 0) + 1),
    drop: (spec) => void dropped.add(spec),
  };
}

/**
 * First those where the job can start, the one with the most room first; then those that do not say; then
 * those that are full, the one with the shortest queue first. A lower rank is better.
 */
export function rankOf(
  { free, waiting = 0 }: SiteLoad,
  given: number,
  slots: number,
): readonly [number, number] {
  if (free === undefined) return [1, waiting + given];
  const room = free - waiting - given * slots;
  return room >= slots ? [0, -room] : [2, waiting + given];
}

function compare(one: readonly [number, number], other: readonly [number, number]): number {
  return one[0] - other[0] || one[1] - other[1];
}

/**
 * Gives a recorded job to the first site that takes it. Where it is not known whether a site took it, no other
 * one is tried: there would be two.
 *
 * @throws {GridError} what the last one said, or the one of which that is not known.
 */
export async function submitToSites(
  store: JobStore,
  record: JobRecord,
  sites: Broker,
  { open, onPassedOver }: Pick<BrokerOptions, 'open' | 'onPassedOver'>,
): Promise<JobRecord> {
  const order = sites.order();
  let latest = record;
  for (const [index, spec] of order.entries()) {
    try {
      const submitted = await submitRecorded(store, latest, spec, open(spec));
      sites.took(spec);
      return submitted;
    } catch (error) {
      const isLast = index === order.length - 1;
      if (isLast || !(error instanceof AppPotError) || isUncertain(error)) throw error;
      if (error.code !== 'JOB_REFUSED') sites.drop(spec);
      onPassedOver(passedOver(spec, error));
      latest = await store.again(record);
    }
  }
  throw unusable(0);
}

function passedOver(spec: TargetSpec, { message }: AppPotError): string {
  return `passing over ${targetName(spec)}: ${message.replace(/^Cannot /, 'cannot ')}`;
}

function unusable(count: number): GridError {
  return new GridError(`Cannot submit the job: none of ${count} sites can be used`, {
    kind: 'remote',
    code: 'SITES_UNUSABLE',
    hint: 'Name another one with --to, or try again later.',
  });
}
