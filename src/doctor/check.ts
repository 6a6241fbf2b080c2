/**
 * What decides whether guests run here, and how well: one check a line, each with a remedy.
 *
 * @module
 */

import { AppPotError } from '../base/errors.ts';
import type { Place } from './place.ts';

/** `fail`: guests cannot run here. `warn`: they run, but slower, or something is missing. */
export type Verdict = 'ok' | 'warn' | 'fail';

export type Finding =
  | { readonly verdict: 'ok'; readonly found: string }
  | { readonly verdict: 'warn' | 'fail'; readonly found: string; readonly remedy: string };

export interface Check {
  /** Never changes: programs match it. */
  readonly id: string;
  readonly group: Group;
  readonly title: string;
  /**
   * May throw an {@link AppPotError}, which counts as a failure.
   *
   * @returns undefined when there is nothing to say, because nothing was asked for.
   */
  readonly look: (place: Place) => Looked | Promise<Looked>;
}

type Looked = Finding | undefined;

/** In the order in which they are shown. */
export const GROUPS = [
  'kernel',
  'memory',
  'files',
  'image',
  'network',
  'safety',
  'limits',
  'other',
] as const;

export type Group = (typeof GROUPS)[number];

export function ok(found: string): Finding {
  return { verdict: 'ok', found };
}

export function warn(found: string, remedy: string): Finding {
  return { verdict: 'warn', found, remedy };
}

export function fail(found: string, remedy: string): Finding {
  return { verdict: 'fail', found, remedy };
}

/** What an expected failure says, as a `fail`. @throws any other error. */
export function failureOf(error: unknown): Finding {
  return fail(...wordsOf(error));
}

/** What an expected failure says, as a `warn`. @throws any other error. */
export function warningOf(error: unknown): Finding {
  return warn(...wordsOf(error));
}

function wordsOf(error: unknown): [found: string, remedy: string] {
  if (error instanceof AppPotError) return [error.message, error.hint ?? SEE];
  throw error;
}

const SEE = 'See docs/guide/doctor.md.';
