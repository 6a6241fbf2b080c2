/**
 * Sizes and durations as people write them.
 *
 * @module
 */

import type { Seconds } from './clock.ts';
import { AppPotError } from './errors.ts';

export type Bytes = number;

export class UnitError extends AppPotError<'UNIT_MALFORMED'> {}

const SIZE_UNITS: Readonly<Record<string, Bytes>> = {
  '': 1,
  k: 2 ** 10,
  m: 2 ** 20,
  g: 2 ** 30,
  t: 2 ** 40,
};
const TIME_UNITS: Readonly<Record<string, Seconds>> = { '': 1, s: 1, m: 60, h: 3_600, d: 86_400 };

/**
 * Reads `512M`, `2G`, `1.5GiB` or a plain number; units are powers of 1024.
 *
 * @param unit What a number without a unit counts, in bytes.
 * @throws {UnitError} `UNIT_MALFORMED`
 */
export function parseSize(text: string, unit: Bytes = 1): Bytes {
  const found = /^(?<number>\d+(?:\.\d+)?)\s*(?<unit>[kmgt]?)(?:i?b)?$/i.exec(text.trim());
  const letter = found?.groups?.unit?.toLowerCase() ?? '';
  const factor = letter === '' ? unit : SIZE_UNITS[letter];
  if (!found || factor === undefined) throw malformed('size', text, '512M or 2G');
  return Math.round(Number(found.groups?.number) * factor);
}

/**
 * Reads `90`, `90s`, `10m`, `2h` or `1d`.
 *
 * @throws {UnitError} `UNIT_MALFORMED`
 */
export function parseDuration(text: string): Seconds {
  const found = /^(?<number>\d+(?:\.\d+)?)\s*(?<unit>[smhd]?)$/i.exec(text.trim());
  const factor = TIME_UNITS[found?.groups?.unit?.toLowerCase() ?? ''];
  if (!found || factor === undefined) throw malformed('duration', text, '90, 90s, 10m or 2h');
  return Number(found.groups?.number) * factor;
}

/** `1536` → `1.5 KiB`. */
export function formatSize(bytes: Bytes): string {
  const exponent = Math.min(4, Math.max(0, Math.floor(Math.log2(Math.max(bytes, 1)) / 10)));
  const unit = ['B', 'KiB', 'MiB', 'GiB', 'TiB'][exponent] ?? 'B';
  const value = bytes / 1024 ** exponent;
  return `${exponent === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${unit}`;
}

function malformed(what: string, text: string, wanted: string): UnitError {
  return new UnitError(`Cannot read the ${what} "${text}": expected something like ${wanted}`, {
    kind: 'usage',
    code: 'UNIT_MALFORMED',
  });
}
