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
  for (const range of ranges.split(',')) {
    const found = /^(?<first>\d+)(?:-(?<last>\d+)(?::(?<step>\d+))?)?$/.exec(range)?.groups;
    if (found === undefined) throw malformed('qstat', `tasks "${ranges}"`);
    const first = Number(found.first);
    const span = Number(found.last ?? first) - first;
    count += 1 + Math.floor(span / Number(found.step ?? 1));
  }
  return count;
}
