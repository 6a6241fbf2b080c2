import type { Seconds } from '../../base/clock.ts';
import type { JobStatus } from '../target.ts';

/** How a run of a job ended, by qacct(1). */
export interface Ending {
  /** 0: it ended by itself. Source: sge_status(5). */
  readonly failed: number;
  /** What Grid Engine says of that, such as `assumedly after job`. */
  readonly words: string;
  readonly exitStatus: number;
  readonly wallTime: Seconds;
}

/** @returns the last run; undefined when there is none. */
export function parseAccounting(text: string): Ending | undefined {
  const last = text.split(/^=+$/m).at(-1) ?? '';
  const field = (name: string): string =>
    new RegExp(`^${name} +(?<value>.*?) *$`, 'm').exec(last)?.groups?.value ?? '';
  const failed = /^(?<number>\d+)(?: *: *(?<words>.*))?$/.exec(field('failed'))?.groups;
  if (failed === undefined) return undefined;
  return {
    failed: Number(failed.number),
    words: failed.words?.trim() ?? '',
    exitStatus: Number.parseInt(field('exit_status'), 10) || 0,
    wallTime: Number.parseFloat(field('ru_wallclock')) || 0,
  };
}

/**
 * What became of a job that left no status of its own. A record of success is none: a lost job that an
 * administrator deletes has status 0, too.
 */
export function statusOfEnding(ending: Ending, limit: Seconds | undefined): JobStatus {
  const { failed, words, exitStatus, wallTime } = ending;
  const facts = { wallTime } as const;
  if (failed === 0) {
    return { state: 'failed', reason: 'Grid Engine let it go, and it left no status', ...facts };
  }
  if (failed === 100 && limit !== undefined && wallTime >= limit) {
    return { state: 'failed', reason: 'its time was up', ...facts };
  }
  const signal = exitStatus > 128 ? ` by signal ${exitStatus - 128}` : '';
  const said = words === '' ? '' : `, ${words}`;
  return { state: 'failed', reason: `Grid Engine ended it${signal} (${failed}${said})`, ...facts };
}
