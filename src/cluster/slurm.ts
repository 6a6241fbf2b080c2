/**
 * Slurm's short forms: `node[01-03,7],login` and `2(x3),1`. Source: sbatch(1), `SLURM_JOB_NODELIST` and
 * `SLURM_TASKS_PER_NODE`.
 *
 * @module
 */

import { malformed } from './malformed.ts';

/** @throws {LaunchError} `CLUSTER_MALFORMED` */
export function expandNodes(text: string): readonly string[] {
  const items = text.match(/(?:[^,[\]]|\[[^[\]]*\])+/g) ?? [];
  if (items.join(',') !== text) throw malformed(text, 'a list of nodes');
  return items.flatMap(expandItem);
}

function expandItem(item: string): string[] {
  const { before = '', ranges, after = '' } = ITEM.exec(item)?.groups ?? {};
  if (ranges === undefined) return [item];
  const middle = ranges.split(',').flatMap(expandRange);
  const ends = expandItem(after);
  return middle.flatMap((one) => ends.map((end) => `${before}${one}${end}`));
}

const ITEM = /^(?<before>[^[]*)\[(?<ranges>[^\]]*)\](?<after>.*)$/;

function expandRange(range: string): string[] {
  const { first, last } = /^(?<first>\d+)(?:-(?<last>\d+))?$/.exec(range)?.groups ?? {};
  if (first === undefined) throw malformed(range, 'a range of numbers');
  const from = Number(first);
  const count = Number(last ?? first) - from + 1;
  if (count < 1 || count > MOST) throw malformed(range, 'a range of numbers');
  return Array.from({ length: count }, (_, step) =>
    String(from + step).padStart(first.length, '0'),
  );
}

/** More than any cluster has. */
const MOST = 100_000;

/** @throws {LaunchError} `CLUSTER_MALFORMED` */
export function expandTasks(text: string): readonly number[] {
  return text.split(',').flatMap((item) => {
    const { count, times = '1' } =
      /^(?<count>\d+)(?:\(x(?<times>\d+)\))?$/.exec(item)?.groups ?? {};
    if (count === undefined) throw malformed(item, 'a number of tasks');
    return Array.from({ length: Math.min(Number(times), MOST) }, () => Number(count));
  });
}
