import type { Seconds } from '../base/clock.ts';
import { type Check, type Finding, fail, failureOf, type Group } from './check.ts';
import type { Place } from './place.ts';

/** One line of the report. */
export type Line = Finding & {
  readonly id: string;
  readonly group: Group;
  readonly title: string;
};

export interface Report {
  /** Whether no check failed: guests can run here. */
  readonly usable: boolean;
  readonly lines: readonly Line[];
}

/** For one check; each has shorter limits of its own for what it runs. */
const LIMIT: Seconds = 60;

/**
 * Runs all checks at once, in the given order of lines; those that measure time run alone, at the end.
 *
 * @returns a report within a time limit, whatever hangs.
 */
export async function examine(
  place: Place,
  checks: readonly Check[],
  last: readonly Check[] = [],
  limit: Seconds = LIMIT,
): Promise<Report> {
  const run = (check: Check): Promise<Line[]> => lineOf(check, place, limit);
  const lines = (await Promise.all(checks.map(run))).flat();
  for (const check of last) lines.push(...(await run(check)));
  return { usable: lines.every(({ verdict }) => verdict !== 'fail'), lines };
}

async function lineOf(check: Check, place: Place, limit: Seconds): Promise<Line[]> {
  const { id, group, title } = check;
  const finding = await within(limit, async () => check.look(place)).catch(failureOf);
  return finding === undefined ? [] : [{ id, group, title, ...finding }];
}

function within(
  limit: Seconds,
  look: () => Promise<Finding | undefined>,
): Promise<Finding | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const overdue = new Promise<Finding>((resolve) => {
    timer = setTimeout(() => resolve(OVERDUE), limit * 1_000);
  });
  return Promise.race([look(), overdue]).finally(() => clearTimeout(timer));
}

const OVERDUE = fail(
  'no answer in time',
  'Something below it hangs, such as a file server: try another node or directory.',
);
