/**
 * What Grid Engine's resources mean to us. Names: complex(5), queue_conf(5).
 *
 * @module
 */

import type { Seconds } from '../../base/clock.ts';
import type { Bytes } from '../../base/units.ts';

/** Of these a job asks for each of its slots. */
const MEMORY =
  /^(?:[hs]_(?:vmem|rss|data)|(?:mem|virtual)_(?:free|total)|mem_used|h_stack|s_stack)$/;
const TIME = /^[hs]_rt$/;

/** Resources that every Grid Engine has: a host that has them is nothing special. */
const COMMON =
  /^(?:arch|calendar|cpu|display_win_gui|hostname|qname|rerun|seq_no|slots|tmpdir|min_cpu_interval|num_proc|(?:np_)?load_\w+|m_\w+|(?:mem|swap|virtual)_\w+|[hs]_\w+)$/;

const FACTORS: Readonly<Record<string, number>> = {
  '': 1,
  k: 1_000,
  K: 2 ** 10,
  m: 1e6,
  M: 2 ** 20,
  g: 1e9,
  G: 2 ** 30,
  t: 1e12,
  T: 2 ** 40,
};

/** Reads `23.541G`: large letters are powers of 1024, small ones of 1000. Undefined for `infinity`, or anything else. */
export function parseMemory(text: string): Bytes | undefined {
  const found = /^(?<number>\d+(?:\.\d+)?)(?<unit>[kKmMgGtT]?)$/.exec(text)?.groups;
  const factor = FACTORS[found?.unit ?? ''];
  if (found === undefined || factor === undefined) return undefined;
  return Math.round(Number(found.number) * factor);
}

/** Reads `600` and `1:30:00`. Undefined for `INFINITY`, or anything else. */
export function parseTime(text: string): Seconds | undefined {
  if (!/^\d+(?:\.\d+)?$|^\d*:\d*:\d*$/.test(text)) return undefined;
  return text.split(':').reduce((sum, part) => sum * 60 + Number(part), 0);
}

/** What a job asks for with `-l`. */
export interface Wishes {
  memory?: Bytes;
  wallTime?: Seconds;
  features: string[];
}

/** Adds a hard request. The largest memory and the longest time count. */
export function addWish(wishes: Wishes, name: string, value: string): void {
  if (MEMORY.test(name)) {
    const memory = parseMemory(value);
    if (memory !== undefined) wishes.memory = Math.max(memory, wishes.memory ?? 0);
  } else if (TIME.test(name)) {
    const time = parseTime(value);
    if (time !== undefined) wishes.wallTime = Math.max(time, wishes.wallTime ?? 0);
  } else {
    const feature = featureOf(name, value);
    if (feature !== undefined) wishes.features.push(feature);
  }
}

/**
 * What a host has of its own.
 *
 * @param type Two letters: where it comes from, and `f` fixed, `c` consumable, `l` load.
 */
export function hostFeature(name: string, type: string, value: string): string | undefined {
  return type.endsWith('l') || COMMON.test(name) ? undefined : featureOf(name, value);
}

/** A name for truths and amounts, `name=value` for words. */
function featureOf(name: string, value: string): string | undefined {
  if (/^(?:false|0(?:\.0+)?)$/i.test(value)) return undefined;
  return /^(?:true|[\d.]+[kKmMgG]?)$/i.test(value) ? name : `${name}=${value}`;
}
