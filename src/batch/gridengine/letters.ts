import type { JobState } from '../../model/job.ts';
import { malformed } from '../listing.ts';

/**
 * What the letters of a job's state come to. Source: qstat(1), "status of the job"; measured: `Rq` was put back, `Rr` runs
 * again, `dr` is being deleted.
 *
 * @throws {BatchError} `LISTING_MALFORMED`
 */
export function stateOf(letters: string): JobState {
  if (!/^[dEhRrtsSTqwP]+$/.test(letters)) throw malformed('qstat', `job state "${letters}"`);
  if (letters.includes('d')) return 'ending';
  if (letters.includes('E')) return 'broken';
  if (/[rtsST]/.test(letters)) return 'running';
  return letters.includes('h') ? 'held' : 'pending';
}

/** Whether a queue instance whose state is that takes no new jobs though its host reports. Source: qstat(1). */
export function isShut(letters: string): boolean {
  return /[dDsSCEco]/.test(letters);
}

/** How many tasks `1-9:2,12` names. */
export function countTasks(ranges: string): number {
  let count = 0;
  for (const range of ranges.split(',')) count += countRange(range, ranges);
  return count;
}

/** There may be very many: no pattern is used. */
function countRange(range: string, ranges: string): number {
  const dash = range.indexOf('-');
  const colon = range.indexOf(':');
  const first = Number(dash < 0 ? range : range.slice(0, dash));
  const last = dash < 0 ? first : Number(range.slice(dash + 1, colon < 0 ? undefined : colon));
  const step = colon < 0 ? 1 : Number(range.slice(colon + 1));
  if (!(first > 0 && last >= first && step > 0)) throw malformed('qstat', `tasks "${ranges}"`);
  return 1 + Math.floor((last - first) / step);
}
