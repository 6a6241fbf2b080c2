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

/** What a hard request, `-l NAME=VALUE`, comes to. */
export interface Wish {
  readonly memory?: Bytes;
  readonly wallTime?: Seconds;
  readonly feature?: string;
}

export function wishOf(name: string, value: string): Wish {
  if (MEMORY.test(name)) {
    const memory = parseMemory(value);
    return memory === undefined ? {} : { memory };
  }
  if (TIME.test(name)) {
    const wallTime = parseTime(value);
    return wallTime === undefined ? {} : { wallTime };
  }
  const feature = featureOf(name, value);
  return feature === undefined ? {} : { feature };
}

/**
 * What a host has of its own.
 *
 * @param type Two letters: where it comes from, and `f` fixed, `c` consumable, `l` load.
 */
export function hostFeature(name: string, type: string, value: string): string | undefined {
  if (type.endsWith('l') || COMMON.test(name)) return undefined;
  // Of what jobs use up, there may be none left just now.
  return type.endsWith('c') ? name : featureOf(name, value);
}

/** A name for truths and amounts, `name=value` for words. */
function featureOf(name: string, value: string): string | undefined {
  if (/^(?:false|0(?:\.0+)?)$/i.test(value)) return undefined;
  return /^(?:true|[\d.]+[kKmMgG]?)$/i.test(value) ? name : `${name}=${value}`;
}
