/**
 * Values of an orchestrator's file: what each wants, and, when it is wrong, what was found.
 *
 * @module
 */

import { z } from 'zod';
import type { Seconds } from '../../base/clock.ts';
import { AppPotError } from '../../base/errors.ts';
import { closest } from '../../base/suggest.ts';
import { type Bytes, parseDuration, parseSize } from '../../base/units.ts';

const MIB = 2 ** 20;

/** Says what is wanted and what was found. */
export function wanted(what: string): { error: (issue: { readonly input?: unknown }) => string } {
  return { error: ({ input }) => expected(what, input) };
}

export function expected(what: string, input: unknown): string {
  return input === undefined
    ? `missing: expected ${what}`
    : `expected ${what}, found ${show(input)}`;
}

export function text(what: string): z.ZodString {
  return z.string(wanted(what)).min(1, wanted(what));
}

export function word(pattern: RegExp, what: string): z.ZodString {
  return z.string(wanted(what)).regex(pattern, wanted(what));
}

/** In seconds; a bare number counts them. */
export function duration(): z.ZodType<Seconds, string | number> {
  return measured('a time such as 90s, 10m or 2h', parseDuration);
}

/** In bytes; a bare number counts megabytes. */
export function size(): z.ZodType<Bytes, string | number> {
  return measured('a size such as 512M or 2G', (value) => parseSize(value, MIB));
}

export function count(least = 0): z.ZodNumber {
  const what = `a whole number from ${least} on`;
  return z.int(wanted(what)).min(least, wanted(what));
}

export function share(): z.ZodNumber {
  const what = 'a number from 0 to 1';
  return z.number(wanted(what)).min(0, wanted(what)).max(1, wanted(what));
}

export function money(): z.ZodNumber {
  const what = 'an amount of money from 0 on';
  return z.number(wanted(what)).min(0, wanted(what));
}

export function flag(): z.ZodBoolean {
  return z.boolean(wanted('true or false'));
}

export function port(): z.ZodNumber {
  const what = 'a port from 1 to 65535';
  return z.int(wanted(what)).min(1, wanted(what)).max(65_535, wanted(what));
}

export function list<T extends z.ZodType>(item: T, what: string): z.ZodArray<T> {
  return z.array(item, wanted(`a list of ${what}`));
}

/** Of sections that are of several kinds. */
export function kinds(names: readonly string[]): { error: (issue: { input?: unknown }) => string } {
  const all = names.join(', ');
  return {
    error: ({ input }) => {
      if (typeof input !== 'object' || input === null)
        return expected('a mapping with "kind"', input);
      const kind = 'kind' in input ? input.kind : undefined;
      const meant = typeof kind === 'string' ? closest(kind, names) : undefined;
      return `${expected(`one of ${all}`, kind)}${meant === undefined ? '' : `; did you mean "${meant}"?`}`;
    },
  };
}

export function section<T extends z.ZodRawShape>(shape: T) {
  return z.strictObject(shape, {
    error: ({ code, input }) =>
      code === 'unrecognized_keys' ? undefined : expected('a mapping of settings', input),
  });
}

function measured(
  what: string,
  parse: (value: string) => number,
): z.ZodType<number, string | number> {
  return z.union([z.string(), z.number()], wanted(what)).transform((value, context) => {
    const found = parsed(String(value), parse);
    if (found === undefined || found <= 0) {
      context.addIssue({ code: 'custom', message: expected(what, value) });
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

const LONGEST_SHOWN = 60;

function show(input: unknown): string {
  if (Array.isArray(input)) return 'a list';
  if (typeof input === 'object' && input !== null) return 'a mapping';
  if (typeof input === 'function') return 'a function';
  const words = JSON.stringify(input) ?? String(input);
  return words.length > LONGEST_SHOWN ? `${words.slice(0, LONGEST_SHOWN)}…` : words;
}
