/**
 * The parameters of a sweep: one job for each number, or for each line of a file, and how they get
 * into what a job is made of.
 *
 * @module
 */

import { AppPotError } from '../../base/errors.ts';

export type SweepCode = 'SWEEP_MALFORMED';

export class SweepError extends AppPotError<SweepCode> {}

export interface SweepTask {
  /** Different for each. */
  readonly number: number;
  /** All of its parameters: a number, or a line. */
  readonly value: string;
  /** `{1}` and so on. */
  readonly fields: readonly string[];
}

/** More would be a mistake in typing. */
const MOST = 100_000;

/**
 * @param text `50` for 1 to 50, or `FIRST-LAST`.
 * @throws {SweepError} `SWEEP_MALFORMED`
 */
export function arrayTasks(text: string): readonly SweepTask[] {
  const found = /^(?:(?<first>\d{1,9})-)?(?<last>\d{1,9})$/.exec(text)?.groups;
  const first = Number(found?.first ?? 1);
  const last = Number(found?.last);
  if (!(last >= first && last - first < MOST)) {
    throw malformed(
      `Cannot make a sweep of "${text}": expected a number of jobs up to ${MOST}, or FIRST-LAST`,
    );
  }
  return Array.from({ length: last - first + 1 }, (_, index) => {
    const value = String(first + index);
    return { number: first + index, value, fields: [value] };
  });
}

/**
 * One for each line that is not blank. Fields are what stands between tabs, or, without any, between blanks.
 *
 * @param name How messages name the text.
 * @throws {SweepError} `SWEEP_MALFORMED`
 */
export function lineTasks(text: string, name: string): readonly SweepTask[] {
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== '');
  if (lines.length === 0 || lines.length > MOST) {
    throw malformed(
      `Cannot make a sweep of "${name}": it has ${lines.length === 0 ? 'no line' : `${lines.length} lines`}`,
    );
  }
  return lines.map((value, index) => ({
    number: index + 1,
    value,
    fields: value.includes('\t') ? value.split('\t') : value.trim().split(/\s+/),
  }));
}

/** `{}` is all of the parameters, `{1}` a field, `{#}` the number; `{{}}` and the like stand for one less brace. */
const PLACEHOLDER = /\{\{(?<plain>#|\d*)\}\}|\{(?<name>#|\d*)\}/g;

export function hasPlaceholder(text: string): boolean {
  return text.search(PLACEHOLDER) >= 0;
}

/**
 * Puts parameters into every text of plain data.
 *
 * @throws {SweepError} `SWEEP_MALFORMED` when it asks for a field that is not there.
 */
export function fillIn<T>(data: T, task: SweepTask): T {
  if (typeof data === 'string') return fillInText(data, task) as T;
  if (Array.isArray(data)) return data.map((one: unknown) => fillIn(one, task)) as T;
  if (typeof data !== 'object' || data === null) return data;
  return Object.fromEntries(
    Object.entries(data).map(([name, value]) => [name, fillIn(value, task)]),
  ) as T;
}

function fillInText(text: string, task: SweepTask): string {
  return text.replaceAll(PLACEHOLDER, (...match) => {
    const { plain, name } = match.at(-1) as { readonly plain?: string; readonly name?: string };
    return name === undefined ? `{${plain}}` : parameterOf(name, task);
  });
}

function parameterOf(name: string, { number, value, fields }: SweepTask): string {
  if (name === '') return value;
  if (name === '#') return String(number);
  const field = fields[Number(name) - 1];
  if (field !== undefined) return field;
  throw malformed(
    `Cannot make job ${number} of the sweep: "${value}" has no field ${name}, but ${fields.length}`,
    `Write {{${name}}} where you mean {${name}}.`,
  );
}

/** What each job of a sweep finds in its environment. */
export function taskVariables(task: SweepTask, count: number): Readonly<Record<string, string>> {
  return {
    APPPOT_TASK: String(task.number),
    APPPOT_TASK_VALUE: task.value,
    APPPOT_TASKS: String(count),
  };
}

function malformed(message: string, hint?: string): SweepError {
  return new SweepError(message, {
    kind: 'usage',
    code: 'SWEEP_MALFORMED',
    ...(hint !== undefined && { hint }),
  });
}
