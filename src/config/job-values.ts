/**
 * Values of a job file, each written as a text.
 *
 * @module
 */

import { z } from 'zod';
import { AppPotError } from '../base/errors.ts';
import { parseDuration, parseSize } from '../base/units.ts';
import { hasControl } from './job-names.ts';

const MIB = 2 ** 20;

export const text = (wanted: string) => z.string(`expected ${wanted}`);
export const word = (pattern: RegExp, wanted: string) =>
  text(wanted).regex(pattern, `expected ${wanted}`);
export const line = (wanted: string) =>
  text(wanted).refine((value) => value !== '' && !hasControl(value), `expected ${wanted}`);

/** In bytes; a bare number counts megabytes. */
export function size() {
  return measured('a size such as 2G', (value) => parseSize(value, MIB));
}

/** In seconds. */
export function duration() {
  return measured('a time such as 90s, 10m or 2h', parseDuration);
}

function measured(wanted: string, parse: (value: string) => number) {
  return text(wanted).transform((value, context) => {
    const found = parsed(value, parse);
    if (found === undefined || found <= 0) {
      context.addIssue({ code: 'custom', message: `expected ${wanted}` });
    }
    return found ?? 0;
  });
}

function parsed(value: string, parse: (value: string) => number): number | undefined {
  try {
    return parse(value);
  } catch (error) {
    if (error instanceof AppPotError) return undefined;
    throw error;
  }
}
